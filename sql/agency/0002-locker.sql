-- Uploads are anonymous until they are opened; their ids come from passes
-- that the relay saw, and lead to nothing else here.
CREATE TABLE upload (
	id BYTEA NOT NULL PRIMARY KEY,
	size BIGINT NOT NULL,
	created BIGINT NOT NULL,
	state TEXT NOT NULL
); -- unordered

CREATE TABLE spent (
	nonce BYTEA NOT NULL PRIMARY KEY,
	epoch BIGINT NOT NULL
); -- unordered

CREATE TABLE submission (
	id BYTEA NOT NULL PRIMARY KEY,
	request BYTEA NOT NULL,
	one_time BYTEA NOT NULL,
	manifest BYTEA NOT NULL,
	state TEXT NOT NULL,
	version BIGINT NOT NULL,
	problem TEXT NOT NULL,
	detail TEXT NOT NULL,
	opened BOOLEAN NOT NULL,
	share_note BYTEA,
	share_manifest BYTEA,
	clips BYTEA,
	statement BYTEA,
	receipt BYTEA,
	directory BYTEA,
	finding_kind TEXT NOT NULL,
	finding BYTEA
); -- unordered
CREATE INDEX submission_by_request ON submission (request, id);

-- blob names the bytes below DIR/items; custody's salt and head make the
-- item's leaf in the day's tree.
CREATE TABLE item (
	submission BYTEA NOT NULL,
	n BIGINT NOT NULL,
	id BYTEA NOT NULL,
	size BIGINT NOT NULL,
	sha256 BYTEA NOT NULL,
	salt BYTEA NOT NULL,
	head BYTEA NOT NULL,
	entries BIGINT NOT NULL,
	present BOOLEAN NOT NULL,
	inspected BOOLEAN NOT NULL,
	readable BOOLEAN NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (submission, n)
); -- unordered
CREATE INDEX item_by_id ON item (id);

CREATE TABLE custody (
	item BYTEA NOT NULL,
	n BIGINT NOT NULL,
	line BYTEA NOT NULL,
	PRIMARY KEY (item, n)
); -- unordered

-- Answers that were given, so that a repeat gets the same; week is when they
-- may be forgotten.
CREATE TABLE letter (
	submission BYTEA NOT NULL,
	id BYTEA NOT NULL,
	hash BYTEA NOT NULL,
	answer BYTEA NOT NULL,
	week BIGINT NOT NULL,
	PRIMARY KEY (submission, id)
); -- unordered

-- The locker's own letter recipients; the identity is keyd's, of that name.
CREATE TABLE recipient (
	name TEXT NOT NULL PRIMARY KEY,
	note BYTEA NOT NULL,
	starts BIGINT NOT NULL,
	ends BIGINT NOT NULL,
	state TEXT NOT NULL,
	log_index BIGINT,
	proof BYTEA,
	identity BOOLEAN NOT NULL
);

-- The daily root over all items' custody, and its leaves in order.
CREATE TABLE custody_day (
	day BIGINT NOT NULL PRIMARY KEY,
	note BYTEA NOT NULL,
	leaves BYTEA NOT NULL,
	state TEXT NOT NULL,
	log_index BIGINT,
	proof BYTEA
);
