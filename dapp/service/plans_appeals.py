"""Plans of those who pay for appeals, and of those who get their money back."""

from collections.abc import Awaitable, Callable

from dapp.domain import intents
from dapp.domain.phases import MAX_APPEALS
from dapp.domain.rules import Action
from dapp.service.plans import Desk, Plan
from dapp.service.words import ether


async def contribute(desk: Desk) -> Plan:
    case = await desk.case(Action.CONTRIBUTE)
    is_higher, amount = desk.params.flag("higher"), desk.params.amount("amount")
    return Plan(
        intents.contribute(case, is_higher, amount),
        f"Pay {ether(amount)} for an appeal of complaint {case.id} to a "
        f"{_direction(is_higher)} ruling; what is too much comes back at once",
        ("the amount, and the direction",),
    )


async def refund_contribution(desk: Desk) -> Plan:
    case = await desk.case(Action.REFUND_CONTRIBUTION)
    level, is_higher = _level(desk), desk.params.flag("higher")
    payer = desk.params.address("payer") if desk.params.has("payer") else desk.actor
    return Plan(
        intents.refund_contribution(case, level, is_higher, payer),
        f"Have {payer} paid back what went into appeal {level + 1} of complaint {case.id}",
        (),
    )


async def resolve_appeal(desk: Desk) -> Plan:
    case, level = await desk.case(Action.RESOLVE_APPEAL), _level(desk)
    summary = f"Have it decided where the stake of appeal {level + 1} of complaint {case.id} goes"
    return Plan(intents.resolve_appeal(case, level), summary, ())


async def withdraw_share(desk: Desk) -> Plan:
    case = await desk.case(Action.WITHDRAW_SHARE)
    level, is_higher = _level(desk), desk.params.flag("higher")
    summary = f"Take your part of what came back of appeal {level + 1} of complaint {case.id}"
    return Plan(intents.withdraw_share(case, level, is_higher), summary, ("the amount",))


async def pay_bond(desk: Desk) -> Plan:
    number = desk.params.organisation()
    await desk.organisation(number)
    summary = f"Pass on to the bond of organisation {number} what appeals owe it"
    return Plan(intents.pay_bond(number), summary, ("the amount",))


def _level(desk: Desk) -> int:
    return desk.params.integer("level", 0, MAX_APPEALS)


def _direction(is_higher: bool) -> str:
    return "higher" if is_higher else "lower"


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "contribute": contribute,
    "refund-contribution": refund_contribution,
    "resolve-appeal": resolve_appeal,
    "withdraw-share": withdraw_share,
    "pay-bond": pay_bond,
}
