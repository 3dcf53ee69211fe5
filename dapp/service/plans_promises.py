"""Plans of the two sides about promises in kind, and about persons who are accused."""

from collections.abc import Awaitable, Callable

from dapp.chain.keccak import keccak
from dapp.domain import intents
from dapp.domain.parts import PledgeKind
from dapp.domain.rules import Action
from dapp.service.plans import Desk, Plan, part_of, statement
from dapp.service.words import sentence


async def pledge(desk: Desk) -> Plan:
    case = await desk.case(Action.PLEDGE)
    kind, due = desk.params.integer("kind"), desk.params.integer("due_hours")
    refund, digest = desk.params.share("refund"), desk.params.digest()
    intent = intents.pledge(case, kind, due, refund, digest)
    is_again = kind == PledgeKind.SEND_AGAIN
    what = sentence("send the goods again") if is_again else sentence("put it right")
    return Plan(
        intent,
        sentence(
            "Promise to {what} within {due} hours, on complaint {complaint}; else {part} is due",
            what=what,
            due=due,
            complaint=case.id,
            part=part_of(case, refund),
        ),
        (sentence("the promise"), *statement(digest)),
    )


async def deliver(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.DELIVER), desk.params.digest()
    summary = sentence("Say that the promise on complaint {complaint} is kept", complaint=case.id)
    return Plan(
        intents.deliver(case, digest), summary, (sentence("that you kept it"), *statement(digest))
    )


async def confirm_delivery(desk: Desk) -> Plan:
    case = await desk.case(Action.CONFIRM_DELIVERY)
    summary = sentence(
        "Say that the promise on complaint {complaint} was kept; the organisation is paid",
        complaint=case.id,
    )
    return Plan(intents.confirm_delivery(case), summary, (sentence("that the promise was kept"),))


async def reopen(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.REOPEN), desk.params.digest()
    summary = sentence(
        "Say that the promise on complaint {complaint} was not kept, or not well", complaint=case.id
    )
    public = (sentence("that the promise was not kept"), *statement(digest))
    return Plan(intents.reopen(case, digest), summary, public)


async def accuse(desk: Desk) -> Plan:
    case, accusation = await desk.case(Action.ACCUSE), desk.params.hash32("accusation")
    summary = sentence(
        "Make complaint {complaint} one about a person, who is not named yet", complaint=case.id
    )
    return Plan(
        intents.accuse(case, accusation), summary, (sentence("that somebody is accused; not who"),)
    )


async def name_accused(desk: Desk) -> Plan:
    case = await desk.case(Action.NAME_ACCUSED)
    account, salt = desk.params.address("account"), desk.params.hash32("salt")
    return Plan(
        intents.name_accused(case, keccak, account, salt),
        sentence(
            "Say that complaint {complaint} is about {account}, who can neither "
            "answer nor judge it",
            complaint=case.id,
            account=account,
        ),
        (sentence("that you accuse {account}", account=account),),
    )


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "pledge": pledge,
    "deliver": deliver,
    "confirm-delivery": confirm_delivery,
    "reopen": reopen,
    "accuse": accuse,
    "name-accused": name_accused,
}
