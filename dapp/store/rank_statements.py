"""The SQL that puts organisations in the order of one number. As `score_statements`."""

# ruff: noqa: S608 (what is put together here are constants)

from dapp.domain.ranking import By, Sorting
from dapp.domain.types import ALL
from dapp.store.score_statements import JUDGED, SPAN, WEIGHED


def _share(part: str, whole: str) -> str:
    """In basis points, rounded down; null of nothing."""
    return f"{ALL} * count(*) FILTER (WHERE {part}) / nullif(count(*) FILTER (WHERE {whole}), 0)"


_NUMBERS = {
    By.ORGANISATION: "organisation",
    By.CASES: "count(*)",
    By.FIRST_REPLY: "percentile_disc(0.5) WITHIN GROUP (ORDER BY first_answer_seconds)",
    By.ON_TIME: _share("acknowledge_judged AND on_time", "acknowledge_judged"),
    By.ANSWERED: _share("answered_at IS NOT NULL", "answer_judged"),
    By.LOST: _share("lost", "ruling IS NOT NULL"),
    By.CONTESTED: _share("contested", "first_answer_seconds IS NOT NULL"),
}


_FILED = f"""(
    SELECT DISTINCT organisation FROM case_fact f WHERE f.chain_id = %(chain)s {SPAN}
) filed"""


def ranked(sorting: Sorting) -> str:
    """Organisations in the order of a number, of which nothing else is added up.

    Those that have no such number come last; equal ones by their registration.
    """
    if sorting.by is By.KEPT:
        number = f"div({ALL} * sum(kept), nullif(sum(judged), 0))"
        # What is worth nothing weighs nothing, and was filed all the same.
        found = f"{WEIGHED} SELECT organisation, {number} AS number FROM {_FILED} LEFT JOIN weight"
        found += " USING (organisation)"
    else:
        found = f"{JUDGED} SELECT organisation, {_NUMBERS[sorting.by]} AS number FROM judged"
    order = "DESC" if sorting.is_descending else "ASC"
    return (
        f"{found} GROUP BY organisation ORDER BY number {order} NULLS LAST, organisation"
        " OFFSET %(begin)s LIMIT %(limit)s"
    )
