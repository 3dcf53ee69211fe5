"""The SQL of the named reads. Every one takes `chain`, and names columns in the views' order."""

from collections.abc import Iterable

from dapp.store import score_statements

HEAD = """
SELECT
    block_number, block_hash, timestamp, indexed_at, finalized_block,
    COALESCE((SELECT min(level) FROM block WHERE chain_id = %(chain)s AND level < 2), 2),
    halted, safe_block
FROM checkpoint WHERE chain_id = %(chain)s
"""

STATUS = """
SELECT
    (SELECT events FROM checkpoint WHERE chain_id = %(chain)s),
    (SELECT complaints FROM checkpoint WHERE chain_id = %(chain)s),
    (SELECT complaints_on_chain FROM checkpoint WHERE chain_id = %(chain)s),
    (SELECT count(*) FROM log WHERE chain_id = %(chain)s AND NOT known),
    ARRAY(
        SELECT c.id FROM complaint c JOIN verification v
            ON v.chain_id = c.chain_id AND v.complaint = c.id
            AND v.folded = c.trail
        WHERE v.chain_id = %(chain)s AND NOT v.matches
        ORDER BY c.id
    ),
    (SELECT count(*) FROM uncompared WHERE chain_id = %(chain)s),
    (SELECT count(*) FROM block WHERE chain_id = %(chain)s AND level = 0 AND level < 2),
    (SELECT count(*) FROM block WHERE chain_id = %(chain)s AND level = 1 AND level < 2)
"""

DEPLOYMENTS = "SELECT body::text FROM deployment WHERE chain_id = %(chain)s"

_CASE = """
SELECT c.body::text, v.block_number, v.folded, v.on_chain
FROM complaint c LEFT JOIN verification v
    ON v.chain_id = c.chain_id AND v.complaint = c.id AND v.folded = c.trail
WHERE c.chain_id = %(chain)s
"""
_CASE_NUMBER = "SELECT c.id FROM complaint c WHERE c.chain_id = %(chain)s"
# Only what is asked for stands in the statement: so its plan fits, whatever it is.
CASE_CONDITIONS = {
    "below": "c.id < %(below)s",
    "above": "c.id > %(above)s",
    "organisation": "c.organisation = %(organisation)s",
    "customer": "c.customer = %(customer)s",
    "order": "c.order_key = %(order)s",
    "categories": "c.category = ANY(%(categories)s::smallint[])",
    "token": "c.token = %(token)s",
    "amount_min": "c.amount >= %(amount_min)s::numeric",
    "amount_max": "c.amount <= %(amount_max)s::numeric",
    "filed_from": "c.filed_at >= %(filed_from)s",
    "filed_to": "c.filed_at <= %(filed_to)s",
    "states": "c.state = ANY(%(states)s::smallint[])",
    "missed": """(c.acknowledgement_missed_at <= %(acknowledgement)s::bigint
        OR c.answer_missed_at <= %(answer)s::bigint)""",
    # Numbers of public disputes do not fit the complaints'.
    "arbitrator": """c.id IN (
        SELECT CASE WHEN s.dispute < 9223372036854775808 THEN s.dispute::bigint END FROM seat s
        WHERE s.chain_id = %(chain)s AND s.owner = %(arbitrator)s)""",
    "unchanged_since": "c.updated_block <= %(unchanged_since)s",
    "changed_since": "c.updated_block > %(changed_since)s",
    **{f"behind {mark}": score_statements.numbers_behind(mark) for mark in score_statements.MARKS},
}


def cases(conditions: Iterable[str]) -> str:
    """Cases under some of `CASE_CONDITIONS`, the newest first."""
    return _CASE + _where(conditions)


def case_numbers(conditions: Iterable[str]) -> str:
    """As `cases`; the complaints' numbers alone."""
    return _CASE_NUMBER + _where(conditions)


def _where(conditions: Iterable[str]) -> str:
    found = "".join(f" AND {CASE_CONDITIONS[name]}" for name in conditions)
    return f"{found} ORDER BY c.id DESC LIMIT %(limit)s"


# In one statement, which sees one moment of the database.
_SOME = _CASE + " AND c.id = ANY(%(ids)s::bigint[])"
CASES_NOW = f"SELECT h.*, c.* FROM ({HEAD}) h LEFT JOIN ({_SOME}) c ON true"  # noqa: S608 (ours)

_ORGANISATION = """
SELECT
    o.body::text,
    ARRAY(
        SELECT ARRAY[r.token, r.amount::text] FROM organisation_received r
        WHERE r.chain_id = o.chain_id AND r.organisation = o.id ORDER BY r.token),
    coalesce(t.complaints, 0),
    coalesce(t.open, 0)
FROM organisation o LEFT JOIN organisation_total t
    ON t.chain_id = o.chain_id AND t.organisation = o.id
WHERE o.chain_id = %(chain)s
"""
ORGANISATION = _ORGANISATION + " AND o.id = %(id)s"
ORGANISATIONS = (
    _ORGANISATION
    + """
    AND o.id > %(after)s
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
ORDER_CONDITIONS = {
    "before_time": "(p.paid_at, p.key) < (%(before_time)s, %(before_key)s::text)",
    "organisation": "p.organisation = %(organisation)s",
    "customer": "p.customer = %(customer)s",
}


def orders(conditions: Iterable[str]) -> str:
    """Orders under some of `ORDER_CONDITIONS`, the newest first."""
    found = "".join(f" AND {ORDER_CONDITIONS[name]}" for name in conditions)
    return f"{_ORDER}{found} ORDER BY p.paid_at DESC, p.key DESC LIMIT %(limit)s"


# Pay of seats that an earlier stake under the same number had is not this one's.
_POSITION = """
SELECT p.body::text, s.gained::text, s.bounties, s.open
FROM position p CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(coalesce(pay, 0) - taken), 0) AS gained,
        count(*) FILTER (WHERE has_bounty) AS bounties,
        count(*) FILTER (WHERE pay IS NULL) AS open
    FROM seat
    WHERE chain_id = p.chain_id AND position = p.id AND armed_at_block > p.since_block
) s
WHERE p.chain_id = %(chain)s
"""
POSITIONS = _POSITION + " AND p.owner = %(owner)s ORDER BY p.id"
POSITIONS_VOTED_BY = (
    _POSITION + " AND (p.owner = %(account)s OR p.voting_key = %(account)s) ORDER BY p.id"
)
ARBITRATORS = _POSITION + " AND p.id > %(after)s ORDER BY p.id LIMIT %(limit)s"

SEATS = """
SELECT c.body::text, s.round, s.number, s.position
FROM seat s JOIN complaint c ON c.chain_id = s.chain_id
    AND c.id = CASE WHEN s.dispute < 9223372036854775808 THEN s.dispute::bigint END
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
