"""Articles that may help before anybody files a complaint."""

from dataclasses import dataclass
from enum import StrEnum

from dapp.domain.parts import Category


class Diagnosis(StrEnum):
    """What became of a transaction, as far as that decides what helps."""

    UNKNOWN = "unknown"
    """No node has it."""
    PENDING = "pending"
    PENDING_LOW_FEE = "pending-low-fee"
    """It pays too little to be taken into a block."""
    NONCE_GAP = "nonce-gap"
    """Earlier ones of its sender come first."""
    FAILED = "failed"
    CONFIRMED = "confirmed"


_REASONS = {
    "fee-too-low": Diagnosis.PENDING_LOW_FEE,
    "tip-too-low": Diagnosis.PENDING_LOW_FEE,
    "funds-too-low": Diagnosis.PENDING,
    "replaced": Diagnosis.UNKNOWN,
}
"""Reasons for waiting, as the API names them beside a transaction."""


def diagnosis_of(word: str) -> Diagnosis | None:
    """By its own name, or by that of a reason for waiting; None for any other word."""
    if word in _REASONS:
        return _REASONS[word]
    return next((one for one in Diagnosis if one == word), None)


@dataclass(frozen=True, slots=True)
class Article:
    """One answer in one language.

    Attributes:
        slug: the same in all languages; part of its address.
        language: `en`, `zh` or `ru`.
        kinds: of complaints that it may make needless; empty for what is for others.
        diagnoses: of a transaction that it helps with.
        tags: other words that people look for it by.
        body: Markdown, without the title.
    """

    slug: str
    language: str
    title: str
    kinds: tuple[Category, ...]
    diagnoses: tuple[Diagnosis, ...]
    tags: tuple[str, ...]
    body: str

    def fits(self, kind: Category | None, diagnosis: Diagnosis | None) -> bool:
        """Whether it is about both, as far as they are given."""
        return (kind is None or kind in self.kinds) and (
            diagnosis is None or diagnosis in self.diagnoses
        )
