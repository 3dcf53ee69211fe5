-- Batches of signed complaints (dapp/domain/anchoring.py). Part of the read model.
CREATE TABLE batch_list (
    chain_id bigint NOT NULL,
    sender text NOT NULL,
    trail text NOT NULL,
    updated_block bigint NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, sender)
);
CREATE INDEX batch_list_updated ON batch_list (chain_id, updated_block, sender);

CREATE TABLE batch (
    chain_id bigint NOT NULL,
    -- sender/root
    key text NOT NULL,
    sender text NOT NULL,
    number bigint NOT NULL,
    anchored_at bigint NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, key)
);
CREATE INDEX batch_sender ON batch (chain_id, sender, number);
CREATE INDEX batch_time ON batch (chain_id, anchored_at, key);

CREATE TABLE revocation (
    chain_id bigint NOT NULL,
    leaf text NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, leaf)
);

-- The leaf that was opened as this complaint.
ALTER TABLE complaint ADD COLUMN leaf text;
CREATE INDEX complaint_leaf ON complaint (chain_id, leaf) WHERE leaf IS NOT NULL;
UPDATE checkpoint SET is_outdated = true;
