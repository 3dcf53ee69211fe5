"""What is asked of a maker of bundles, and what it says of what it made."""

from collections.abc import Callable
from dataclasses import dataclass

from dapp.audit.bundle_file import MOST_BYTES
from dapp.audit.format import Scope
from dapp.domain.types import BlockNumber, Hash32
from dapp.errors import InvalidInput
from dapp.service.bundles.evidence import Found

FINALIZED, LATEST = "finalized", "latest"
At = BlockNumber | str | None
"""A number, `FINALIZED`, `LATEST` (the newest that is indexed), or None: what is best."""

Tell = Callable[[int, int], None]
"""Told how many cases are done, and of how many."""


def nobody(_done: int, _of: int) -> None:
    """Where nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one bundle may take.

    Attributes:
        cases: that are in it; None for any number.
        bytes: of records, and of evidence.
    """

    cases: int | None = None
    bytes: int = MOST_BYTES


ANY = Limits()


@dataclass(frozen=True, slots=True)
class Asked:
    """For a bundle."""

    scope: Scope
    at: At = None
    limits: Limits = ANY
    tell: Tell = nobody


@dataclass(frozen=True, slots=True)
class Made:
    """What a bundle turned out to be.

    Attributes:
        why: why it was made at that block, in words.
        size: in bytes.
        evidence: which of it is there, and which is not.
    """

    scope: Scope
    block: BlockNumber
    block_hash: Hash32
    why: str
    records: int
    events: int
    size: int
    evidence: Found


def at_of(text: str | None) -> At:
    """From `finalized`, `latest` or a number. Raises InvalidInput."""
    if text is None or text in (FINALIZED, LATEST):
        return text
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return BlockNumber(int(text))
    raise InvalidInput(
        f"{text[:20]!r} is no block",
        remedy=f"Use {FINALIZED}, {LATEST} or a number",
        fields={"field": "block"},
    )
