-- What a backfill paid for and nobody needs.

-- A subject's logs are few, and sorted when they have been found; without their places, those of
-- one subject share an entry.
DROP INDEX log_subject;
CREATE INDEX log_subject ON log (chain_id, address, topic1);

-- A body is written anew with each range that has an event of its complaint: to compress it took
-- half of what that costs. It is read more quickly, too, and takes more room.
ALTER TABLE complaint ALTER COLUMN body SET STORAGE EXTERNAL;
