-- An account is a public key and nothing else: no name, no time, no order.
CREATE TABLE account (
	key BYTEA NOT NULL PRIMARY KEY
); -- unordered

-- One call an account, purpose and epoch; the same bytes get the same answer,
-- which is made again: kept, it would lie on pages whose numbers tell order.
CREATE TABLE take (
	key BYTEA NOT NULL,
	purpose TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	PRIMARY KEY (key, purpose, epoch)
); -- unordered

-- How many accounts took passes in an epoch; the directory rounds it.
CREATE TABLE served (
	epoch BIGINT NOT NULL PRIMARY KEY,
	accounts BIGINT NOT NULL
);
