"""The SQL of the named reads. Every one takes `chain`, and names columns in the views' order."""

HEAD = """
SELECT
    block_number, block_hash, timestamp, indexed_at, finalized_block,
    COALESCE((SELECT min(level) FROM block WHERE chain_id = %(chain)s AND level < 2), 2),
    halted
FROM checkpoint WHERE chain_id = %(chain)s
"""

STATUS = """
SELECT
    (SELECT count(*) FROM log WHERE chain_id = %(chain)s),
    (SELECT count(*) FROM complaint WHERE chain_id = %(chain)s),
    (SELECT complaints_on_chain FROM checkpoint WHERE chain_id = %(chain)s),
    (SELECT count(*) FROM log WHERE chain_id = %(chain)s AND NOT known),
    ARRAY(
        SELECT c.id FROM complaint c JOIN verification v
            ON v.chain_id = c.chain_id AND v.complaint = c.id
        WHERE c.chain_id = %(chain)s AND v.folded = c.trail AND v.folded <> v.on_chain
        ORDER BY c.id
    ),
    (
        SELECT count(*) FROM complaint c LEFT JOIN verification v
            ON v.chain_id = c.chain_id AND v.complaint = c.id
        WHERE c.chain_id = %(chain)s AND v.folded IS DISTINCT FROM c.trail
    ),
    (SELECT count(*) FROM block WHERE chain_id = %(chain)s AND level < 2)
"""

DEPLOYMENTS = "SELECT body::text FROM deployment WHERE chain_id = %(chain)s"

_CASE = """
SELECT c.body::text, v.block_number, v.folded, v.on_chain
FROM complaint c LEFT JOIN verification v
    ON v.chain_id = c.chain_id AND v.complaint = c.id AND v.folded = c.trail
WHERE c.chain_id = %(chain)s
"""
CASE = _CASE + " AND c.id = %(id)s"
CASES = (
    _CASE
    + """
    AND (%(before)s::bigint IS NULL OR c.id < %(before)s)
    AND (%(states)s::smallint[] IS NULL OR c.state = ANY(%(states)s))
    AND (%(organisation)s::bigint IS NULL OR c.organisation = %(organisation)s)
    AND (%(customer)s::text IS NULL OR c.customer = %(customer)s)
    AND (%(order)s::text IS NULL OR c.order_key = %(order)s)
    AND (%(arbitrator)s::text IS NULL OR EXISTS (
        SELECT FROM seat s
        WHERE s.chain_id = c.chain_id AND s.dispute = c.id AND s.owner = %(arbitrator)s))
ORDER BY c.id DESC LIMIT %(limit)s
"""
)

_ORGANISATION = """
SELECT
    o.body::text,
    ARRAY(
        SELECT ARRAY[p.token, sum(p.to_organisation)::text] FROM paid_order p
        WHERE p.chain_id = o.chain_id AND p.organisation = o.id AND p.to_organisation > 0
        GROUP BY p.token ORDER BY p.token),
    (
        SELECT count(*) FROM complaint c
        WHERE c.chain_id = o.chain_id AND c.organisation = o.id),
    (
        SELECT count(*) FROM complaint c
        WHERE c.chain_id = o.chain_id AND c.organisation = o.id AND c.state = ANY(%(open)s))
FROM organisation o WHERE o.chain_id = %(chain)s
"""
ORGANISATION = _ORGANISATION + " AND o.id = %(id)s"
ORGANISATIONS = (
    _ORGANISATION
    + """
    AND (%(after)s::bigint IS NULL OR o.id > %(after)s)
ORDER BY o.id LIMIT %(limit)s
"""
)
ORGANISATIONS_OF = (
    _ORGANISATION
    + """
    AND EXISTS (
        SELECT FROM operator p
        WHERE p.chain_id = o.chain_id AND p.organisation = o.id
            AND p.account = %(account)s AND p.active)
ORDER BY o.id
"""
)

# The complaint that counts is the latest one about the order.
_ORDER = """
SELECT p.body::text, c.id, c.state, p.paid_at, p.key
FROM paid_order p LEFT JOIN LATERAL (
    SELECT id, state FROM complaint
    WHERE chain_id = p.chain_id AND order_key = p.key ORDER BY id DESC LIMIT 1
) c ON true
WHERE p.chain_id = %(chain)s
"""
ORDER = _ORDER + " AND p.key = %(key)s"
ORDERS = (
    _ORDER
    + """
    AND (%(before_time)s::bigint IS NULL
        OR (p.paid_at, p.key) < (%(before_time)s, %(before_key)s::text))
    AND (%(organisation)s::bigint IS NULL OR p.organisation = %(organisation)s)
    AND (%(customer)s::text IS NULL OR p.customer = %(customer)s)
ORDER BY p.paid_at DESC, p.key DESC LIMIT %(limit)s
"""
)

# Pay of seats that an earlier stake under the same number had is not this one's.
_POSITION = """
SELECT
    p.body::text,
    coalesce(sum(coalesce(s.pay, 0) - s.taken), 0)::text,
    count(s.number) FILTER (WHERE s.has_bounty),
    count(s.number) FILTER (WHERE s.pay IS NULL)
FROM position p
LEFT JOIN seat s ON s.chain_id = p.chain_id AND s.position = p.id
    AND s.armed_at_block > p.since_block
WHERE p.chain_id = %(chain)s
"""
POSITIONS = (
    _POSITION
    + """
    AND p.owner = %(owner)s
GROUP BY p.chain_id, p.id, p.body::text ORDER BY p.id
"""
)
POSITIONS_VOTED_BY = (
    _POSITION
    + """
    AND (p.owner = %(account)s OR p.voting_key = %(account)s)
GROUP BY p.chain_id, p.id, p.body::text ORDER BY p.id
"""
)
ARBITRATORS = (
    _POSITION
    + """
    AND (%(after)s::bigint IS NULL OR p.id > %(after)s)
GROUP BY p.chain_id, p.id, p.body::text ORDER BY p.id LIMIT %(limit)s
"""
)

SEATS = """
SELECT c.body::text, s.round, s.number, s.position
FROM seat s JOIN complaint c ON c.chain_id = s.chain_id AND c.id = s.dispute
WHERE s.chain_id = %(chain)s AND s.owner = %(owner)s
ORDER BY s.dispute DESC, s.round DESC, s.number
"""

CREDITS = """
SELECT contract, account, token, amount::text FROM credit
WHERE chain_id = %(chain)s AND account = %(account)s AND amount > 0 ORDER BY contract, token
"""

KEY = """
SELECT body::text FROM encryption_key WHERE chain_id = %(chain)s AND account = %(account)s
"""

PUBLIC_DISPUTE = """
SELECT body::text FROM public_dispute WHERE chain_id = %(chain)s AND id = %(id)s::numeric
"""
