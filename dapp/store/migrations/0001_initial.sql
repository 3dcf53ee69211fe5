-- Every table is keyed by the chain, and what is about a complaint by the complaint, so that cases
-- can be spread over servers by (chain_id, complaint).

CREATE TABLE deployment (
    chain_id bigint PRIMARY KEY,
    body json NOT NULL
);

-- The last block that everything below accounts for.
CREATE TABLE checkpoint (
    chain_id bigint PRIMARY KEY,
    block_number bigint NOT NULL,
    block_hash bytea NOT NULL,
    timestamp bigint NOT NULL,
    indexed_at double precision NOT NULL,
    finalized_block bigint NOT NULL,
    -- What the desk itself counted at the last verification.
    complaints_on_chain bigint
);

CREATE TABLE block (
    chain_id bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    parent_hash bytea NOT NULL,
    receipts_root bytea NOT NULL,
    timestamp bigint NOT NULL,
    PRIMARY KEY (chain_id, number)
);

-- Raw logs: the read model is a fold of these and of nothing else.
CREATE TABLE log (
    chain_id bigint NOT NULL,
    block_hash bytea NOT NULL,
    log_index integer NOT NULL,
    block_number bigint NOT NULL,
    timestamp bigint NOT NULL,
    address bytea NOT NULL,
    topic0 bytea,
    topic1 bytea,
    topic2 bytea,
    topic3 bytea,
    data bytea NOT NULL,
    transaction bytea NOT NULL,
    transaction_index integer NOT NULL,
    -- False for what no ABI explains: kept, reported, not folded.
    known boolean NOT NULL,
    PRIMARY KEY (chain_id, block_hash, log_index)
);
CREATE INDEX log_place ON log (chain_id, block_number, log_index);
CREATE INDEX log_subject ON log (chain_id, address, topic1, block_number, log_index);
CREATE INDEX log_transaction ON log (chain_id, transaction);
CREATE INDEX log_unknown ON log (chain_id) WHERE NOT known;

-- The read model. `body` is the folded record; columns are what queries filter and add up.

CREATE TABLE complaint (
    chain_id bigint NOT NULL,
    id bigint NOT NULL,
    organisation bigint NOT NULL,
    customer text NOT NULL,
    order_key text NOT NULL,
    -- By what an arbitrator outside that has the case speaks of it: address/number.
    outside_ruling text,
    state smallint NOT NULL,
    updated_block bigint NOT NULL,
    trail text NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, id)
);
CREATE INDEX complaint_organisation ON complaint (chain_id, organisation, id);
CREATE INDEX complaint_customer ON complaint (chain_id, customer, id);
CREATE INDEX complaint_order ON complaint (chain_id, order_key, id);
CREATE INDEX complaint_outside ON complaint (chain_id, outside_ruling)
    WHERE outside_ruling IS NOT NULL;
CREATE INDEX complaint_state ON complaint (chain_id, state, id);

-- Of complaints, and of public disputes, whose numbers do not fit 64 bits.
CREATE TABLE seat (
    chain_id bigint NOT NULL,
    dispute numeric(78) NOT NULL,
    round smallint NOT NULL,
    number smallint NOT NULL,
    position bigint NOT NULL,
    owner text,
    armed_at_block bigint NOT NULL,
    -- Wei gained or lost; null until the round is settled.
    pay numeric(39),
    -- Wei lost because the vote leaked.
    taken numeric(39) NOT NULL,
    -- The position was given the bounty for the draw.
    has_bounty boolean NOT NULL,
    PRIMARY KEY (chain_id, dispute, round, number)
);
CREATE INDEX seat_owner ON seat (chain_id, owner, dispute);
CREATE INDEX seat_position ON seat (chain_id, position);

CREATE TABLE public_dispute (
    chain_id bigint NOT NULL,
    id numeric(78) NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, id)
);

CREATE TABLE organisation (
    chain_id bigint NOT NULL,
    id bigint NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, id)
);

CREATE TABLE operator (
    chain_id bigint NOT NULL,
    organisation bigint NOT NULL,
    account text NOT NULL,
    -- Has a role, or is nominated for one.
    active boolean NOT NULL,
    PRIMARY KEY (chain_id, organisation, account)
);
CREATE INDEX operator_account ON operator (chain_id, account);

CREATE TABLE paid_order (
    chain_id bigint NOT NULL,
    key text NOT NULL,
    organisation bigint NOT NULL,
    customer text NOT NULL,
    token text NOT NULL,
    paid_at bigint NOT NULL,
    -- What went to the organisation's balance, in units of the coin.
    to_organisation numeric(39) NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, key)
);
CREATE INDEX paid_order_time ON paid_order (chain_id, paid_at, key);
CREATE INDEX paid_order_organisation ON paid_order (chain_id, organisation, paid_at, key);
CREATE INDEX paid_order_customer ON paid_order (chain_id, customer, paid_at, key);

CREATE TABLE position (
    chain_id bigint NOT NULL,
    id bigint NOT NULL,
    owner text NOT NULL,
    voting_key text,
    since_block bigint NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, id)
);
CREATE INDEX position_owner ON position (chain_id, owner, id);
CREATE INDEX position_voting_key ON position (chain_id, voting_key, id)
    WHERE voting_key IS NOT NULL;

CREATE TABLE credit (
    chain_id bigint NOT NULL,
    contract text NOT NULL,
    account text NOT NULL,
    token text NOT NULL,
    amount numeric(78) NOT NULL,
    PRIMARY KEY (chain_id, contract, account, token)
);
CREATE INDEX credit_account ON credit (chain_id, account);

CREATE TABLE encryption_key (
    chain_id bigint NOT NULL,
    account text NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, account)
);

-- What the chain said when it was asked; not a fold of events, so kept when the read model goes.
CREATE TABLE verification (
    chain_id bigint NOT NULL,
    complaint bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash bytea NOT NULL,
    folded text NOT NULL,
    on_chain text NOT NULL,
    PRIMARY KEY (chain_id, complaint)
);
