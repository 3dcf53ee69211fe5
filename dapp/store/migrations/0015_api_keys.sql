-- Keys by which programs act for an account in what is private. As of sessions, only the SHA-256
-- of what their holder has is stored. Nothing here comes from the chain.

CREATE TABLE api_key (
    chain_id bigint NOT NULL,
    digest bytea NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    account text NOT NULL,
    -- By its maker, so as to know it again.
    name text NOT NULL,
    made_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    -- To the day, so that a read costs one write a day.
    used_on bigint,
    PRIMARY KEY (chain_id, digest)
);
CREATE INDEX api_key_account ON api_key (chain_id, account, made_at);
