-- Passes that were spent.  tag is HMAC-SHA-256 of the locker's name under the
-- pass's authenticator: it tells whether a repeat goes to the same locker and,
-- without the pass, nothing.
CREATE TABLE spent (
	nonce BYTEA NOT NULL PRIMARY KEY,
	tag BYTEA NOT NULL,
	epoch BIGINT NOT NULL
); -- unordered
