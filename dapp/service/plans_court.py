"""Plans of arbitrators, and of whoever keeps a dispute moving."""

from collections.abc import Awaitable, Callable, Sequence

from dapp.chain.keccak import keccak
from dapp.domain import commitments, intents
from dapp.domain.case import Case
from dapp.domain.events import FORWARDER
from dapp.domain.intents import Opening
from dapp.domain.phases import seed_block
from dapp.domain.rounds import Round, Seat
from dapp.domain.rules import Action, Role
from dapp.domain.signing import Place, TypedData, commit_typed_data
from dapp.domain.types import NO_ACCOUNT, Address, DisputeId, Hash32
from dapp.errors import InvalidInput, Refused
from dapp.service.plans import Desk, Plan, not_yours, require, statement
from dapp.service.words import Amount, Share, sentence


async def draw(desk: Desk) -> Plan:
    case = await desk.case(Action.DRAW)
    header = await desk.node.header_at(seed_block(_round(case, Action.DRAW, desk)))
    summary = sentence(
        "Draw the panel of complaint {complaint}, with the header of its seed's block",
        complaint=case.id,
    )
    return Plan(intents.draw(case, header.encoded), summary, (sentence("who was drawn"),))


async def rearm(desk: Desk) -> Plan:
    case = await desk.case(Action.REARM)
    summary = sentence(
        "Set a new draw for complaint {complaint}: nobody drew in time", complaint=case.id
    )
    return Plan(intents.rearm(case), summary, ())


async def void(desk: Desk) -> Plan:
    case = await desk.case(Action.VOID)
    summary = sentence(
        "End the round of complaint {complaint} in which too few revealed", complaint=case.id
    )
    return Plan(intents.void(case), summary, (sentence("who revealed nothing"),))


async def commit(desk: Desk) -> Plan:
    """A hidden vote; the first one seats the panel as well, where nobody has."""
    found = await desk.find()
    case, foreseen = found.case, await desk.draws.foresee(found)
    action = Action.COMMIT if foreseen is None else Action.COMMIT_DRAWING
    seats = _round(case, action, desk).seats if foreseen is None else foreseen.seats
    number, commitment = desk.params.integer("seat"), desk.params.hash32("commitment")
    if not seats:
        raise not_yours(case.id, action, desk.actor)
    seat = _seat(case, seats, number)
    owner = await _owner(desk, case, seat)
    require(found, action, Role.ARBITRATOR, owner)
    public = (sentence("that you voted; not how"),)
    if foreseen is not None:
        intent = intents.commit_drawing(case, foreseen.header, number, commitment)
        summary = sentence(
            "Seat the panel of complaint {complaint} and commit the hidden vote of seat {seat}",
            complaint=case.id,
            seat=number,
        )
        return Plan(
            intent,
            summary,
            public,
            _ballot(desk, case, seat, commitment),
        )
    summary = sentence(
        "Commit the hidden vote of seat {seat} on complaint {complaint}",
        seat=number,
        complaint=case.id,
    )
    signed = _ballot(desk, case, seat, commitment)
    return Plan(intents.commit(case, number, commitment), summary, public, signed)


async def reveal(desk: Desk) -> Plan:
    case = await desk.case(Action.REVEAL)
    opening = _opening(desk, case)
    return Plan(
        intents.reveal(case, opening),
        sentence(
            "Reveal the vote of seat {seat} on complaint {complaint}: {share}",
            seat=opening.seat,
            complaint=case.id,
            share=Share(opening.vote),
        ),
        (sentence("the vote"), *statement(opening.reason)),
    )


async def report_leak(desk: Desk) -> Plan:
    case = await desk.case(Action.REPORT_LEAK)
    opening = _opening(desk, case)
    summary = sentence(
        "Show that the vote of seat {seat} on complaint {complaint} is known already",
        seat=opening.seat,
        complaint=case.id,
    )
    public = (sentence("the vote"), *statement(opening.reason))
    return Plan(intents.report_leak(case, opening), summary, public)


async def voting_key(desk: Desk) -> Plan:
    position = await desk.draws.position(desk.params.position())
    key = desk.params.address("key") if desk.params.has("key") else NO_ACCOUNT
    version = position.voting_key_version + 1
    summary = sentence(
        "Let {key} commit for position {position} as well", key=key, position=position.id
    )
    if key == NO_ACCOUNT:
        summary = sentence(
            "Let nobody but you commit for position {position}", position=position.id
        )
    return Plan(intents.set_voting_key(position, version, key), summary, (sentence("the key"),))


async def appeal_outside(desk: Desk) -> Plan:
    found = await desk.find()
    cost = desk.params.amount("cost")
    summary = sentence(
        "Appeal complaint {complaint} at the arbitrator outside for {amount}",
        complaint=found.case.id,
        amount=Amount(cost),
    )
    return Plan(
        intents.appeal_outside(found.case, cost),
        summary,
        (sentence("that you paid for an appeal"),),
    )


async def stake(desk: Desk) -> Plan:
    tickets = desk.params.integer("tickets")
    intent = intents.stake(tickets, desk.deployment.ticket_wei)
    summary = sentence(
        "Stake {amount} as an arbitrator ({tickets} tickets)",
        amount=Amount(intent.value),
        tickets=tickets,
    )
    return Plan(intent, summary, (sentence("that you may be drawn"),))


async def exit_(desk: Desk) -> Plan:
    position = desk.params.position()
    summary = sentence(
        "Take no new seats with position {position}, so as to leave", position=position
    )
    return Plan(intents.exit_(position), summary, (sentence("that you are leaving"),))


async def unstake(desk: Desk) -> Plan:
    position, to = desk.params.position(), desk.receiver()
    summary = sentence(
        "Have the stake of position {position} sent to {receiver}", position=position, receiver=to
    )
    return Plan(intents.unstake(position, to), summary, (sentence("the amount"),))


async def withdraw_rewards(desk: Desk) -> Plan:
    position, to = desk.params.position(), desk.receiver()
    summary = sentence(
        "Have the rewards of position {position} sent to {receiver}", position=position, receiver=to
    )
    return Plan(intents.withdraw_rewards(position, to), summary, (sentence("the amount"),))


def _round(case: Case, action: Action, desk: Desk) -> Round:
    """Raises Refused where no house court has the case."""
    if case.round is None:
        raise not_yours(case.id, action, desk.actor)
    return case.round


def _seat(case: Case, seats: Sequence[Seat], number: int) -> Seat:
    if number >= len(seats):
        raise InvalidInput(
            f"complaint {case.id} has no seat {number}",
            remedy=f"Seats are numbered from 0 to {len(seats) - 1}",
            code="seat-unknown",
            fields={"field": "seat"},
        )
    return seats[number]


async def _owner(desk: Desk, case: Case, seat: Seat) -> Address | None:
    """Whose seat it is, where the actor is that or holds its voting key. Raises Refused."""
    if seat.owner == desk.actor:
        return seat.owner
    if (await desk.draws.position(seat.position)).voting_key == desk.actor:
        return seat.owner
    raise Refused(
        f"seat {seat.number} of complaint {case.id} is not {desk.actor}'s",
        remedy="Use the wallet that was drawn, or its voting key",
        code="not-your-seat",
        fields={"complaint": case.id, "seat": seat.number, "owner": seat.owner},
    )


def _opening(desk: Desk, case: Case) -> Opening:
    """What opens the vote that the parameters tell. Raises InvalidInput, Refused."""
    current = _round(case, Action.REVEAL, desk)
    number = _seat(case, current.seats, desk.params.integer("seat")).number
    prefix, later = commitments.opening(keccak, current.commitments, number)
    return Opening(
        seat=number,
        vote=desk.params.share("vote"),
        salt=desk.params.hash32("salt"),
        reason=desk.params.digest("reason"),
        prefix=prefix,
        later=later,
    )


def _ballot(desk: Desk, case: Case, seat: Seat, commitment: Hash32) -> TypedData:
    """The same vote for others to send: it needs no nonce, and counts in this round alone."""
    deployment = desk.deployment
    place = Place(deployment.chain_id, deployment.address_of(FORWARDER))
    vote = (seat.number, commitment)
    return commit_typed_data(place, DisputeId(case.id), case.round_number, vote, desk.actor)


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "draw": draw,
    "rearm": rearm,
    "void": void,
    "commit": commit,
    "commit-drawing": commit,
    "reveal": reveal,
    "report-leak": report_leak,
    "voting-key": voting_key,
    "appeal-outside": appeal_outside,
    "stake": stake,
    "exit": exit_,
    "unstake": unstake,
    "withdraw-rewards": withdraw_rewards,
}
