-- What people are told, where, and how far that has come. Nothing here is a fold of events, so it
-- outlives a rebuilt read model. Times of the chain are whole seconds, those of our own clock are not.

CREATE TABLE subscriber (
    chain_id bigint NOT NULL,
    account text NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    -- Minutes of the local day; both or none.
    quiet_starts smallint,
    quiet_ends smallint,
    -- Null: all.
    kinds text[],
    lead_seconds integer NOT NULL,
    -- The chain's time: what was before is history, and not told.
    since bigint NOT NULL,
    -- False: the deadlines of the account's cases are to be noted down.
    planned boolean NOT NULL DEFAULT false,
    -- SHA-256 of what opens the calendar.
    calendar bytea,
    tested_at double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (chain_id, account)
);
CREATE INDEX subscriber_unplanned ON subscriber (chain_id) WHERE NOT planned;
CREATE UNIQUE INDEX subscriber_calendar ON subscriber (chain_id, calendar);

CREATE TABLE channel (
    chain_id bigint NOT NULL,
    id uuid NOT NULL,
    account text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('webhook', 'email', 'chat')),
    -- Encrypted to a key that the database does not have; null once removed.
    target bytea,
    -- Keyed hash of the target: the same for the same one, and no way back to it.
    mark bytea NOT NULL,
    -- `refused`: whoever reads mail there never asked for any.
    state text NOT NULL
        CHECK (state IN ('unconfirmed', 'active', 'disabled', 'removed', 'refused')),
    -- A webhook's secret is made of this and of a key that the database does not have.
    secret_version integer NOT NULL DEFAULT 1,
    -- Until then the secret before signs as well.
    former_until double precision NOT NULL DEFAULT 0,
    failing_since double precision,
    error_code text,
    made_at double precision NOT NULL,
    -- Rests until then: after a message, after a failure, or while somebody is at work on it.
    next_at double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (chain_id, id)
);
CREATE INDEX channel_account ON channel (chain_id, account);
CREATE INDEX channel_mark ON channel (chain_id, mark);
CREATE INDEX channel_off ON channel (chain_id, id) WHERE state IN ('disabled', 'removed', 'refused');

CREATE TABLE notice (
    chain_id bigint NOT NULL,
    account text NOT NULL,
    key text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    complaint bigint,
    kind text NOT NULL,
    -- Up to which the case was read.
    block_number bigint NOT NULL,
    -- All three by the chain's clock.
    at bigint NOT NULL,
    due_at bigint NOT NULL,
    until bigint,
    facts json NOT NULL,
    -- By our own; null while it waits.
    told_at double precision,
    PRIMARY KEY (chain_id, account, key)
);
CREATE INDEX notice_due ON notice (chain_id, due_at) WHERE told_at IS NULL;
CREATE INDEX notice_complaint ON notice (chain_id, complaint);
CREATE INDEX notice_block ON notice (chain_id, block_number);
CREATE INDEX notice_told ON notice (chain_id, told_at) WHERE told_at IS NOT NULL;
CREATE UNIQUE INDEX notice_number ON notice (chain_id, number);

-- Up to which block notices were made.
CREATE TABLE notice_cursor (
    chain_id bigint PRIMARY KEY,
    block_number bigint NOT NULL,
    block_hash bytea NOT NULL
);

-- What goes over a channel at one time.
CREATE TABLE letter (
    chain_id bigint NOT NULL,
    id uuid NOT NULL,
    channel uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('notices', 'confirm', 'test')),
    -- Numbers; more are added only until it is first tried.
    notices bigint[] NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
    tries integer NOT NULL DEFAULT 0,
    next_try_at double precision NOT NULL,
    -- Counts up with each claim: who has an older number has lost the letter.
    claims bigint NOT NULL DEFAULT 0,
    error_code text,
    made_at double precision NOT NULL,
    settled_at double precision,
    PRIMARY KEY (chain_id, id),
    FOREIGN KEY (chain_id, channel) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX letter_due ON letter (chain_id, next_try_at) WHERE state = 'pending';
CREATE INDEX letter_channel ON letter (chain_id, channel, state, made_at);
CREATE INDEX letter_unsent ON letter (chain_id, state, made_at) WHERE state <> 'sent';
CREATE INDEX letter_settled ON letter (chain_id, settled_at) WHERE state <> 'pending';
