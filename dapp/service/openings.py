"""Opens hidden votes for those who ask for it, from the relay's account and out of its budgets.

A reveal needs no signature (`Ballots.reveal`): whoever knows the salt may send it. So nothing is
taken here but what opens a commitment that is on chain, and only while votes are being opened.
"""

from dataclasses import dataclass
from typing import Any

from dapp.chain import encode
from dapp.chain.keccak import keccak
from dapp.chain.mempool import Mempool
from dapp.domain import commitments, intents
from dapp.domain.commitments import Ballot, Secret
from dapp.domain.deployment import Deployment
from dapp.domain.events import COURT
from dapp.domain.intents import Opening
from dapp.domain.rounds import Seat
from dapp.domain.rules import Action, Role
from dapp.domain.types import NOTHING, ComplaintId, DisputeId, Wei, hash32
from dapp.errors import InvalidInput, NodeRefused, Refused
from dapp.service.cases import Cases, Standing
from dapp.service.plans import require
from dapp.service.refusals import reason_of
from dapp.service.relay import Relay
from dapp.store.outgoing import Outgoing, OutgoingRows, Status
from dapp.store.relay import Budget

View = dict[str, Any]

_MOST_TRIES = 3
"""What failed may be sent again: a reorg can undo what it rested on."""
_ROOM_QUARTERS = 5
"""Of four: other votes may be opened before it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A vote, as whoever cast it tells it; `seat` is of the case's open round."""

    complaint: ComplaintId
    seat: int
    secret: Secret


class Openings:
    def __init__(
        self,
        relay: Relay,
        outgoing: OutgoingRows,
        mempool: Mempool,
        cases: Cases,
        deployment: Deployment,
    ) -> None:
        self._relay = relay
        self._outgoing = outgoing
        self._mempool = mempool
        self._cases = cases
        self._deployment = deployment

    async def take(self, told: Told) -> View:
        """Have a vote opened; the same one again is the one that was taken before.

        Raises:
            RelayOff: there is no relay here.
            NotFound: there is no such complaint.
            InvalidInput: `seat-unknown`, `opening-wrong`.
            Refused: votes are not being opened now; `vote-open`; `action-too-dear`.
            ContractRefused: the court does not allow it now.
            BudgetExhausted, Retryable: later.
        """
        sender = self._relay.sender()
        found = await self._cases.find(told.complaint)
        seat = self._fitting(found, told)
        to, data = self._call(found, told)
        purpose, known = await self._purpose(f"reveal/0x{keccak(data).hex()}")
        if known is None:
            require(found, Action.REVEAL, Role.ARBITRATOR, None)
            if seat.vote is not None:
                raise _is_open(told)
            gas = await self._charged(found, seat, sender, to, data)
            known = await self._outgoing.enqueue(sender, purpose, to, data, NOTHING, gas)
        return {
            "complaint": told.complaint,
            "seat": told.seat,
            **_status(known),
            **found.moment.stamp(),
        }

    def _fitting(self, found: Standing, told: Told) -> Seat:
        """The seat, once it is certain that this is its vote."""
        current = found.case.round
        if current is None or told.seat >= len(current.seats):
            raise InvalidInput(
                f"complaint {told.complaint} has no seat {told.seat} now",
                remedy="See rounds in /v1/cases/… for the seats of the last one",
                code="seat-unknown",
                fields={"field": "seat"},
            )
        court = self._deployment.address_of(COURT)
        place = (found.case.chain_id, court, DisputeId(told.complaint), current.number, told.seat)
        secret = told.secret
        value = commitments.commitment(
            keccak, Ballot(*place), secret.vote, secret.salt, secret.reason
        )
        seat = current.seats[told.seat]
        if value != seat.commitment:
            raise InvalidInput(
                "this does not open the seat's latest vote",
                remedy="Use the receipt of the vote that was given last",
                code="opening-wrong",
                fields={"field": "salt"},
            )
        return seat

    def _call(self, found: Standing, told: Told) -> tuple[Any, bytes]:
        case = found.case
        assert case.round is not None  # or there were no seat
        prefix, later = commitments.opening(keccak, case.round.commitments, told.seat)
        secret = told.secret
        opening = Opening(told.seat, secret.vote, secret.salt, secret.reason, prefix, later)
        intent = intents.reveal(case, opening)
        to = self._deployment.address_of(intent.contract)
        return to, encode.calldata(intent.contract, intent.function, intent.args)

    async def _purpose(self, first: str) -> tuple[str, Outgoing | None]:
        """Under what it is sent, and what is sent already; what failed for good stays failed."""
        for number in range(1, _MOST_TRIES + 1):
            purpose = first + (f"#{number}" if number > 1 else "")
            row = await self._outgoing.find(purpose)
            if row is None or row.status is not Status.FAILED or number == _MOST_TRIES:
                break
        return purpose, row

    async def _charged(self, found: Standing, seat: Seat, sender: Any, to: Any, data: bytes) -> int:
        """The gas that it is given, once the day's budgets have been charged for it."""
        terms = self._relay.terms
        try:
            most = terms.action_gas
            estimate = await self._mempool.estimate(sender, to, data, NOTHING, most)
        except NodeRefused as error:
            raise reason_of(error) or error from error
        gas = min(estimate * _ROOM_QUARTERS // 4, terms.action_gas)
        _, fees = await self._mempool.fees()
        cost = Wei(gas * min(fees.most, terms.most_fee))
        budgets = [Budget("all", "", terms.day)]
        budgets.append(Budget("organisation", str(found.case.organisation), terms.organisation_day))
        if seat.owner is not None:
            budgets.append(Budget("signer", seat.owner, terms.signer_day))
        await self._relay.charge(cost, budgets)
        return gas


def _is_open(told: Told) -> Refused:
    return Refused(
        f"the vote of seat {told.seat} on complaint {told.complaint} is open already",
        remedy="There is nothing more to do",
        code="vote-open",
        fields={"complaint": told.complaint, "seat": told.seat},
    )


def _status(row: Outgoing) -> View:
    failed = row.status is Status.FAILED
    names = {Status.SIGNED: "queued"}
    return {
        "id": hash32(bytes.fromhex(row.purpose.removeprefix("reveal/0x").partition("#")[0])),
        "status": names.get(row.status, row.status.value),
        "is_final": row.is_settled,
        "transaction": row.hash,
        "block_number": row.block,
        "reason": {"code": row.error_code, "detail": row.error_text} if failed else None,
    }
