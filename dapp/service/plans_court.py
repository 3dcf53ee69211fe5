"""Plans of arbitrators, and of whoever keeps a dispute moving."""

from collections.abc import Awaitable, Callable

from dapp.chain.keccak import keccak
from dapp.domain import commitments, intents
from dapp.domain.case import Case
from dapp.domain.phases import seed_block
from dapp.domain.rounds import Round
from dapp.domain.rules import Action
from dapp.errors import InvalidInput, Refused
from dapp.service.plans import Desk, Plan, statement
from dapp.service.words import ether, percent


async def draw(desk: Desk) -> Plan:
    case = await desk.case(Action.DRAW)
    header = await desk.node.header_at(seed_block(_round(case)))
    summary = f"Draw the panel of complaint {case.id}, with the header of its seed's block"
    return Plan(intents.draw(case, header.encoded), summary, ("who was drawn",))


async def rearm(desk: Desk) -> Plan:
    case = await desk.case(Action.REARM)
    summary = f"Set a new draw for complaint {case.id}: nobody drew in time"
    return Plan(intents.rearm(case), summary, ())


async def void(desk: Desk) -> Plan:
    case = await desk.case(Action.VOID)
    summary = f"End the round of complaint {case.id} in which too few revealed"
    return Plan(intents.void(case), summary, ("who revealed nothing",))


async def commit(desk: Desk) -> Plan:
    case = await desk.case(Action.COMMIT)
    number = _seat(case, desk.params.integer("seat"))
    owner = _round(case).seats[number].owner
    if owner != desk.actor:
        raise Refused(
            f"seat {number} of complaint {case.id} is not {desk.actor}'s",
            remedy="Use the wallet that was drawn",
            code="not-your-seat",
            fields={"complaint": case.id, "seat": number, "owner": owner},
        )
    return Plan(
        intents.commit(case, number, desk.params.hash32("commitment")),
        f"Commit the hidden vote of seat {number} on complaint {case.id}",
        ("that you voted; not how",),
    )


async def reveal(desk: Desk) -> Plan:
    case = await desk.case(Action.REVEAL)
    number = _seat(case, desk.params.integer("seat"))
    vote, salt = desk.params.share("vote"), desk.params.hash32("salt")
    reason = desk.params.digest("reason")
    opening = commitments.opening(keccak, _round(case).commitments, number)
    return Plan(
        intents.reveal(case, number, vote, (salt, reason), opening),
        f"Reveal the vote of seat {number} on complaint {case.id}: {percent(vote)}",
        ("the vote", *statement(reason)),
    )


async def stake(desk: Desk) -> Plan:
    tickets = desk.params.integer("tickets")
    intent = intents.stake(tickets, desk.deployment.ticket_wei)
    summary = f"Stake {ether(intent.value)} as an arbitrator ({tickets} tickets)"
    return Plan(intent, summary, ("that you may be drawn",))


async def exit_(desk: Desk) -> Plan:
    position = desk.params.position()
    summary = f"Take no new seats with position {position}, so as to leave"
    return Plan(intents.exit_(position), summary, ("that you are leaving",))


async def unstake(desk: Desk) -> Plan:
    position, to = desk.params.position(), desk.receiver()
    summary = f"Have the stake of position {position} sent to {to}"
    return Plan(intents.unstake(position, to), summary, ("the amount",))


async def withdraw_rewards(desk: Desk) -> Plan:
    position, to = desk.params.position(), desk.receiver()
    summary = f"Have the rewards of position {position} sent to {to}"
    return Plan(intents.withdraw_rewards(position, to), summary, ("the amount",))


def _round(case: Case) -> Round:
    """The rules let nobody here before there is one."""
    assert case.round is not None
    return case.round


def _seat(case: Case, number: int) -> int:
    seats = len(_round(case).seats)
    if number >= seats:
        raise InvalidInput(
            f"complaint {case.id} has no seat {number}",
            remedy=f"Seats are numbered from 0 to {seats - 1}",
            code="seat-unknown",
            fields={"field": "seat"},
        )
    return number


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "draw": draw,
    "rearm": rearm,
    "void": void,
    "commit": commit,
    "reveal": reveal,
    "stake": stake,
    "exit": exit_,
    "unstake": unstake,
    "withdraw-rewards": withdraw_rewards,
}
