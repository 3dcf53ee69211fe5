-- Evidence on its way to others that keep it as well: one row for each DAG (a file or a manifest) at
-- each target. Not a fold of events; what is lost here is found again in the vault. The same file may
-- be in several cases, so rows are spread by (chain_id, root).
CREATE TABLE replication (
    chain_id bigint NOT NULL,
    -- CID of what hangs together.
    root text NOT NULL,
    target text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'pinned', 'failed')),
    -- When it came into its state.
    since timestamptz NOT NULL DEFAULT now(),
    -- Since it was last found pinned.
    tries integer NOT NULL DEFAULT 0,
    -- While somebody works on it: when it may be taken from them.
    next_try_at timestamptz NOT NULL DEFAULT now(),
    -- Counts up with each claim: who has an older number has lost the row.
    claims bigint NOT NULL DEFAULT 0,
    -- What the target calls it.
    reference text,
    error_code text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, root, target)
);
-- What was never sent goes before what is looked at again, and before what was refused: else whoever
-- submits much that a target refuses would hold up all the rest.
CREATE INDEX replication_due ON replication (chain_id, target, (state <> 'pending'), next_try_at);

CREATE TABLE replication_target (
    chain_id bigint NOT NULL,
    target text NOT NULL,
    -- Null while it answers.
    unreachable_since timestamptz,
    -- Failures since it last did what it was asked for.
    tries integer NOT NULL DEFAULT 0,
    -- Nothing is asked of it before.
    paused_until timestamptz NOT NULL DEFAULT now(),
    next_probe_at timestamptz NOT NULL DEFAULT now(),
    error_code text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_id, target)
);
