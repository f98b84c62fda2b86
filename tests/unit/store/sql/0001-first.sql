-- One column of each type; a key in two parts.
CREATE TABLE item (
	party BIGINT NOT NULL,
	id BYTEA NOT NULL,
	name TEXT NOT NULL, -- may hold "quotes" and 'BYTEA'
	live BOOLEAN NOT NULL DEFAULT TRUE,
	data BYTEA,
	PRIMARY KEY (party, id)
);
CREATE TABLE spent (
	nonce BYTEA NOT NULL PRIMARY KEY
); -- unordered
