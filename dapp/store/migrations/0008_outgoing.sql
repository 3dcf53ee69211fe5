-- Transactions that relay and keeper send. Not a fold of events: it outlives a rebuilt read model.

CREATE TABLE outgoing (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint NOT NULL,
    sender text NOT NULL,
    -- What it is for: the same thing is never done twice.
    purpose text NOT NULL,
    target text NOT NULL,
    data bytea NOT NULL,
    value numeric NOT NULL,
    -- Null: to be estimated.
    gas bigint,
    -- Null until it is signed; all its attempts share it, so at most one of them is ever mined.
    nonce bigint,
    status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'signed', 'sent', 'mined', 'failed')),
    -- Nothing is asked about it any more: its block is final, or it was refused unsigned.
    is_settled boolean NOT NULL DEFAULT false,
    -- Of the attempt that was mined.
    hash bytea,
    block_number bigint,
    block_hash bytea,
    paid numeric,
    -- Why it failed, or what it waits for.
    error_code text,
    error_text text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chain_id, purpose),
    UNIQUE (chain_id, sender, nonce)
);
CREATE INDEX outgoing_open ON outgoing (chain_id, sender, number) WHERE NOT is_settled;

-- Bytes that were signed, stored before any of them goes out.
CREATE TABLE outgoing_attempt (
    outgoing bigint NOT NULL REFERENCES outgoing (number) ON DELETE CASCADE,
    hash bytea NOT NULL,
    nonce bigint NOT NULL,
    raw bytea NOT NULL,
    max_fee numeric NOT NULL,
    priority_fee numeric NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (outgoing, hash)
);

-- Signed actions that the relay sends for people, many in one transaction.
CREATE TABLE relay_batch (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint NOT NULL,
    gas_each bigint NOT NULL,
    -- The block by which its actions' outcomes were read; another one after a reorg.
    read_block bytea,
    -- The block is final.
    is_settled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX relay_batch_open ON relay_batch (chain_id, number) WHERE NOT is_settled;

CREATE TABLE relay_action (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint NOT NULL,
    -- What was signed (EIP-712).
    id bytea NOT NULL,
    target text NOT NULL,
    function text NOT NULL,
    action bytea NOT NULL,
    actor text NOT NULL,
    nonce numeric NOT NULL,
    deadline bigint NOT NULL,
    signature bytea NOT NULL,
    -- Whose budget it counts to, beside the actor's.
    organisation bigint,
    gas bigint NOT NULL,
    -- Wei, in the budgets of that day: the most that it may cost, then what it cost.
    charged numeric NOT NULL,
    day bigint NOT NULL,
    batch bigint REFERENCES relay_batch (number),
    position integer,
    outcome text CHECK (outcome IN ('done', 'failed')),
    is_final boolean NOT NULL DEFAULT false,
    error_code text,
    error_text text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chain_id, id)
);
-- Of two with one nonce at most one can be done.
CREATE UNIQUE INDEX relay_action_nonce ON relay_action (chain_id, actor, nonce)
    WHERE NOT (is_final AND outcome IS NOT DISTINCT FROM 'failed');
CREATE INDEX relay_action_queue ON relay_action (chain_id, number)
    WHERE batch IS NULL AND outcome IS NULL;
CREATE INDEX relay_action_batch ON relay_action (batch, position);

CREATE TABLE relay_budget (
    chain_id bigint NOT NULL,
    -- 'all', 'organisation' or 'signer'.
    scope text NOT NULL,
    subject text NOT NULL,
    -- Since 1970, UTC.
    day bigint NOT NULL,
    spent numeric NOT NULL,
    PRIMARY KEY (chain_id, scope, subject, day)
);
