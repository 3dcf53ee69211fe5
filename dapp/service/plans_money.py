"""Plans about claims without an order, tokens, and money that is held or sent along."""

from collections.abc import Awaitable, Callable

from dapp.domain import intents
from dapp.domain.events import CLAIMS
from dapp.domain.parts import Order
from dapp.domain.payment import deposit_for
from dapp.domain.rules import Action
from dapp.domain.types import ZERO_HASH
from dapp.errors import Refused
from dapp.service.plans import Desk, Plan, statement
from dapp.service.words import Amount, Share, ether, sentence


async def pay_token(desk: Desk) -> Plan:
    number, token = desk.params.organisation(), desk.params.address("token")
    version = desk.params.integer("version", 1, 2**16 - 1)
    amount, ref = desk.params.amount("amount"), desk.params.hash32("ref")
    await desk.organisation(number)
    return Plan(
        intents.pay_token(number, version, token, amount, ref),
        sentence(
            "Pay {amount} units of {token} into escrow for an order at organisation "
            "{organisation}, under its policy {version}",
            amount=amount,
            token=token,
            organisation=number,
            version=version,
        ),
        (sentence("the amount, and to which organisation"),),
    )


async def withdraw_token_credit(desk: Desk) -> Plan:
    token, to = desk.params.address("token"), desk.receiver()
    summary = sentence(
        "Have what the escrow owes you in {token} sent to {receiver}", token=token, receiver=to
    )
    return Plan(intents.withdraw_token_credit(token, to), summary, (sentence("the amount"),))


async def claim(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    version = desk.params.integer("version", 1, 2**16 - 1)
    ref, demand = desk.params.hash32("ref"), desk.params.share("demand")
    category, digest = desk.params.integer("category"), desk.params.digest()
    row, moment = await desk.people.find_organisation(number)
    most = row.organisation.claim_limit(moment.now)
    if amount > most:
        raise Refused(
            f"organisation {number} accepts claims of at most {ether(most)} now",
            remedy="Claim less, or complain about an order in escrow",
            code="claim-too-large",
            fields={"organisation": number, "amount": amount, "most": most},
        )
    at = desk.deployment.address_of(CLAIMS)
    order = Order(number, version, desk.actor, at, ref, ZERO_HASH, is_claim=True)
    return Plan(
        intents.claim(order, amount, demand, category, digest),
        sentence(
            "Claim {share} of {amount} from the bond of organisation {organisation}, "
            "with a deposit of {deposit}",
            share=Share(demand),
            amount=Amount(amount),
            organisation=number,
            deposit=Amount(deposit_for(amount)),
        ),
        (sentence("the claim and what you ask for"), *statement(digest)),
    )


async def fund(desk: Desk) -> Plan:
    case, amount = await desk.case(Action.FUND), desk.params.amount("amount")
    summary = sentence(
        "Send {amount} along, with which claim {complaint} can be settled",
        amount=Amount(amount),
        complaint=case.id,
    )
    return Plan(intents.fund(case, amount), summary, (sentence("the amount"),))


async def withdraw_funding(desk: Desk) -> Plan:
    case, to = await desk.case(Action.WITHDRAW_FUNDING), desk.receiver()
    summary = sentence(
        "Have {amount} of claim {complaint} sent to {receiver}",
        amount=Amount(case.funding.back_down(desk.actor)),
        complaint=case.id,
        receiver=to,
    )
    return Plan(intents.withdraw_funding(case, to), summary, (sentence("the amount"),))


async def freeze(desk: Desk) -> Plan:
    paid, hours = await desk.order(desk.params.hash32("order")), desk.params.integer("hours")
    summary = sentence(
        "Hold the payouts of order {order} for {hours} hours", order=paid.order.key, hours=hours
    )
    return Plan(intents.freeze(paid.order, hours), summary, (sentence("that the order is held"),))


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "pay-token": pay_token,
    "withdraw-token-credit": withdraw_token_credit,
    "claim": claim,
    "fund": fund,
    "withdraw-funding": withdraw_funding,
    "freeze": freeze,
}
