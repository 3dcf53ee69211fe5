"""Cases as rows of a table, for spreadsheets, scripts and data tools."""

from collections.abc import Mapping
from typing import Any

View = dict[str, Any]

COLUMNS: dict[str, type] = {
    "id": int,
    "customer": str,
    "organisation": int,
    "order": str,
    "amount_wei": str,
    "category": str,
    "demand_bps": int,
    "offer_bps": int,
    "share_bps": int,
    "state": str,
    "phase": str,
    "round_phase": str,
    "turn": str,
    "filed_at": int,
    "deadline": int,
    "updated_block": int,
}
"""Amounts are decimal texts, as they are too long for numbers; times are Unix seconds."""


def flat(case: Mapping[str, Any]) -> View:
    """A short view of a case, by `COLUMNS`."""
    return {
        "id": case["id"],
        "customer": case["customer"],
        "organisation": case["organisation"],
        "order": case["order"],
        "amount_wei": case["amount"],
        "category": case["category"],
        "demand_bps": case["demand"],
        "offer_bps": case["offer"],
        "share_bps": case["share"],
        "state": case["state"],
        "phase": case["phase"],
        "round_phase": case["round_phase"],
        "turn": case["turn"]["who"],
        "filed_at": case["filed_at"]["unix"],
        "deadline": case["deadline"]["unix"],
        "updated_block": case["updated_block"],
    }
