-- What opens sealed evidence, for whom, and what was erased. Nothing here comes from the chain, so it
-- outlives a rebuilt read model. Rows are spread by (chain_id, digest), as the digest's manifest is.

-- Key envelopes: bytes that nobody here can read.
CREATE TABLE envelope (
    chain_id bigint NOT NULL,
    -- Of the manifest.
    digest bytea NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    -- An account, or 'clerk'.
    sealed_by text NOT NULL,
    -- By the manifest's author or the clerk: comes before what other readers handed on.
    trusted boolean NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    body bytea NOT NULL,
    PRIMARY KEY (chain_id, digest, number)
);

CREATE TABLE envelope_reader (
    chain_id bigint NOT NULL,
    digest bytea NOT NULL,
    -- An account, or 'clerk'.
    account text NOT NULL,
    number bigint NOT NULL,
    -- Of the account's key on chain as the envelope came; 0 where it had none.
    key_version integer NOT NULL,
    PRIMARY KEY (chain_id, digest, account, number),
    FOREIGN KEY (chain_id, digest, number) REFERENCES envelope ON DELETE CASCADE
);
CREATE INDEX envelope_reader_account ON envelope_reader (chain_id, account, digest);
CREATE INDEX envelope_reader_number ON envelope_reader (chain_id, digest, number);

-- An arbitrator's word that there is no way to open something; of a complaint, and kept with it.
CREATE TABLE unopened (
    chain_id bigint NOT NULL,
    complaint bigint NOT NULL,
    digest bytea NOT NULL,
    account text NOT NULL,
    round smallint NOT NULL,
    reason text NOT NULL,
    stated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, complaint, digest, account, round)
);

-- What was taken away, and must not be given out again.
CREATE TABLE erasure (
    chain_id bigint NOT NULL,
    digest bytea NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    reason text NOT NULL CHECK (reason IN ('personal', 'legal')),
    -- An account, or 'operator'.
    erased_by text NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    -- CIDs of the manifest and its files.
    roots text[] NOT NULL,
    PRIMARY KEY (chain_id, digest)
);

-- What is to be taken from a target, or was: it stays noted, so that nobody sends it again.
ALTER TABLE replication
    DROP CONSTRAINT replication_state_check,
    ADD CONSTRAINT replication_state_check
        CHECK (state IN ('pending', 'pinned', 'failed', 'removing', 'erased'));
-- What is to be sent or removed goes first: the order in which rows are claimed.
DROP INDEX replication_due;
CREATE INDEX replication_due
    ON replication (chain_id, target, (state NOT IN ('pending', 'removing')), next_try_at);
