-- Which digests the contracts' events name, and where: what is stored under one of them stays. Part
-- of the read model: folded from the log.
CREATE TABLE reference (
    chain_id bigint NOT NULL,
    digest bytea NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    PRIMARY KEY (chain_id, digest, block_number, log_index)
);
-- For what a reorg takes off.
CREATE INDEX reference_block ON reference USING brin (block_number) WITH (pages_per_range = 16);

-- What is stored was folded by an earlier version: the indexer makes it again before it goes on.
UPDATE checkpoint SET is_outdated = true;
