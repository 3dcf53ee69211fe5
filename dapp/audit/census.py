"""Counts the records of a bundle: whether they are those that its scope asks for, and all."""

from dapp.audit import slots
from dapp.audit.archive import broken
from dapp.audit.events import word_text
from dapp.audit.format import CaseScope, OrganisationScope, Scope
from dapp.audit.verdict import Entry, refuse
from dapp.audit.words import Words
from dapp.chain.keccak import keccak
from dapp.domain import trail
from dapp.domain.events import DESK, REGISTRY, Event
from dapp.domain.types import ZERO_HASH, OrganisationId


class Census:
    """Whether the records are those that the scope asks for, all of them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._numbers: dict[str, list[int]] = {"complaint": [], "organisation": []}
        self._trail = ZERO_HASH

    def count(self, entry: Entry, filed: Event | None) -> None:
        """One more record. Raises Unproven where it is not in the scope's order."""
        numbers = self._numbers[entry.kind]
        is_late = entry.kind == "complaint" and self._numbers["organisation"]
        if is_late or (numbers and numbers[-1] >= entry.number):
            raise broken("the records are not in their order")
        numbers.append(entry.number)
        if isinstance(self._scope, OrganisationScope) and filed is not None:
            self._take(filed, OrganisationId(self._scope.organisation))

    def check(self, words: Words) -> None:
        """All records were counted. Raises Unproven."""
        scope = self._scope
        cases, organisations = self._numbers["complaint"], self._numbers["organisation"]
        if isinstance(scope, CaseScope):
            if (cases, organisations) != ([scope.complaint], []):
                raise refuse("scope-differs", "the bundle answers for another case")
        elif isinstance(scope, OrganisationScope):
            if organisations != [scope.organisation]:
                raise refuse("scope-differs", "the bundle answers for another organisation")
            slot = slots.organisation_trail(OrganisationId(scope.organisation))
            if word_text(words.read(DESK, slot)) != self._trail:
                raise refuse("count-differs", "these are not all complaints about it")
        else:
            _check_count(cases, words.read(DESK, slots.complaint_count()))
            _check_count(organisations, words.read(REGISTRY, slots.organisation_count()))

    def _take(self, filed: Event, organisation: OrganisationId) -> None:
        if filed.integer("organisation") != organisation:
            raise refuse("scope-differs", "a complaint is about another organisation")
        before = self._trail
        if before == ZERO_HASH:
            before = trail.genesis(keccak, filed.chain_id, filed.address, organisation)
        self._trail = trail.fold_event(keccak, before, filed)


def _check_count(numbers: list[int], count: int) -> None:
    if len(numbers) != count or (numbers and numbers[-1] != count):
        raise refuse("count-differs", f"{len(numbers)} of {count} are there")
