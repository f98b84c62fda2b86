-- The newest checkpoint of each log that was cosigned: origin is the SHA-256
-- of its name, note the checkpoint with the log's signature and the
-- cosignature that was given.
CREATE TABLE checkpoint (
	origin BYTEA NOT NULL PRIMARY KEY,
	size BIGINT NOT NULL,
	root BYTEA NOT NULL,
	note BYTEA NOT NULL
);
