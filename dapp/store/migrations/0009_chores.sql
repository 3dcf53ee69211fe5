-- What anyone may do about orders and others' disputes is found without looking at those that ended.

ALTER TABLE paid_order
    ADD COLUMN version integer NOT NULL DEFAULT 0,
    -- In escrow; a complaint may be open about it.
    ADD COLUMN is_held boolean NOT NULL DEFAULT false;
UPDATE paid_order SET
    version = (body #>> '{order,version}')::integer,
    is_held = body ->> 'state' = '1' AND body ->> 'claim' IS NULL;
ALTER TABLE paid_order
    ALTER COLUMN version DROP DEFAULT,
    ALTER COLUMN is_held DROP DEFAULT;
CREATE INDEX paid_order_held ON paid_order (chain_id, organisation, version, paid_at) WHERE is_held;

-- The contract that asked has not heard a ruling yet.
ALTER TABLE public_dispute ADD COLUMN is_open boolean NOT NULL DEFAULT false;
UPDATE public_dispute SET is_open = body ->> 'is_delivered' = 'false';
ALTER TABLE public_dispute ALTER COLUMN is_open DROP DEFAULT;
CREATE INDEX public_dispute_open ON public_dispute (chain_id, id) WHERE is_open;
