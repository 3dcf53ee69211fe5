"""The contracts as scripts/deploy.py deploys them, an organisation, and the people around it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from brownie import accounts, project
from clock import HOUR
from model import GWEI

from scripts.deploy import CONTRACTS, SMALL_CLAIMS, TICKET_WEI

ETH = 10**18
NOBODY = "0x0000000000000000000000000000000000000000"
AGREEMENT = b"\xa9" * 32
# Monday to Friday, 09:00 to 18:00 UTC.
PEAK = sum(1 << 24 * day + hour for day in range(5) for hour in range(9, 18))
# Peak mask, seconds to acknowledge (peak, off peak), hours to answer, confirm and protect, track.
POLICY = (PEAK, 30 * 60, 10 * 60, 48, 72, 336, 0)
FEE_GWEI, LOCK_GWEI = SMALL_CLAIMS[:2]
FEE = FEE_GWEI * GWEI
BOND = 1 * ETH
TICKETS = [1 + i % 4 for i in range(16)]


class Phase(IntEnum):
    """Where a complaint stands (libraries/Phases.sol)."""

    NONE = 0
    FILED = 1
    ASKED = 2
    OVERDUE = 3
    OFFERED = 4
    LAPSED = 5
    ESCALATED = 6
    PAID = 7
    CONFIRMED = 8
    CLOSED = 9
    WITHDRAWN = 10


class RoundPhase(IntEnum):
    """Where a round stands (libraries/RoundPhases.sol)."""

    NONE = 0
    AWAITING_SEED = 1
    DRAWABLE = 2
    MISSED = 3
    HAND_OVER = 4
    COMMIT = 5
    REVEAL = 6
    INSUFFICIENT = 7
    DECIDABLE = 8
    CONCLUDED = 9


class Outcome(IntEnum):
    """How the money came to be divided."""

    ACCEPTED = 1
    ACCEPTED_BY_SILENCE = 2
    DEFAULTED = 3
    RULED = 4


class OrderState(IntEnum):
    """What became of an order's money."""

    NONE = 0
    HELD = 1
    DISPUTED = 2
    RELEASED = 3
    REFUNDED = 4
    SPLIT = 5


@dataclass(frozen=True)
class House:
    """Contracts and people.

    Attributes:
        keeper: a stranger to every case; pokes and deploys.
        admin: registered organisation 1 and has all its roles.
        operator: may only answer for it (role 1).
        cashier: may only handle its money (role 2).
    """

    registry: Any
    escrow: Any
    court: Any
    desk: Any
    seeds: Any
    keeper: Any
    admin: Any
    operator: Any
    cashier: Any
    customer: Any
    arbitrators: list[Any]
    organisation: int = 1

    @property
    def bond(self) -> tuple[int, int]:
        """Wei that organisation 1 has posted, and the part that cases hold."""
        balance, reserved = self.registry.bond(self.organisation)
        return int(balance), int(reserved)

    def order(self, word: int) -> dict[str, int]:
        """An order's word, unpacked."""
        return {
            "amount": word & (1 << 96) - 1,
            "paid_at": word >> 96 & (1 << 40) - 1,
            "complaint": word >> 136 & (1 << 64) - 1,
            "state": word >> 200,
        }

    def position(self, number: int) -> dict[str, int]:
        """A position's word, unpacked; the balance in gwei."""
        word = self.court.positions(number)
        return {
            "owner": word & (1 << 160) - 1,
            "tickets": word >> 160 & 0x7F,
            "exiting": word >> 167 & 1,
            "seats": word >> 168 & 0xFF,
            "since": word >> 176 & 0xFFFFFFFF,
            "balance": word >> 208,
        }


def build(*, stakes: list[int] = TICKETS) -> House:
    """Deploy, register organisation 1 with its operators and bond, and stake arbitrators."""
    keeper, admin, operator, customer, *rest = accounts[:20]
    arbitrators, cashier = rest[:16], accounts.add()
    found = _deploy(keeper)
    house = House(
        registry=found["OrganisationRegistry"],
        escrow=found["OrderEscrow"],
        court=found["ArbitrationCourt"],
        desk=found["ComplaintDesk"],
        seeds=found["RandaoSource"],
        keeper=keeper,
        admin=admin,
        operator=operator,
        cashier=cashier,
        customer=customer,
        arbitrators=arbitrators,
    )
    house.registry.register(POLICY, AGREEMENT, {"from": admin})
    for account, role in ((operator, 1), (cashier, 2)):
        house.registry.nominateOperator(1, account, role, {"from": admin})
        house.registry.acceptOperator(1, {"from": account})
    house.registry.depositBond(1, {"from": admin, "value": BOND})
    for account, tickets in zip(arbitrators, stakes, strict=False):
        house.court.stake(tickets, {"from": account, "value": tickets * TICKET_WEI})
    return house


def _deploy(deployer) -> dict[str, Any]:
    loaded = project.get_loaded_projects()[0]
    places = {
        name: deployer.get_deployment_address(deployer.nonce + i)
        for i, (name, _) in enumerate(CONTRACTS)
    }
    found = {}
    for name, arguments in CONTRACTS:
        values = [places[a[1:]] if isinstance(a, str) else a for a in arguments]
        found[name] = deployer.deploy(loaded[name], *values)
        assert found[name].address == places[name]
    return found


def acknowledge_seconds(timestamp: int) -> int:
    """What POLICY promises for a complaint filed then. 1970 began on a Thursday."""
    hour = (timestamp // HOUR + 3 * 24) % 168
    return POLICY[1] if PEAK >> hour & 1 else POLICY[2]
