"""Plans of those who pay for appeals, and of those who get their money back."""

from collections.abc import Awaitable, Callable

from dapp.domain import intents
from dapp.domain.phases import MAX_APPEALS
from dapp.domain.rules import Action
from dapp.service.plans import Desk, Plan
from dapp.service.words import Amount, Sentence, sentence


async def contribute(desk: Desk) -> Plan:
    case = await desk.case(Action.CONTRIBUTE)
    is_higher, amount = desk.params.flag("higher"), desk.params.amount("amount")
    return Plan(
        intents.contribute(case, is_higher, amount),
        sentence(
            "Pay {amount} for an appeal of complaint {complaint} to a {direction} "
            "ruling; what is too much comes back at once",
            amount=Amount(amount),
            complaint=case.id,
            direction=_direction(is_higher),
        ),
        (sentence("the amount, and the direction"),),
    )


async def refund_contribution(desk: Desk) -> Plan:
    case = await desk.case(Action.REFUND_CONTRIBUTION)
    level, is_higher = _level(desk), desk.params.flag("higher")
    payer = desk.params.address("payer") if desk.params.has("payer") else desk.actor
    return Plan(
        intents.refund_contribution(case, level, is_higher, payer),
        sentence(
            "Have {payer} paid back what went into appeal {appeal} of complaint {complaint}",
            payer=payer,
            appeal=level + 1,
            complaint=case.id,
        ),
        (),
    )


async def resolve_appeal(desk: Desk) -> Plan:
    case, level = await desk.case(Action.RESOLVE_APPEAL), _level(desk)
    summary = sentence(
        "Have it decided where the stake of appeal {appeal} of complaint {complaint} goes",
        appeal=level + 1,
        complaint=case.id,
    )
    return Plan(intents.resolve_appeal(case, level), summary, ())


async def withdraw_share(desk: Desk) -> Plan:
    case = await desk.case(Action.WITHDRAW_SHARE)
    level, is_higher = _level(desk), desk.params.flag("higher")
    summary = sentence(
        "Take your part of what came back of appeal {appeal} of complaint {complaint}",
        appeal=level + 1,
        complaint=case.id,
    )
    return Plan(intents.withdraw_share(case, level, is_higher), summary, (sentence("the amount"),))


async def pay_bond(desk: Desk) -> Plan:
    number = desk.params.organisation()
    await desk.organisation(number)
    summary = sentence(
        "Pass on to the bond of organisation {organisation} what appeals owe it",
        organisation=number,
    )
    return Plan(intents.pay_bond(number), summary, (sentence("the amount"),))


def _level(desk: Desk) -> int:
    return desk.params.integer("level", 0, MAX_APPEALS)


def _direction(is_higher: bool) -> Sentence:
    return sentence("higher") if is_higher else sentence("lower")


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "contribute": contribute,
    "refund-contribution": refund_contribution,
    "resolve-appeal": resolve_appeal,
    "withdraw-share": withdraw_share,
    "pay-bond": pay_bond,
}
