"""The parameters of an action, read strictly; what is wrong with them is said in words."""

from collections.abc import Mapping
from typing import Any

from dapp.domain.policy import Policy
from dapp.domain.types import (
    NO_DIGEST,
    Address,
    BasisPoints,
    ComplaintId,
    Digest,
    Hash32,
    OrganisationId,
    PositionId,
    Wei,
)
from dapp.errors import InvalidInput
from dapp.service import inputs

MAX_AT_ONCE = 100
"""Cases in one transaction: some 50 000 gas each, of the 16 million that one may take."""
_MAX_DIGITS = 80


class Params:
    """A JSON object, taken apart field by field; `done` refuses what nobody asked for.

    Every method raises InvalidInput.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def done(self) -> None:
        for name in self._values:
            raise InvalidInput(
                f"there is no parameter {name[:40]!r} here",
                remedy="Leave it out",
                code="parameter-unknown",
                fields={"field": name[:40]},
            )

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def integer(self, name: str, least: int = 0, most: int = 2**256 - 1) -> int:
        """From a JSON integer or a decimal string: some numbers are too long for JSON's."""
        value = self._take(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value) if len(value) <= _MAX_DIGITS else -1
        if type(value) is not int:
            raise self._wrong(name, "a whole number")
        if not least <= value <= most:
            raise self._wrong(name, f"from {least} to {most}")
        return value

    def amount(self, name: str) -> Wei:
        return Wei(self.integer(name, most=2**128))

    def share(self, name: str) -> BasisPoints:
        """Basis points; which of them are allowed is the rules' concern."""
        return BasisPoints(self.integer(name, most=2**16 - 1))

    def address(self, name: str) -> Address:
        return inputs.address(self._text(name), name)

    def hash32(self, name: str) -> Hash32:
        return inputs.hash32(self._text(name), name)

    def digest(self, name: str = "digest") -> Digest:
        """None was given: zero, as the contracts have it."""
        return Digest(self.hash32(name)) if self.has(name) else self._nothing(name)

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def text(self, name: str, most: int = 40) -> str:
        value = self._text(name)
        if len(value) > most:
            raise self._wrong(name, f"at most {most} characters")
        return value

    def complaint(self) -> ComplaintId:
        return ComplaintId(self.integer("complaint", 1, 2**63 - 1))

    def complaints(self) -> list[ComplaintId]:
        """In their order, each once."""
        value = self._take("complaints")
        if not isinstance(value, list) or not 0 < len(value) <= MAX_AT_ONCE:
            raise self._wrong("complaints", f"a list of 1 to {MAX_AT_ONCE} numbers")
        found = [Params({"complaint": one}).complaint() for one in value]
        if len(set(found)) < len(found):
            raise self._wrong("complaints", "numbers of which none comes twice")
        return found

    def organisation(self) -> OrganisationId:
        return OrganisationId(self.integer("organisation", 1, 2**24 - 1))

    def position(self) -> PositionId:
        return PositionId(self.integer("position", 0, 2**32 - 1))

    def policy(self) -> Policy:
        value = self._take("policy")
        if not isinstance(value, dict):
            raise self._wrong("policy", "an object")
        fields = Params(value)
        policy = Policy(
            peak_mask=fields.integer("peak_mask"),
            acknowledge_peak_seconds=fields.integer("acknowledge_peak_seconds"),
            acknowledge_off_peak_seconds=fields.integer("acknowledge_off_peak_seconds"),
            answer_hours=fields.integer("answer_hours"),
            confirm_hours=fields.integer("confirm_hours"),
            protection_hours=fields.integer("protection_hours"),
            track=fields.integer("track"),
            claim_cap=fields.integer("claim_cap"),
        )
        fields.done()
        return policy

    def _nothing(self, name: str) -> Digest:
        self._values.pop(name, None)
        return NO_DIGEST

    def _text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        return value

    def _take(self, name: str) -> Any:
        if not self.has(name):
            raise InvalidInput(
                f"the parameter {name} is missing",
                remedy="Give it",
                code="parameter-missing",
                fields={"field": name},
            )
        return self._values.pop(name)

    def _wrong(self, name: str, form: str) -> InvalidInput:
        return InvalidInput(
            f"{name} must be {form}",
            remedy="Correct it",
            code="parameter-invalid",
            fields={"field": name},
        )
