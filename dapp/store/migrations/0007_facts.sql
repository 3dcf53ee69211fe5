-- What each complaint says about its organisation (dapp/domain/facts.py): narrow rows that scorecards
-- and statistics add up. Part of the read model: folded from the log with the complaints.
CREATE TABLE case_fact (
    chain_id bigint NOT NULL,
    complaint bigint NOT NULL,
    organisation bigint NOT NULL,
    customer text NOT NULL,
    category smallint NOT NULL,
    token text NOT NULL,
    -- In units of the coin.
    value numeric(39) NOT NULL,
    -- The same in gwei, rounded down, where the coin is the native one.
    gwei bigint,
    filed_at bigint NOT NULL,
    hour smallint NOT NULL,
    is_peak boolean NOT NULL,
    acknowledge_by bigint NOT NULL,
    first_answer_seconds bigint,
    operator text,
    on_time boolean NOT NULL,
    contested boolean NOT NULL,
    answer_by bigint NOT NULL,
    answered_at bigint,
    left_at bigint,
    pledged boolean NOT NULL,
    pledge_due bigint,
    pledge_kept boolean,
    escalated boolean NOT NULL,
    withdrawn boolean NOT NULL,
    outcome smallint NOT NULL,
    by_silence boolean NOT NULL,
    first_contact boolean NOT NULL,
    ruling smallint,
    lost boolean,
    appealed smallint NOT NULL,
    paid_at bigint,
    stars smallint,
    PRIMARY KEY (chain_id, complaint)
);
CREATE INDEX case_fact_organisation ON case_fact (chain_id, organisation, filed_at, complaint);
CREATE INDEX case_fact_filed ON case_fact (chain_id, filed_at, complaint);

-- Wei that 10^18 units of a listed coin count as.
CREATE TABLE coin (
    chain_id bigint NOT NULL,
    token text NOT NULL,
    rate numeric(39) NOT NULL,
    body json NOT NULL,
    PRIMARY KEY (chain_id, token)
);

-- What the seat's arbitrator did with it.
ALTER TABLE seat
    -- Basis points, or a choice; null while hidden or never revealed.
    ADD COLUMN vote numeric(78),
    ADD COLUMN leaked boolean NOT NULL DEFAULT false;

-- What is stored was folded by an earlier version: the indexer makes it again before it goes on.
ALTER TABLE checkpoint ADD COLUMN is_outdated boolean NOT NULL DEFAULT false;
UPDATE checkpoint SET is_outdated = true;
