-- What no node takes holds up all that come after it, until something else is sent under its nonce.

ALTER TABLE outgoing_attempt ADD COLUMN cancels boolean NOT NULL DEFAULT false;

-- What an account spent in a day, among all that it ever sent.
CREATE INDEX outgoing_of_sender ON outgoing (chain_id, sender, created_at);
