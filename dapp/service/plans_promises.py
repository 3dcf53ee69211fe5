"""Plans of the two sides about promises in kind, and about persons who are accused."""

from collections.abc import Awaitable, Callable

from dapp.chain.keccak import keccak
from dapp.domain import fees, intents
from dapp.domain.case import Case
from dapp.domain.parts import PledgeKind
from dapp.domain.rules import Action
from dapp.service.plans import Desk, Plan, statement
from dapp.service.words import ether, percent


async def pledge(desk: Desk) -> Plan:
    case = await desk.case(Action.PLEDGE)
    kind, due = desk.params.integer("kind"), desk.params.integer("due_hours")
    refund, digest = desk.params.share("refund"), desk.params.digest()
    intent = intents.pledge(case, kind, due, refund, digest)
    what = "send the goods again" if kind == PledgeKind.SEND_AGAIN else "put it right"
    return Plan(
        intent,
        f"Promise to {what} within {due} hours, on complaint {case.id}; "
        f"else {_part(case, refund)} is due",
        ("the promise", *statement(digest)),
    )


async def deliver(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.DELIVER), desk.params.digest()
    summary = f"Say that the promise on complaint {case.id} is kept"
    return Plan(intents.deliver(case, digest), summary, ("that you kept it", *statement(digest)))


async def confirm_delivery(desk: Desk) -> Plan:
    case = await desk.case(Action.CONFIRM_DELIVERY)
    summary = f"Say that the promise on complaint {case.id} was kept; the organisation is paid"
    return Plan(intents.confirm_delivery(case), summary, ("that the promise was kept",))


async def reopen(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.REOPEN), desk.params.digest()
    summary = f"Say that the promise on complaint {case.id} was not kept, or not well"
    public = ("that the promise was not kept", *statement(digest))
    return Plan(intents.reopen(case, digest), summary, public)


async def accuse(desk: Desk) -> Plan:
    case, accusation = await desk.case(Action.ACCUSE), desk.params.hash32("accusation")
    summary = f"Make complaint {case.id} one about a person, who is not named yet"
    return Plan(intents.accuse(case, accusation), summary, ("that somebody is accused; not who",))


async def name_accused(desk: Desk) -> Plan:
    case = await desk.case(Action.NAME_ACCUSED)
    account, salt = desk.params.address("account"), desk.params.hash32("salt")
    return Plan(
        intents.name_accused(case, keccak, account, salt),
        f"Say that complaint {case.id} is about {account}, who can neither answer nor judge it",
        (f"that you accuse {account}",),
    )


def _part(case: Case, share: int) -> str:
    return f"{percent(share)} ({ether(fees.share_down(case.amount, share))})"


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "pledge": pledge,
    "deliver": deliver,
    "confirm-delivery": confirm_delivery,
    "reopen": reopen,
    "accuse": accuse,
    "name-accused": name_accused,
}
