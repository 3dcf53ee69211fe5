-- What each block's logs rest on (dapp/domain/proof.py), and whether that is as good as it gets: a
-- block that could be proven better is looked at once more when it is final.
ALTER TABLE block ADD COLUMN level smallint NOT NULL DEFAULT 0;
CREATE INDEX block_unproven ON block (chain_id, level, number) WHERE level < 2;

ALTER TABLE checkpoint
    -- Up to here, blocks were looked at again after they became final.
    ADD COLUMN settled_block bigint NOT NULL DEFAULT -1,
    -- Why nothing is indexed any more; null while all is well.
    ADD COLUMN halted text;

-- Blocks come in order, so their summary by pages finds them, and costs next to nothing to keep.
DROP INDEX log_place;
CREATE INDEX log_place ON log USING brin (block_number) WITH (pages_per_range = 16);
