-- Articles as they are searched, how often they helped, and drafts of complaints. No fold of events:
-- it outlives a rebuilt read model. Times are Unix seconds by our own clock.

-- What docs/help says, put here by whoever first searches for it; too few rows for an index on words.
CREATE TABLE help_article (
    slug text NOT NULL,
    language text NOT NULL,
    -- SHA-256 of all articles together, as they were when these rows were made.
    digest bytea NOT NULL,
    title text NOT NULL,
    -- Plain text, of which a part is shown; words parted by spaces.
    body text NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (slug, language)
);

-- Nothing here says who.
CREATE TABLE help_count (
    slug text NOT NULL,
    -- Of the complaint that was about to be filed; empty where none was.
    kind text NOT NULL,
    day date NOT NULL,
    helped bigint NOT NULL DEFAULT 0,
    not_helped bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, slug, kind)
);

-- Answers that were counted, as long as what allowed them could be shown again.
CREATE TABLE help_answer (
    id uuid PRIMARY KEY,
    until bigint NOT NULL
);
CREATE INDEX help_answer_until ON help_answer (until);

-- Complaints that came by e-mail and wait for whoever sent them. All that somebody wrote is encrypted
-- to a key that the database does not have.
CREATE TABLE mail_draft (
    chain_id bigint NOT NULL,
    id uuid NOT NULL,
    -- Keyed hash of the sender and the Message-ID: the same message twice is one draft.
    mark bytea NOT NULL,
    -- Keyed hash of the sender, to count by.
    sender bytea NOT NULL,
    made_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    content bytea NOT NULL,
    -- Of content and files.
    bytes bigint NOT NULL,
    -- Whom to send the link to; null once that is done, or given up.
    answer bytea,
    tries integer NOT NULL DEFAULT 0,
    due_at bigint,
    PRIMARY KEY (chain_id, id),
    UNIQUE (chain_id, mark)
);
CREATE INDEX mail_draft_due ON mail_draft (chain_id, due_at) WHERE answer IS NOT NULL;
CREATE INDEX mail_draft_expires ON mail_draft (expires_at);
CREATE INDEX mail_draft_sender ON mail_draft (chain_id, sender, made_at);

CREATE TABLE mail_draft_file (
    chain_id bigint NOT NULL,
    draft uuid NOT NULL,
    place smallint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (chain_id, draft, place),
    FOREIGN KEY (chain_id, draft) REFERENCES mail_draft ON DELETE CASCADE
);

-- What wallets and desks keep for whoever is signed in; `body` is encrypted, too.
CREATE TABLE account_draft (
    chain_id bigint NOT NULL,
    account text NOT NULL,
    id text NOT NULL,
    body bytea NOT NULL,
    changed_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (chain_id, account, id)
);
CREATE INDEX account_draft_expires ON account_draft (expires_at);
