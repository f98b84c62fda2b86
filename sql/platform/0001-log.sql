-- The rows are the log: entry idx is log number idx, and the tiles that
-- readers fetch are derived from these.  hash is SHA-256 of the note: the same
-- bytes filed again get the same answer.
CREATE TABLE entry (
	idx BIGINT NOT NULL PRIMARY KEY,
	hash BYTEA NOT NULL,
	note BYTEA NOT NULL
);
CREATE UNIQUE INDEX entry_hash ON entry (hash);

-- An entry's proof is made once, against the first checkpoint that was
-- cosigned enough, and never changes.
CREATE TABLE proof (
	idx BIGINT NOT NULL PRIMARY KEY,
	proof BYTEA NOT NULL
);

-- The newest cosigned checkpoint, in one row.
CREATE TABLE checkpoint (
	one BIGINT NOT NULL PRIMARY KEY,
	size BIGINT NOT NULL,
	note BYTEA NOT NULL
);

-- Texts and jurisdictions, delivered beside their notes.
CREATE TABLE document (
	hash BYTEA NOT NULL PRIMARY KEY,
	body BYTEA NOT NULL
);

-- Requests that wait for the operator; not logged yet.
CREATE TABLE held (
	id BYTEA NOT NULL PRIMARY KEY,
	note BYTEA NOT NULL,
	text BYTEA NOT NULL,
	rule TEXT NOT NULL,
	decide_by BIGINT NOT NULL
);
