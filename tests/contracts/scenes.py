"""For each action that can be signed: a state in which it can be done, by whom and with what."""

from collections.abc import Callable
from typing import Any

import clock
from batches import complaint
from case import DIGEST, Case, Claim, accusation
from house import AGREEMENT, CLAIM, ETH, NOBODY, POLICY, TICKET_WEI, House, price
from playing import rpc
from refusing import refuse_money

# Who acts, the arguments, and the wei that are sent along.
Scene = tuple[Any, tuple, int]


def after(step: Callable[[], Any], scene: Scene) -> Scene:
    """The scene, after a step that has to come first."""
    step()
    return scene


def _filed(house: House, *steps: str) -> Case:
    """A complaint, and what was done about it: methods of `Case` that take nothing."""
    case = Case(house)
    case.file()
    for step in steps:
        getattr(case, step)()
    return case


def _pledged(house: House) -> Case:
    case = _filed(house)
    case.pledge(6000)
    case.accept()
    return case


def _offered(house: House) -> Case:
    case = _filed(house)
    case.offer(4000)
    return case


def _desk_answers(house: House) -> dict[str, Callable[[], Scene]]:
    operator = house.operator
    return {
        "acknowledge": lambda: (operator, (_filed(house).number, DIGEST), 0),
        "ask": lambda: (operator, (_filed(house).number, DIGEST), 0),
        "offer": lambda: (operator, (_filed(house).number, 1000, DIGEST), 0),
        "pledge": lambda: (operator, (_filed(house).number, 2, 48, 1000, DIGEST), 0),
        "deliver": lambda: (operator, (_pledged(house).number, DIGEST), 0),
    }


def desk(house: House) -> dict[str, Callable[[], Scene]]:
    me, salt = house.customer, b"\x31" * 32

    def of(case: Case, *arguments) -> Scene:
        return me, (case.number, *arguments), 0

    def ordered(case: Case, *arguments) -> Scene:
        return of(case, case.order, *arguments)

    def delivered() -> Case:
        case = _pledged(house)
        case.deliver()
        return case

    def paid() -> Case:
        case = _offered(house)
        case.accept()
        return case

    def accused() -> Case:
        case = _filed(house)
        house.desk.accuse(case.number, accusation(house.keeper, salt), {"from": me})
        return case

    def confirmed() -> Case:
        case = paid()
        house.desk.confirm(case.number, {"from": me})
        return case

    def escalate() -> Scene:
        case = _offered(house)
        return me, (case.number, case.order, 1, 8000, DIGEST), price(3)

    return _desk_answers(house) | {
        "file": lambda: (me, (Case(house).order, 5000, 2, DIGEST), 0),
        "contest": lambda: of(_filed(house, "acknowledge")),
        "inform": lambda: of(_filed(house, "ask"), DIGEST),
        "reopen": lambda: of(delivered(), DIGEST),
        "accept": lambda: ordered(_offered(house), 1),
        "withdraw": lambda: ordered(_offered(house), 1),
        "escalate": escalate,
        "settle": lambda: ordered(Case(house).escalated(), 0, 5000),
        "confirm": lambda: of(paid()),
        "confirmDelivery": lambda: ordered(delivered()),
        "rate": lambda: of(confirmed(), 5, DIGEST),
        "submitEvidence": lambda: of(_filed(house), DIGEST),
        "accuse": lambda: of(_filed(house), DIGEST),
        "nameAccused": lambda: of(accused(), house.keeper, salt),
    }


def escrow(house: House) -> dict[str, Callable[[], Scene]]:
    def released() -> None:
        house.escrow.release(Case(house).order, {"from": house.customer})

    def credited() -> None:
        with refuse_money(house.customer):
            house.escrow.refund(Case(house).order, {"from": house.cashier})

    return {
        "pay": lambda: (house.customer, (1, 1, b"\x61" * 32), ETH),
        "release": lambda: (house.customer, (Case(house).order,), 0),
        "refund": lambda: (house.admin, (Case(house).order,), 0),
        "withdrawOrganisation": lambda: after(
            released, (house.admin, (1, NOBODY, house.keeper), 0)
        ),
        "withdrawTo": lambda: after(credited, (house.customer, (house.keeper,), 0)),
    }


def registry(house: House) -> dict[str, Callable[[], Scene]]:
    admin, new = house.admin, house.arbitrators[0]

    def nominated() -> None:
        house.registry.nominateOperator(1, new, 1, {"from": admin})

    def announced() -> None:
        house.registry.requestBondWithdrawal(1, 7, {"from": admin})
        clock.to(clock.now() + house.registry.bondNotice(1))

    def charged() -> None:
        case = Case(house).escalated(offer=0, demand=10_000).decided([10_000] * 3)
        with refuse_money(house.customer):
            case.execute()

    return {
        "register": lambda: (house.customer, (POLICY, AGREEMENT), 0),
        "publishPolicy": lambda: (admin, (1, POLICY, AGREEMENT), 0),
        "nominateOperator": lambda: (admin, (1, new, 5), 0),
        "acceptOperator": lambda: after(nominated, (new, (1,), 0)),
        "removeOperator": lambda: (admin, (1, house.operator), 0),
        "depositBond": lambda: (house.customer, (1,), 9),
        "requestBondWithdrawal": lambda: (admin, (1, 9), 0),
        "withdrawBond": lambda: after(announced, (admin, (1, house.keeper), 0)),
        "withdrawTo": lambda: after(charged, (house.customer, (house.keeper,), 0)),
    }


def claims(house: House) -> dict[str, Callable[[], Scene]]:
    def filed() -> Claim:
        claim = Claim(house)
        claim.file()
        return claim

    def funded() -> Claim:
        claim = filed()
        claim.fund(7)
        return claim

    def credited() -> None:
        claim = filed()
        claim.offer(0)
        clock.to(claim.events("Offered")[0]["deadline"])
        with refuse_money(house.customer):
            claim.execute()

    deposit = int(house.claims.depositFor(CLAIM))
    facts = (1, 1, CLAIM, b"\x62" * 32, 5000, 2, DIGEST)
    return {
        "claim": lambda: (house.customer, facts, deposit),
        "fund": lambda: (house.admin, (filed().number,), 9),
        "withdrawFunding": lambda: (house.admin, (funded().number, house.keeper), 0),
        "withdrawTo": lambda: after(credited, (house.customer, (house.keeper,), 0)),
    }


def court(house: House) -> dict[str, Callable[[], Scene]]:
    owner = house.arbitrators[3]

    def rewarded() -> Scene:
        case = Case(house).escalated().decided([5000] * 3)
        sitting = case.owner(0)
        position = case.panel[0]
        case.execute()
        return sitting, (position, house.keeper), 0

    def credited() -> None:
        case = Case(house).escalated()
        case.settle(5000, house.customer)
        with refuse_money(house.customer):
            case.settle(5000, house.operator)

    return {
        "stake": lambda: (house.customer, (2,), 2 * TICKET_WEI),
        "requestExit": lambda: (owner, (3,), 0),
        "withdrawRewards": rewarded,
        "setVotingKey": lambda: (owner, (3, 7, house.keeper), 0),
        "withdrawTo": lambda: after(credited, (house.customer, (house.keeper,), 0)),
    }


def appeals(house: House) -> dict[str, Callable[[], Scene]]:
    funder = house.arbitrators[0]

    def counted() -> Case:
        return Case(house).escalated().vote([5000] * 3)

    def moved() -> int:
        case = counted()
        case.appeal(higher=True, by=funder)
        case.decided([9000] * 7).execute()
        return case.number

    def credited() -> None:
        case = counted()
        house.appeals.contribute(case.number, True, {"from": funder, "value": 9})
        clock.to(case.round.appeal_ends)
        with refuse_money(funder):
            house.appeals.refund(case.number, 0, True, funder, {"from": house.keeper})

    return {
        "contribute": lambda: (funder, (counted().number, True), 9),
        "withdrawShare": lambda: (funder, (moved(), 0, True), 0),
        "withdrawTo": lambda: after(credited, (funder, (house.keeper,), 0)),
    }


def keys(house: House) -> dict[str, Callable[[], Scene]]:
    return {"setKey": lambda: (house.customer, (1, b"\x41" * 32), 0)}


def public(house: House) -> dict[str, Callable[[], Scene]]:
    def credited() -> None:
        creator = house.keeper
        rpc("anvil_impersonateAccount", str(creator))
        with refuse_money(creator):
            house.public.createDispute(2, b"", {"from": creator, "value": price(3) + 9})

    return {"withdrawTo": lambda: after(credited, (house.keeper, (house.customer,), 0))}


def anchor(house: House) -> dict[str, Callable[[], Scene]]:
    return {"revoke": lambda: (house.customer, (complaint(Case(house)),), 0)}


ALL = {
    "desk": desk,
    "escrow": escrow,
    "registry": registry,
    "claims": claims,
    "court": court,
    "appeals": appeals,
    "keys": keys,
    "public": public,
    "anchor": anchor,
}
