-- Complaints that customers signed to have them anchored, and the batches that they go into
-- (dapp/domain/anchoring.py). Not a fold of events: it outlives a rebuilt read model.
CREATE TABLE anchored_complaint (
    chain_id bigint NOT NULL,
    leaf text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    organisation bigint NOT NULL,
    customer text NOT NULL,
    order_key text NOT NULL,
    anchor_by bigint NOT NULL,
    body json NOT NULL,
    signature bytea NOT NULL,
    -- Who is to anchor it; null of one that came with the file of a batch.
    sender text,
    -- The sender's signature over its promise; null until there is one.
    receipt bytea,
    -- Of the sender's batch that it was put into.
    root text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, leaf)
);
CREATE INDEX anchored_complaint_queue ON anchored_complaint (chain_id, sender, number)
    WHERE root IS NULL AND sender IS NOT NULL;
CREATE INDEX anchored_complaint_order ON anchored_complaint (chain_id, order_key);
CREATE INDEX anchored_complaint_customer ON anchored_complaint (chain_id, customer, number);
CREATE INDEX anchored_complaint_organisation ON anchored_complaint (chain_id, organisation, number);
CREATE INDEX anchored_complaint_number ON anchored_complaint (chain_id, number);

-- Batches of our own, which are to be sent or were.
CREATE TABLE anchor_batch (
    chain_id bigint NOT NULL,
    sender text NOT NULL,
    root text NOT NULL,
    leaves integer NOT NULL,
    -- Of the file's manifest; null until that is stored.
    digest text,
    -- Its block is final.
    is_settled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, sender, root)
);
CREATE INDEX anchor_batch_open ON anchor_batch (chain_id, sender, created_at) WHERE NOT is_settled;

-- What stands in which batch, of our own and of others whose file we have.
CREATE TABLE anchor_leaf (
    chain_id bigint NOT NULL,
    leaf text NOT NULL,
    sender text NOT NULL,
    root text NOT NULL,
    -- The siblings from below, 32 bytes each.
    proof bytea NOT NULL,
    PRIMARY KEY (chain_id, leaf, sender, root)
);
CREATE INDEX anchor_leaf_batch ON anchor_leaf (chain_id, sender, root, leaf);
