"""Who should be able to read a case's sealed evidence, and cannot yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from anyio import to_thread

from dapp.domain.case import Case
from dapp.domain.organisation import ROLE_ANSWER, Organisation
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Round
from dapp.domain.types import NO_DIGEST, Address, ComplaintId, Hash32, UnixTime
from dapp.errors import Forbidden, InvalidInput, NotFound
from dapp.service import inputs, views
from dapp.service.cases import Cases, Standing
from dapp.service.envelopes import unopened_view
from dapp.service.evidence import Evidence
from dapp.service.people import recipient_of
from dapp.store.answers import OPEN_STATES
from dapp.store.envelopes import EnvelopeRows, Reader, Unopened
from dapp.store.queries import Queries
from dapp.store.views import SeatRow
from evidence import EvidenceError, Manifest, parse

View = dict[str, Any]
Part = Literal["customer", "operator", "arbitrator"]

MAX_REASON_CHARS = 500
_HANDED_OVER = frozenset({RoundPhase.HAND_OVER, RoundPhase.COMMIT})
"""From the draw to the end of commit."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Attributes: recipient: `age1…`; None where the account has registered no key."""

    account: Address
    recipient: str | None
    part: Part


@dataclass(frozen=True, slots=True)
class Sealed:
    """A submission with sealed files.

    Attributes:
        readers: accounts that an envelope names, whatever it holds.
        missing: who should be able to read it and has nothing that can be counted on.
    """

    digest: Hash32
    author: Address
    readers: frozenset[str]
    missing: tuple[Missing, ...]
    unopened: tuple[Unopened, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """Attributes: panel_until: the end of commit, while a panel is there to seal to."""

    standing: Standing
    panel_until: UnixTime | None
    parts: Mapping[Address, Part]
    sealed: tuple[Sealed, ...]


class Sealing:
    """Every method raises Retryable."""

    def __init__(
        self,
        queries: Queries,
        cases: Cases,
        evidence: Evidence,
        rows: EnvelopeRows,
        clerk: str | None,
    ) -> None:
        self._queries = queries
        self._cases = cases
        self._evidence = evidence
        self._rows = rows
        self._clerk = clerk

    async def show(self, complaint: ComplaintId, account: Address) -> View:
        """For those with a part in the case. Raises NotFound, Forbidden."""
        todo = await self.todo(complaint)
        known = {*todo.parts, *(name for one in todo.sealed for name in (*one.readers, one.author))}
        if account not in known:
            raise Forbidden(
                "this account has no part in the case",
                remedy="Sign in as one that has",
                code="not-your-case",
            )
        until = todo.panel_until
        return {
            "complaint": complaint,
            "clerk": self._clerk,
            "panel_until": None if until is None else views.time(until),
            "evidence": [_view(one, account) for one in todo.sealed],
            **todo.standing.moment.stamp(),
        }

    async def todo(self, complaint: ComplaintId) -> Todo:
        """What is left to seal. Raises NotFound."""
        standing = await self._cases.find(complaint)
        manifests = await self._manifests(standing.case)
        parts = await self._people(standing)
        keys = await self._rows.keys(list(parts))
        readers = await self._rows.readers(list(manifests))
        said = await self._rows.unopened(complaint)
        recipients = {one: recipient_of(keys.get(one)) for one in parts}
        versions = {one: keys[one].version for one in parts if recipients[one] is not None}
        sealed = []
        for digest, manifest in manifests.items():
            mine = {one.account: one for one in readers if one.digest == digest}
            words = tuple(one for one in said if one.digest == digest)
            stuck = {one.account for one in words if one.stands}
            missing = tuple(
                Missing(one, recipients[one], part)
                for one, part in parts.items()
                if one in stuck or not _is_served(mine.get(one), versions.get(one, 0))
            )
            author = inputs.address(manifest.author)
            sealed.append(Sealed(digest, author, frozenset(mine), missing, words))
        until = _panel_until(standing)
        return Todo(standing, until, parts, tuple(sealed))

    async def cannot_open(self, digest: Hash32, account: Address, reason: str) -> View:
        """An arbitrator's word, in each case that it is sitting in and that rests on the digest.

        Raises Forbidden, InvalidInput.
        """
        said = _reason(reason)
        rows = [row for row in await self._seats(account) if _rests_on(row.case, digest)]
        found = {}
        for row in rows:
            standing = await self._cases.find(row.case.id)
            current = _handed_over(standing)
            if current is not None and current.number == row.round:
                found[row.case.id] = current.number
        if not found:
            raise Forbidden(
                "this account sits in no panel that is to weigh it now",
                remedy="It can be said from the draw to the end of commit",
                code="not-your-seat",
            )
        for complaint, round_ in found.items():
            await self._rows.state_unopened(complaint, round_, digest, account, said)
        return {"digest": digest, "complaints": sorted(found), "reason": said}

    async def _people(self, standing: Standing) -> dict[Address, Part]:
        """Nobody once the case is over."""
        case = standing.case
        if case.state not in OPEN_STATES:
            return {}
        parts: dict[Address, Part] = {case.customer: "customer"}
        row = await self._queries.organisation(case.organisation)
        if row is not None:
            accused = case.accusation.account if case.accusation else None
            parts |= {one: "operator" for one in _answering(row.organisation) if one != accused}
        current = _handed_over(standing)
        if current is not None:
            seats = {one.position: one.owner for one in current.seats if one.owner is not None}
            keys = await self._rows.voting_keys(seats)
            panel = {*seats.values(), *(key for each in keys.values() for key in each)}
            parts |= dict.fromkeys(sorted(panel), "arbitrator")
        return parts

    async def _manifests(self, case: Case) -> dict[Hash32, Manifest]:
        """Those of the case that have something sealed and are here."""
        wanted = {Hash32(one.digest): None for one in case.evidence if one.digest != NO_DIGEST}
        return await to_thread.run_sync(lambda: self._sealed(list(wanted)))

    def _sealed(self, digests: Sequence[Hash32]) -> dict[Hash32, Manifest]:
        found = {}
        for digest in digests:
            try:
                manifest = parse(self._evidence.manifest(digest))
            except (NotFound, EvidenceError):
                continue
            if manifest.recipient is not None:
                found[digest] = manifest
        return found

    async def _seats(self, account: Address) -> list[SeatRow]:
        """Those it votes for, as owner or by a key of its own."""
        positions = [row.position for row in await self._queries.positions_voted_by(account)]
        owners = {one.owner for one in positions} | {account}
        rows = [row for owner in owners for row in await self._queries.seats(owner)]
        voted = {one.id for one in positions}
        return [row for row in rows if row.position in voted or _owns(row, account)]


def _view(one: Sealed, account: Address) -> View:
    return {
        "digest": one.digest,
        "author": one.author,
        "mine": account in one.readers,
        "missing": [
            {"account": each.account, "recipient": each.recipient, "part": each.part}
            for each in one.missing
        ],
        "unopened": [unopened_view(each) for each in one.unopened],
    }


def _is_served(reader: Reader | None, version: int) -> bool:
    """By an envelope that counts, sealed to the key that the account has now."""
    return reader is not None and reader.key_version >= version


def _answering(organisation: Organisation) -> list[Address]:
    return [one.account for one in organisation.operators if one.roles & ROLE_ANSWER]


def _handed_over(standing: Standing) -> Round | None:
    """The open round, while its panel is to be given the keys."""
    current = standing.case.round
    if current is None or current.drawn_at is None or standing.round_phase not in _HANDED_OVER:
        return None
    return current


def _panel_until(standing: Standing) -> UnixTime | None:
    current = _handed_over(standing)
    return None if current is None else current.commit_ends


def _rests_on(case: Case, digest: Hash32) -> bool:
    return any(Hash32(one.digest) == digest for one in case.evidence)


def _owns(row: SeatRow, account: Address) -> bool:
    seats = next(one.seats for one in row.case.rounds if one.number == row.round)
    return seats[row.number].owner == account


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= MAX_REASON_CHARS or not said.isprintable():
        raise InvalidInput(
            f"a reason has 1 to {MAX_REASON_CHARS} characters that can be printed",
            fields={"field": "reason"},
        )
    return said
