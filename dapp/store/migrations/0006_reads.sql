-- What lists of cases are filtered by. Times in Unix seconds, amounts in units of `token`.
ALTER TABLE complaint
    ADD COLUMN category smallint,
    -- The coin; of a claim, the native one.
    ADD COLUMN token text,
    ADD COLUMN amount numeric(39),
    ADD COLUMN filed_at bigint,
    -- From when on the first reply and the answer are late; null where they came in time.
    ADD COLUMN acknowledgement_missed_at bigint,
    ADD COLUMN answer_missed_at bigint;

UPDATE complaint SET
    category = (body->>'category')::smallint,
    token = CASE WHEN (body->'order'->>'is_claim')::boolean
        THEN '0x0000000000000000000000000000000000000000' ELSE body->'order'->>'token' END,
    amount = (body->>'amount')::numeric,
    filed_at = (body->>'filed_at')::bigint,
    acknowledgement_missed_at = CASE
        WHEN body->>'acknowledgement' IS NULL THEN CASE
            WHEN LEAST((body->'asks'->0->>'at')::bigint, (body->'offers'->0->>'at')::bigint,
                (body->>'withdrawn_at')::bigint) < (body->>'acknowledge_deadline')::bigint
            THEN NULL ELSE (body->>'acknowledge_deadline')::bigint END
        WHEN (body->'acknowledgement'->>'on_time')::boolean
        THEN (body->'acknowledgement'->>'contested_at')::bigint
        ELSE (body->>'acknowledge_deadline')::bigint END,
    answer_missed_at = CASE
        WHEN LEAST((body->'offers'->0->>'at')::bigint, (body->>'withdrawn_at')::bigint)
            < (body->>'answer_deadline')::bigint
        THEN NULL ELSE (body->>'answer_deadline')::bigint END;

ALTER TABLE complaint
    ALTER COLUMN category SET NOT NULL,
    ALTER COLUMN token SET NOT NULL,
    ALTER COLUMN amount SET NOT NULL,
    ALTER COLUMN filed_at SET NOT NULL;

CREATE INDEX complaint_category ON complaint (chain_id, category, id);
CREATE INDEX complaint_amount ON complaint (chain_id, token, amount);
CREATE INDEX complaint_filed_at ON complaint (chain_id, filed_at);
CREATE INDEX complaint_acknowledgement ON complaint (chain_id, acknowledgement_missed_at)
    WHERE acknowledgement_missed_at IS NOT NULL;
CREATE INDEX complaint_answer ON complaint (chain_id, answer_missed_at)
    WHERE answer_missed_at IS NOT NULL;
-- What changed since a block that is final.
CREATE INDEX complaint_updated ON complaint (chain_id, updated_block);

-- Up to here the node calls blocks safe; not below the final ones. Unlike these it may fall again.
ALTER TABLE checkpoint ADD COLUMN safe_block bigint NOT NULL DEFAULT 0;

ALTER TABLE checkpoint ADD COLUMN events bigint NOT NULL DEFAULT 0;
UPDATE checkpoint SET
    events = (SELECT count(*) FROM log WHERE log.chain_id = checkpoint.chain_id);

-- Complaints whose folds have changed since they were compared with the chain.
CREATE TABLE uncompared (
    chain_id bigint NOT NULL,
    complaint bigint NOT NULL,
    PRIMARY KEY (chain_id, complaint)
);
INSERT INTO uncompared SELECT c.chain_id, c.id
    FROM complaint c LEFT JOIN verification v ON v.chain_id = c.chain_id AND v.complaint = c.id
    WHERE v.folded IS DISTINCT FROM c.trail;
-- A column, so that the planner knows how seldom they differ.
ALTER TABLE verification ADD COLUMN matches boolean;
UPDATE verification SET matches = folded = on_chain;
ALTER TABLE verification ALTER COLUMN matches SET NOT NULL;
CREATE INDEX verification_wrong ON verification (chain_id, complaint) WHERE NOT matches;
