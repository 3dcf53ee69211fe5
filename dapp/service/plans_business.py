"""Plans of organisations, of payers, and of whoever is owed money."""

from collections.abc import Awaitable, Callable

from dapp.domain import intents
from dapp.domain.types import ZERO_HASH, BasisPoints
from dapp.service.plans import Desk, Plan, statement
from dapp.service.words import ether, percent


async def register(desk: Desk) -> Plan:
    policy, agreement = desk.params.policy(), desk.params.digest("agreement")
    public = ("the policy", *statement(agreement))
    return Plan(intents.register(policy, agreement), "Register an organisation", public)


async def publish_policy(desk: Desk) -> Plan:
    number, policy = desk.params.organisation(), desk.params.policy()
    agreement = desk.params.digest("agreement")
    await desk.organisation(number)
    return Plan(
        intents.publish_policy(number, policy, agreement),
        f"Publish organisation {number}'s next policy, in force after seven days",
        ("the policy", *statement(agreement)),
    )


async def nominate(desk: Desk) -> Plan:
    number, account = desk.params.organisation(), desk.params.address("account")
    roles = desk.params.integer("roles")
    await desk.organisation(number)
    return Plan(
        intents.nominate(number, account, roles),
        f"Nominate {account} for roles {roles} of organisation {number}",
        (f"that {account} is nominated",),
    )


async def accept_role(desk: Desk) -> Plan:
    number = desk.params.organisation()
    await desk.organisation(number)
    return Plan(
        intents.accept_role(number),
        f"Accept the roles you were nominated for by organisation {number}",
        (f"that you act for organisation {number}",),
    )


async def remove_operator(desk: Desk) -> Plan:
    number, account = desk.params.organisation(), desk.params.address("account")
    await desk.organisation(number)
    return Plan(
        intents.remove_operator(number, account),
        f"Remove {account} from organisation {number}, for good",
        (f"that {account} no longer acts for organisation {number}",),
    )


async def bond(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    await desk.organisation(number)
    return Plan(
        intents.bond(number, amount),
        f"Add {ether(amount)} to the bond of organisation {number}",
        ("the amount",),
    )


async def pay(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    version = desk.params.integer("version", 1, 2**16 - 1)
    ref = desk.params.hash32("ref")
    await desk.organisation(number)
    return Plan(
        intents.pay(number, version, ref, amount),
        f"Pay {ether(amount)} into escrow for an order at organisation {number}, "
        f"under its policy {version}",
        ("the amount, and to which organisation",),
    )


async def release(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    return Plan(
        intents.release(paid.order),
        f"Give {ether(paid.amount)} in escrow to organisation {paid.order.organisation}",
        ("that the order is released",),
    )


async def refund(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    return Plan(
        intents.refund(paid.order),
        f"Give {ether(paid.amount)} in escrow back to {paid.order.customer}",
        ("that the order is refunded",),
    )


async def file(desk: Desk) -> Plan:
    paid = await desk.order(desk.params.hash32("order"))
    demand = desk.params.share("demand")
    category, digest = desk.params.integer("category"), desk.params.digest()
    intent = intents.file(paid.order, demand, category, digest)
    return Plan(
        intent,
        f"Complain about the order at organisation {paid.order.organisation} and ask for "
        f"{percent(demand)} of it ({_part(paid.amount, demand)})",
        ("the complaint and what you ask for", *statement(digest)),
    )


async def withdraw_credit(desk: Desk) -> Plan:
    contract, to = desk.params.text("contract"), desk.receiver()
    intent = intents.withdraw_credit(contract, to)
    return Plan(intent, f"Have what {contract} owes you sent to {to}", ("the amount",))


async def withdraw_organisation(desk: Desk) -> Plan:
    number, to = desk.params.organisation(), desk.receiver()
    row = await desk.organisation(number)
    if desk.params.has("token"):
        token = desk.params.address("token")
        summary = f"Have what the escrow holds in {token} for organisation {number} sent to {to}"
        return Plan(intents.withdraw_organisation(number, to, token), summary, ("the amount",))
    return Plan(
        intents.withdraw_organisation(number, to),
        f"Have {ether(row.balance)} of organisation {number} sent to {to}",
        ("the amount",),
    )


async def announce_bond(desk: Desk) -> Plan:
    number, amount = desk.params.organisation(), desk.params.amount("amount")
    await desk.organisation(number)
    return Plan(
        intents.announce_bond_withdrawal(number, amount),
        f"Announce that {ether(amount)} will leave the bond of organisation {number}",
        ("the amount",),
    )


async def withdraw_bond(desk: Desk) -> Plan:
    number, to = desk.params.organisation(), desk.receiver()
    await desk.organisation(number)
    summary = f"Have what was announced of the bond of organisation {number} sent to {to}"
    return Plan(intents.withdraw_bond(number, to), summary, ("the amount",))


async def encryption_key(desk: Desk) -> Plan:
    key = desk.params.hash32("key") if desk.params.has("key") else ZERO_HASH
    current, _ = await desk.people.find_key(desk.actor)
    version = (current.version if current else 0) + 1
    summary = "Say which key evidence for you is to be sealed to"
    if key == ZERO_HASH:
        summary = "Take back the key that evidence for you is sealed to"
    return Plan(intents.set_key(current, version, key), summary, ("the key",))


def _part(amount: int, share: BasisPoints) -> str:
    return ether(amount * share // 10_000)


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
