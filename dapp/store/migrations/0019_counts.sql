-- How many complaints are stored, so that nobody has to count them: as `events`.
ALTER TABLE checkpoint ADD COLUMN complaints bigint NOT NULL DEFAULT 0;
UPDATE checkpoint SET
    complaints = (SELECT count(*) FROM complaint c WHERE c.chain_id = checkpoint.chain_id);

-- Those that a reorganisation took away go with it from now on.
DELETE FROM uncompared u WHERE NOT EXISTS (
    SELECT FROM complaint c WHERE c.chain_id = u.chain_id AND c.id = u.complaint);

-- What is added up for each organisation, kept up as its complaints and orders change: part of the
-- read model. One with a hundred thousand complaints is shown as quickly as any.
CREATE TABLE organisation_total (
    chain_id bigint NOT NULL,
    organisation bigint NOT NULL,
    complaints bigint NOT NULL,
    -- Of them, those that have not ended.
    open bigint NOT NULL,
    PRIMARY KEY (chain_id, organisation)
);
CREATE TABLE organisation_received (
    chain_id bigint NOT NULL,
    organisation bigint NOT NULL,
    token text NOT NULL,
    -- What went to its balance, in units of the coin.
    amount numeric(78) NOT NULL,
    PRIMARY KEY (chain_id, organisation, token)
);
INSERT INTO organisation_total
SELECT chain_id, organisation, count(*), count(*) FILTER (WHERE state IN (1, 2, 3, 4, 8, 9))
FROM complaint GROUP BY chain_id, organisation;
INSERT INTO organisation_received
SELECT chain_id, organisation, token, sum(to_organisation)
FROM paid_order WHERE to_organisation > 0 GROUP BY chain_id, organisation, token;
