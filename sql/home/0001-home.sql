-- Issuer keys that were seen, so that another one for the same purpose and
-- epoch is noticed later.
CREATE TABLE issuer (
	purpose TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	spki BYTEA NOT NULL,
	PRIMARY KEY (purpose, epoch)
);

-- When passes of an epoch are taken: a moment drawn once, afresh for each.
CREATE TABLE moment (
	epoch BIGINT NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL
);

-- A call for passes, stored before it is made, so that a repeat sends the
-- same bytes.
CREATE TABLE take (
	purpose TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	note BYTEA NOT NULL,
	spki BYTEA NOT NULL,
	done BOOLEAN NOT NULL,
	PRIMARY KEY (purpose, epoch)
);

-- What a pass of a call under way was blinded with; gone once it is there.
CREATE TABLE blinding (
	purpose TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	n BIGINT NOT NULL,
	nonce BYTEA NOT NULL,
	secret BYTEA NOT NULL,
	blind BYTEA NOT NULL,
	PRIMARY KEY (purpose, epoch, n)
);

-- Passes that are held.  secret is the 16 bytes of a share pass, empty for
-- carry.  used: reserved by a sharing that is being made.
CREATE TABLE pass (
	nonce BYTEA NOT NULL PRIMARY KEY,
	purpose TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	token BYTEA NOT NULL,
	secret BYTEA NOT NULL,
	used BOOLEAN NOT NULL
); -- unordered

-- What was shared, from the moment that it was sealed.  secret is empty once
-- the receipt was shown: from then on the twelve words alone have it.
CREATE TABLE submission (
	id BYTEA NOT NULL PRIMARY KEY,
	request BYTEA NOT NULL,
	secret BYTEA NOT NULL,
	carry BYTEA NOT NULL,
	locker TEXT NOT NULL,
	relay TEXT NOT NULL,
	size BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	state TEXT NOT NULL,
	receipt TEXT NOT NULL
); -- unordered
