"""Plans of organisations, of payers, and of whoever is owed money."""

from collections.abc import Awaitable, Callable

from dapp.domain import fees, intents
from dapp.domain.parts import Category
from dapp.domain.types import ZERO_HASH
from dapp.service.plans import Desk, Filed, Plan, statement
from dapp.service.words import Amount, Share, sentence


async def register(desk: Desk) -> Plan:
    policy, agreement = desk.params.policy(), desk.params.digest("agreement")
    public = (sentence("the policy"), *statement(agreement))
    return Plan(intents.register(policy, agreement), sentence("Register an organisation"), public)


async def publish_policy(desk: Desk) -> Plan:
    number, policy = desk.params.organisation(), desk.params.policy()
    agreement = desk.params.digest("agreement")
    await desk.organisation(number)
    return Plan(
        intents.publish_policy(number, policy, agreement),
        sentence(
            "Publish organisation {organisation}'s next policy, in force after seven days",
            organisation=number,
        ),
        (sentence("the policy"), *statement(agreement)),
    )


async def nominate(desk: Desk) -> Plan:
    number, account = desk.params.organisation(), desk.params.address("account")
    roles = desk.params.integer("roles")
    await desk.organisation(number)
    return Plan(
        intents.nominate(number, account, roles),
        sentence(
            "Nominate {account} for roles {roles} of organisation {organisation}",
            account=account,
            roles=roles,
            organisation=number,
        ),
        (sentence("that {account} is nominated", account=account),),
    )


async def accept_role(desk: Desk) -> Plan:
    number = desk.params.organisation()
    await desk.organisation(number)
    return Plan(
        intents.accept_role(number),
        sentence(
            "Accept the roles you were nominated for by organisation {organisation}",
            organisation=number,
        ),
        (sentence("that you act for organisation {organisation}", organisation=number),),
    )


async def remove_operator(desk: Desk) -> Plan:
    number, account = desk.params.organisation(), desk.params.address("account")
    await desk.organisation(number)
    return Plan(
        intents.remove_operator(number, account),
        sentence(
            "Remove {account} from organisation {organisation}, for good",
            account=account,
            organisation=number,
        ),
        (
            sentence(
                "that {account} no longer acts for organisation {organisation}",
                account=account,
                organisation=number,
            ),
        ),
    )


async def bond(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    await desk.organisation(number)
    return Plan(
        intents.bond(number, amount),
        sentence(
            "Add {amount} to the bond of organisation {organisation}",
            amount=Amount(amount),
            organisation=number,
        ),
        (sentence("the amount"),),
    )


async def pay(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    version = desk.params.integer("version", 1, 2**16 - 1)
    ref = desk.params.hash32("ref")
    await desk.organisation(number)
    return Plan(
        intents.pay(number, version, ref, amount),
        sentence(
            "Pay {amount} into escrow for an order at organisation {organisation}, "
            "under its policy {version}",
            amount=Amount(amount),
            organisation=number,
            version=version,
        ),
        (sentence("the amount, and to which organisation"),),
    )


async def release(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    return Plan(
        intents.release(paid.order),
        sentence(
            "Give {amount} in escrow to organisation {organisation}",
            amount=Amount(paid.amount),
            organisation=paid.order.organisation,
        ),
        (sentence("that the order is released"),),
    )


async def refund(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    return Plan(
        intents.refund(paid.order),
        sentence(
            "Give {amount} in escrow back to {customer}",
            amount=Amount(paid.amount),
            customer=paid.order.customer,
        ),
        (sentence("that the order is refunded"),),
    )


async def file(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    demand = desk.params.share("demand")
    category, digest = desk.params.integer("category"), desk.params.digest()
    intent = intents.file(paid.order, demand, category, digest)
    return Plan(
        intent,
        sentence(
            "Complain about the order at organisation {organisation} and ask for "
            "{share} of it ({amount})",
            organisation=paid.order.organisation,
            share=Share(demand),
            amount=Amount(fees.share_down(paid.amount, demand)),
        ),
        (sentence("the complaint and what you ask for"), *statement(digest)),
        filed=Filed(paid.order, demand, Category(category), digest),
    )


async def withdraw_credit(desk: Desk) -> Plan:
    contract, to = desk.params.text("contract"), desk.receiver()
    intent = intents.withdraw_credit(contract, to)
    return Plan(
        intent,
        sentence(
            "Have what {contract} owes you sent to {receiver}", contract=contract, receiver=to
        ),
        (sentence("the amount"),),
    )


async def withdraw_organisation(desk: Desk) -> Plan:
    number, to = desk.params.organisation(), desk.receiver()
    row = await desk.organisation(number)
    if desk.params.has("token"):
        token = desk.params.address("token")
        summary = sentence(
            "Have what the escrow holds in {token} for organisation {organisation} "
            "sent to {receiver}",
            token=token,
            organisation=number,
            receiver=to,
        )
        return Plan(
            intents.withdraw_organisation(number, to, token), summary, (sentence("the amount"),)
        )
    return Plan(
        intents.withdraw_organisation(number, to),
        sentence(
            "Have {amount} of organisation {organisation} sent to {receiver}",
            amount=Amount(row.balance),
            organisation=number,
            receiver=to,
        ),
        (sentence("the amount"),),
    )


async def announce_bond(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    await desk.organisation(number)
    return Plan(
        intents.announce_bond_withdrawal(number, amount),
        sentence(
            "Announce that {amount} will leave the bond of organisation {organisation}",
            amount=Amount(amount),
            organisation=number,
        ),
        (sentence("the amount"),),
    )


async def withdraw_bond(desk: Desk) -> Plan:
    number, to = desk.params.organisation(), desk.receiver()
    await desk.organisation(number)
    summary = sentence(
        "Have what was announced of the bond of organisation {organisation} sent to {receiver}",
        organisation=number,
        receiver=to,
    )
    return Plan(intents.withdraw_bond(number, to), summary, (sentence("the amount"),))


async def encryption_key(desk: Desk) -> Plan:
    key = desk.params.hash32("key") if desk.params.has("key") else ZERO_HASH
    current, _ = await desk.people.find_key(desk.actor)
    version = (current.version if current else 0) + 1
    summary = sentence("Say which key evidence for you is to be sealed to")
    if key == ZERO_HASH:
        summary = sentence("Take back the key that evidence for you is sealed to")
    return Plan(intents.set_key(current, version, key), summary, (sentence("the key"),))


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "register": register,
    "publish-policy": publish_policy,
    "nominate": nominate,
    "accept-role": accept_role,
    "remove-operator": remove_operator,
    "bond": bond,
    "announce-bond-withdrawal": announce_bond,
    "withdraw-bond": withdraw_bond,
    "encryption-key": encryption_key,
    "pay": pay,
    "release": release,
    "refund": refund,
    "file": file,
    "withdraw-credit": withdraw_credit,
    "withdraw-organisation": withdraw_organisation,
}
