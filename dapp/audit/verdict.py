"""What a check of a bundle comes to: of the whole, and of each case and organisation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dapp.domain.types import UnixTime
from dapp.errors import InvalidInput, Unproven

SCHEMA = "redress-verdict/1"
VERIFIED = "verified"
CODES = (
    "bundle-form",
    "block-unproven",
    "contract-unproven",
    "contracts-differ",
    "previous-differs",
    "scope-differs",
    "count-differs",
    "word-unproven",
    "event-misplaced",
    "receipt-unproven",
    "trail-differs",
    "order-differs",
    "court-differs",
    "ruling-differs",
    "record-senseless",
    "unknown",
    "evidence-differs",
    "evidence-missing",
)
"""All that a verdict can say beside `verified`."""


@dataclass(frozen=True, slots=True)
class Window:
    """A promise, or a window of the rules.

    Attributes:
        what: such as `acknowledge`.
        deadline: it counts as kept before this time.
        at: when it was done; None if it was not, by the end of the case or by the trusted block.
        late_seconds: how long after the deadline that was, or has been by then; None if kept, or
            while it is open, or where the case ended before.
        kept: None while it is open, or where the case ended before.
    """

    what: str
    deadline: UnixTime
    at: UnixTime | None
    late_seconds: int | None
    kept: bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Digests of manifests, by what became of them and their files."""

    intact: int = 0
    missing: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How a complaint came to the desk that was signed before, and put on chain with others.

    Attributes:
        at: when; the order's protection counted as of then, not as of the filing.
        sender: whose batch it was in; 0x… in lower case.
        protected_until: when the order's protection ended.
    """

    at: UnixTime
    sender: str
    leaf: str
    protected_until: UnixTime


@dataclass(frozen=True, slots=True)
class Entry:
    """One case or organisation.

    Attributes:
        kind: `complaint` or `organisation`.
        verdict: `verified`, or the first code that does not hold.
        message: what does not hold, for people.
        trail: the word at the trusted block; None where that is not proven.
        pending: the house court has the case: it can change while the trail does not.
        outcome: of a case that was paid: shares, amounts and costs in wei as text.
        votes: of each round that was opened, in basis points.
        anchored: None where it was filed at the desk.
    """

    kind: str
    number: int
    verdict: str
    message: str | None = None
    trail: str | None = None
    pending: bool = False
    evidence: Evidence = Evidence()
    deadlines: tuple[Window, ...] = ()
    votes: tuple[tuple[int, ...], ...] = ()
    outcome: dict[str, Any] | None = None
    anchored: Anchoring | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole bundle.

    Attributes:
        verdict: `verified` only if all entries are.
        contracts: addresses by name; None where the bundle did not get as far.
        compared: with what the addresses were compared: `deployment`, `desk` or None.
    """

    verdict: str
    message: str | None = None
    chain: str | None = None
    block: dict[str, Any] | None = None
    scope: dict[str, Any] | None = None
    contracts: dict[str, str] | None = None
    compared: str | None = None
    entries: Sequence[Entry] = field(default_factory=tuple)
    schema: str = SCHEMA

    @property
    def is_verified(self) -> bool:
        """Whether everything holds."""
        return self.verdict == VERIFIED


class _Earlier(msgspec.Struct, frozen=True):
    kind: str
    number: int
    verdict: str
    trail: str | None
    pending: bool


class Previous(msgspec.Struct, frozen=True):
    """What is read of an earlier verdict."""

    schema: str
    chain: str
    block: dict[str, Any]
    contracts: dict[str, str]
    entries: list[_Earlier]

    def trails(self) -> dict[tuple[str, int], str]:
        """The words of what was verified and can change only with its word."""
        return {
            (one.kind, one.number): one.trail
            for one in self.entries
            if one.verdict == VERIFIED and one.trail is not None and not one.pending
        }


def read_previous(path: Path) -> Previous:
    """An earlier verdict. Raises InvalidInput."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Previous)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidInput(f"{path} is no verdict of an earlier bundle") from error
    if found.schema != SCHEMA:
        raise InvalidInput(f"{path} is no verdict of this version")
    return found


def refuse(code: str, message: str) -> Unproven:
    """What does not hold, with its code."""
    assert code in CODES, code
    return Unproven(message, code=code)
