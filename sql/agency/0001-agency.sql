-- What the agency is called, in which log.
CREATE TABLE setting (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

-- Notes that a package needs, as they were fetched, each with its proof:
-- the newest of a type and name.
CREATE TABLE kept (
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	note BYTEA NOT NULL,
	proof BYTEA NOT NULL,
	fetched BIGINT NOT NULL,
	PRIMARY KEY (type, name)
);

-- The directories that held the issuer keys of what was admitted.
CREATE TABLE directory (
	hash BYTEA NOT NULL PRIMARY KEY,
	note BYTEA NOT NULL,
	proof BYTEA NOT NULL
);

CREATE TABLE request (
	id BYTEA NOT NULL PRIMARY KEY,
	source BYTEA NOT NULL,
	case_number TEXT NOT NULL,
	title TEXT NOT NULL,
	opens BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	note BYTEA NOT NULL,
	body BYTEA NOT NULL,
	state TEXT NOT NULL,
	log_index BIGINT,
	proof BYTEA,
	ended BIGINT,
	end_note BYTEA,
	end_state TEXT,
	end_index BIGINT,
	end_proof BYTEA,
	identity BOOLEAN NOT NULL
);
CREATE INDEX request_by_source ON request (source);
CREATE INDEX request_by_case ON request (case_number);
