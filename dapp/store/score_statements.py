"""The SQL of scorecards and statistics. Takes `chain`, and `SPAN`'s conditions in its place.

Whether a deadline has passed is told by the last indexed block, so that everybody who reads the
same block reads the same numbers.
"""

# ruff: noqa: S608 (what is put together here are constants)

from dapp.domain.facts import Appealed
from dapp.domain.parts import Outcome

SPAN = "/* span */"
# Only what is asked for stands in the statement: so its plan fits.
CONDITIONS = {
    "organisations": "AND f.organisation = ANY(%(organisations)s::bigint[])",
    "filed_from": "AND f.filed_at >= %(filed_from)s",
    "filed_to": "AND f.filed_at <= %(filed_to)s",
}

# A promise is judged once it was kept or its time is over while the case still ran.
JUDGED = """
WITH judged AS (
    SELECT
        f.*,
        f.first_answer_seconds IS NOT NULL
            OR coalesce(f.left_at, n.at) >= f.acknowledge_by AS acknowledge_judged,
        f.answered_at IS NOT NULL
            OR coalesce(f.left_at, n.at) >= f.answer_by AS answer_judged,
        CASE WHEN f.pledge_kept IS NULL AND n.at >= f.pledge_due THEN false
            ELSE f.pledge_kept END AS in_kind
    FROM case_fact f
    CROSS JOIN (SELECT timestamp AS at FROM checkpoint WHERE chain_id = %(chain)s) n
    WHERE f.chain_id = %(chain)s /* span */
)
"""

_DELAYS = """
    count(first_answer_seconds) FILTER (WHERE {which}),
    percentile_disc(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY first_answer_seconds)
        FILTER (WHERE {which})
"""
_BROKEN = """(
    acknowledge_judged AND NOT on_time
    OR answer_judged AND answered_at IS NULL
    OR in_kind IS FALSE
)"""
LATE = "(acknowledge_judged AND NOT on_time OR answer_judged AND answered_at IS NULL)"
_COMPLETE = "(acknowledge_judged AND answer_judged AND (NOT pledged OR in_kind IS NOT NULL))"

SCORES = (
    JUDGED
    + f"""
SELECT
    organisation,
    count(*),
    count(*) FILTER (WHERE outcome = 0 AND NOT withdrawn),
    count(*) FILTER (WHERE acknowledge_judged AND on_time),
    count(*) FILTER (WHERE acknowledge_judged),
    count(answered_at),
    count(*) FILTER (WHERE answer_judged),
    count(*) FILTER (WHERE in_kind),
    count(in_kind),
    count(*) FILTER (WHERE {_COMPLETE} AND NOT {_BROKEN}),
    count(*) FILTER (WHERE {_COMPLETE} OR {_BROKEN}),
    count(*) FILTER (WHERE contested),
    count(first_answer_seconds),
    {_DELAYS.format(which="true")},
    {_DELAYS.format(which="is_peak")},
    {_DELAYS.format(which="NOT is_peak")},
    count(*) FILTER (WHERE is_peak AND acknowledge_judged AND on_time),
    count(*) FILTER (WHERE is_peak AND acknowledge_judged),
    count(*) FILTER (WHERE NOT is_peak AND acknowledge_judged AND on_time),
    count(*) FILTER (WHERE NOT is_peak AND acknowledge_judged),
    count(paid_at),
    count(*) FILTER (WHERE withdrawn),
    count(*) FILTER (WHERE outcome = ANY(%(agreed)s)),
    count(*) FILTER (WHERE outcome = {Outcome.SETTLED:d}),
    count(*) FILTER (WHERE first_contact),
    count(*) FILTER (WHERE outcome = {Outcome.PLEDGE_BROKEN:d}),
    count(*) FILTER (WHERE by_silence),
    count(ruling),
    count(*) FILTER (WHERE outcome = {Outcome.REFUSED:d}),
    count(*) FILTER (WHERE lost),
    count(*) FILTER (WHERE appealed <> {Appealed.NOT:d}),
    count(*) FILTER (WHERE appealed = {Appealed.RAISED:d}),
    count(*) FILTER (WHERE appealed = {Appealed.LOWERED:d}),
    count(*) FILTER (WHERE stars = 1), count(*) FILTER (WHERE stars = 2),
    count(*) FILTER (WHERE stars = 3), count(*) FILTER (WHERE stars = 4),
    count(*) FILTER (WHERE stars = 5)
FROM judged GROUP BY organisation ORDER BY organisation
"""
)

# What a payer's cases count together is its largest: each case counts a part of that, as large as
# its part of all the payer's value. In whole gwei, so that sums are exact whatever their order: a
# payer's below 2^53, where floating point is. What is worth less counts nothing.
WEIGHED = (
    JUDGED
    + f""",
valued AS (
    SELECT judged.*, coalesce(
        gwei::float8, least(floor(value * coalesce(c.rate, 0) / 1e27), %(most)s)::float8) AS worth
    FROM judged LEFT JOIN coin c
        ON judged.gwei IS NULL AND c.chain_id = %(chain)s AND c.token = judged.token
),
payer AS (
    SELECT
        organisation, customer, max(worth) AS most,
        max(worth) / sum(worth) AS part,
        sum(worth) FILTER (WHERE {_COMPLETE} AND NOT {_BROKEN}) AS kept,
        sum(worth) FILTER (WHERE {_COMPLETE} OR {_BROKEN}) AS judged,
        sum(worth) FILTER (WHERE outcome = ANY(%(agreed)s)) AS agreed,
        sum(worth) FILTER (WHERE outcome > 0) AS ended,
        sum(worth * stars) AS stars,
        sum(worth) FILTER (WHERE stars IS NOT NULL) AS rated
    FROM valued WHERE worth > 0 GROUP BY organisation, customer
),
weight AS (
    SELECT
        organisation, most,
        coalesce(kept * part, 0)::bigint AS kept,
        coalesce(judged * part, 0)::bigint AS judged,
        coalesce(agreed * part, 0)::bigint AS agreed,
        coalesce(ended * part, 0)::bigint AS ended,
        coalesce(stars * part, 0)::bigint AS stars,
        coalesce(rated * part, 0)::bigint AS rated
    FROM payer
)
"""
)
HEADLINES = (
    WEIGHED
    + """
SELECT
    organisation, sum(kept)::text, sum(judged)::text, sum(agreed)::text, sum(ended)::text,
    sum(stars)::text, (5 * sum(rated))::text, count(*), max(ARRAY[most::bigint, kept, judged])
FROM weight GROUP BY organisation
"""
)

PACES = (
    JUDGED
    + f"""
SELECT
    operator,
    {_DELAYS.format(which="true")},
    count(*) FILTER (WHERE on_time),
    count(*),
    count(*) FILTER (WHERE contested)
FROM judged WHERE operator IS NOT NULL GROUP BY operator
ORDER BY count(*) DESC, operator LIMIT 100
"""
)

# Statistics.

# A median of a million cases, and how many organisations they are about, by counting equal ones: to
# sort them all takes ten times as long.
_ALL = f"FROM case_fact f WHERE f.chain_id = %(chain)s {SPAN}"
_MEDIAN = f"""(
    SELECT value FROM (
        SELECT value, sum(count(*)) OVER (ORDER BY value) AS up_to, sum(count(*)) OVER () AS whole
        FROM (SELECT {{which}} AS value {_ALL}) v WHERE value IS NOT NULL GROUP BY value
    ) counted WHERE 2 * up_to >= whole ORDER BY value LIMIT 1
)"""
OVERALL = (
    JUDGED
    + f"""
SELECT
    count(*),
    (SELECT count(*) FROM (SELECT {_ALL} GROUP BY f.organisation) o),
    count(paid_at),
    {_MEDIAN.format(which="f.acknowledge_by - f.filed_at")},
    {_MEDIAN.format(which="f.first_answer_seconds")},
    count(*) FILTER (WHERE acknowledge_judged AND on_time),
    count(*) FILTER (WHERE acknowledge_judged),
    count(answered_at),
    count(*) FILTER (WHERE answer_judged)
FROM judged
"""
)

FIRST_ANSWERS = (
    JUDGED
    + """
SELECT
    width_bucket(first_answer_seconds, %(bounds)s::bigint[]),
    count(*) FILTER (WHERE on_time),
    count(*) FILTER (WHERE NOT on_time AND NOT contested),
    count(*) FILTER (WHERE contested)
FROM judged WHERE first_answer_seconds IS NOT NULL OR acknowledge_judged GROUP BY 1
"""
)
HOURS = (
    JUDGED
    + f"""
SELECT hour, count(*), count(*) FILTER (WHERE {LATE}) FROM judged GROUP BY hour
"""
)
FUNNEL = (
    JUDGED
    + """
SELECT
    count(*), count(first_answer_seconds), count(answered_at), count(*) FILTER (WHERE escalated),
    count(ruling), count(paid_at)
FROM judged
"""
)
OUTCOMES = (
    JUDGED
    + """
SELECT outcome, withdrawn, count(*) FROM judged GROUP BY outcome, withdrawn
"""
)
# Each seat of each panel, against the ruling that was final.
AGREEMENT = (
    JUDGED
    + """
SELECT width_bucket(abs(s.vote - f.ruling), %(bounds)s::numeric[]), s.leaked, count(*)
FROM judged f JOIN seat s ON s.chain_id = %(chain)s AND s.dispute = f.complaint::numeric
WHERE f.ruling IS NOT NULL GROUP BY 1, 2
"""
)

# Which cases a mark of a chart stands for.
_SEAT_OF = """EXISTS (SELECT FROM seat s
    WHERE s.chain_id = %(chain)s AND s.dispute = complaint::numeric AND {which})"""
MARKS = {
    "first-answers": "first_answer_seconds >= %(low)s AND first_answer_seconds < %(high)s",
    "never": "first_answer_seconds IS NULL AND acknowledge_judged",
    "hours": "hour = %(low)s",
    "filed": "true",
    "answered": "first_answer_seconds IS NOT NULL",
    "offered": "answered_at IS NOT NULL",
    "escalated": "escalated",
    "ruled": "ruling IS NOT NULL",
    "paid": "paid_at IS NOT NULL",
    "open": "outcome = 0 AND NOT withdrawn",
    "withdrawn": "withdrawn",
    "outcomes": "outcome = %(low)s",
    "agreement": "ruling IS NOT NULL AND "
    + _SEAT_OF.format(which="abs(s.vote - ruling) >= %(low)s AND abs(s.vote - ruling) < %(high)s"),
    "hidden": "ruling IS NOT NULL AND " + _SEAT_OF.format(which="s.vote IS NULL AND NOT s.leaked"),
    "leaked": "ruling IS NOT NULL AND " + _SEAT_OF.format(which="s.leaked"),
}


def numbers_behind(mark: str) -> str:
    """The same as a condition of a case `c`."""
    return f"c.id IN ({JUDGED}SELECT complaint FROM judged WHERE {MARKS[mark]})"


def behind(mark: str) -> str:
    """The cases behind one of `MARKS`, the newest first."""
    return (
        JUDGED
        + f"SELECT complaint, organisation, filed_at FROM judged WHERE ({MARKS[mark]})"
        + " AND complaint < %(below)s ORDER BY complaint DESC LIMIT %(limit)s"
    )


# An arbitrator's seats, in disputes of every kind; votes are compared in complaints alone, whose
# rulings are shares.
RECORDS = """
SELECT
    owner,
    count(*),
    count(vote),
    count(*) FILTER (WHERE vote IS NULL AND NOT leaked AND pay < 0),
    count(*) FILTER (WHERE leaked),
    count(*) FILTER (WHERE pay IS NULL),
    count(*) FILTER (WHERE vote IS NOT NULL AND abs(vote - ruling) <= %(near)s),
    count(*) FILTER (WHERE vote IS NOT NULL AND ruling IS NOT NULL),
    coalesce(sum(pay) FILTER (WHERE pay > 0), 0)::text,
    coalesce(sum(taken - least(coalesce(pay, 0), 0)), 0)::text
FROM (
    -- Looked up for each seat: as a join it may walk through all cases there are.
    SELECT s.*, (
        SELECT f.ruling FROM case_fact f WHERE f.chain_id = s.chain_id AND f.complaint =
            CASE WHEN s.dispute < 9223372036854775808 THEN s.dispute::bigint END
    ) AS ruling
    FROM seat s WHERE s.chain_id = %(chain)s AND s.owner = ANY(%(owners)s)
    OFFSET 0
) s GROUP BY owner
"""
