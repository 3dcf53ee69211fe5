-- Blocks that were taken off again, and above which block they were: a reader who comes back is told
-- from where on what they heard is void. Not a fold of events; what is lost here makes them start anew.
CREATE TABLE undone_block (
    chain_id bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    -- Of the reorganisation that took it off the last time: they are counted.
    reorg bigint NOT NULL,
    -- The highest block that stayed.
    fork bigint NOT NULL,
    undone_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, number, hash)
);
CREATE INDEX undone_block_reorg ON undone_block (chain_id, reorg, fork);
CREATE INDEX undone_block_age ON undone_block (undone_at);
CREATE SEQUENCE reorganisation AS bigint;

-- What requests with an Idempotency-Key were answered, so that the same request gets the same again.
CREATE TABLE given_answer (
    chain_id bigint NOT NULL,
    -- SHA-256 of who asked, what for, and under which key.
    name bytea NOT NULL,
    -- SHA-256 of the request's body.
    request bytea NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    -- Null while the first request is worked on.
    status smallint,
    headers json,
    body bytea,
    PRIMARY KEY (chain_id, name)
);
CREATE INDEX given_answer_age ON given_answer (asked_at);
