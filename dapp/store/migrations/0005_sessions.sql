-- Who is signed in. Nothing here comes from the chain, so it outlives a rebuilt read model.
-- What browsers hold is stored as its SHA-256 only: who reads these rows can act for nobody.

-- Messages that wait for their signature (EIP-4361); found by the digest of their whole text.
CREATE TABLE sign_in (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint NOT NULL,
    digest bytea NOT NULL UNIQUE,
    -- Of the browser that asked: no other may use it.
    browser bytea NOT NULL,
    account text NOT NULL,
    nonce text NOT NULL,
    issued_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sign_in_expiry ON sign_in (expires_at);

CREATE TABLE session (
    chain_id bigint NOT NULL,
    digest bytea NOT NULL,
    account text NOT NULL,
    signed_in_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (chain_id, digest)
);
CREATE INDEX session_account ON session (chain_id, account, signed_in_at);
CREATE INDEX session_expiry ON session (expires_at);
