"""The contracts as scripts/release.py makes them, an organisation, and the people around it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import clock
from brownie import accounts, project
from clock import DAY, HOUR
from model import GWEI

from scripts.release import NAMES, SMALL_CLAIMS, Terms, arguments

ETH = 10**18
NOBODY = "0x0000000000000000000000000000000000000000"
AGREEMENT = b"\xa9" * 32
# Monday to Friday, 09:00 to 18:00 UTC.
PEAK = sum(1 << 24 * day + hour for day in range(5) for hour in range(9, 18))
# Peak mask, seconds to acknowledge (peak, off peak), hours to answer, confirm and protect, track,
# and the cap on claims: 1 ETH in two digits.
POLICY = (PEAK, 30 * 60, 10 * 60, 48, 72, 336, 0, 16)
CAP = ETH
FEE_GWEI, LOCK_GWEI = SMALL_CLAIMS.fee_gwei, SMALL_CLAIMS.lock_gwei
FEE = FEE_GWEI * GWEI
TICKET_WEI = 4 * LOCK_GWEI * GWEI
BOUNTY = Terms("", ()).draw_bounty_gwei * GWEI
BOND = 1 * ETH
# The most that the first claim asks for: a tenth of what is not kept free for costs.
CLAIM = BOND * 9 // 100
TICKETS = [1 + i % 4 for i in range(16)]


def price(seats: int) -> int:
    """Wei for a panel of so many seats on the house court's own track."""
    return seats * FEE + BOUNTY


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
    PLEDGED = 11
    BROKEN = 12
    DELIVERED = 13
    KEPT = 14


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
    APPEALABLE = 8
    DECIDABLE = 9


class Outcome(IntEnum):
    """How the money came to be divided."""

    ACCEPTED = 1
    ACCEPTED_BY_SILENCE = 2
    DEFAULTED = 3
    RULED = 4
    REFUSED = 5
    SETTLED = 6
    PLEDGE_BROKEN = 7
    PLEDGE_KEPT = 8


class OrderState(IntEnum):
    """What became of an order's money."""

    NONE = 0
    HELD = 1
    DISPUTED = 2
    RELEASED = 3
    REFUNDED = 4
    SPLIT = 5


# By the names that the tests know them by.
CONTRACTS = {
    "forwarder": "Forwarder",
    "timelock": "Timelock",
    "seeds": "RandaoSource",
    "keys": "KeyRegistry",
    "registry": "OrganisationRegistry",
    "escrow": "OrderEscrow",
    "claims": "BondClaims",
    "court": "ArbitrationCourt",
    "public": "PublicArbitrator",
    "outside": "OutsideArbitrators",
    "appeals": "AppealFund",
    "anchor": "ComplaintAnchor",
    "desk": "ComplaintDesk",
}


@dataclass(frozen=True)
class House:
    """Contracts and people.

    Attributes:
        keeper: a stranger to every case; pokes, deploys, proposes to the timelock.
        guardian: may pause and freeze.
        admin: registered organisation 1 and has all its roles.
        operator: may only answer for it (role 1).
        cashier: may only handle its money (role 2).
    """

    forwarder: Any
    timelock: Any
    seeds: Any
    keys: Any
    registry: Any
    escrow: Any
    claims: Any
    court: Any
    public: Any
    outside: Any
    appeals: Any
    anchor: Any
    desk: Any
    keeper: Any
    guardian: Any
    admin: Any
    operator: Any
    cashier: Any
    customer: Any
    arbitrators: list[Any]
    organisation: int = 1

    @property
    def bond(self) -> tuple[int, int]:
        """Wei that organisation 1 has posted, and the part that claims hold."""
        balance, locked = self.registry.bond(self.organisation)
        return int(balance), int(locked)

    def order(self, word: int) -> dict[str, int]:
        """An order's word, unpacked."""
        return {
            "amount": word & (1 << 96) - 1,
            "paid_at": word >> 96 & (1 << 32) - 1,
            "frozen_until": word >> 128 & (1 << 32) - 1,
            "complaint": word >> 160 & (1 << 64) - 1,
            "state": word >> 224 & 0xF,
            "confirm_hours": word >> 228 & 0xFFF,
            "protection_hours": word >> 240,
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

    def announce(self, method, *arguments) -> tuple:
        """Announce a call to the timelock; its arguments of `execute`, due a week later."""
        call = (method._address, 0, method.encode_input(*arguments), bytes(32), bytes(32))
        self.timelock.schedule(*call, 7 * DAY, {"from": self.keeper})
        return call

    def decide(self, method, *arguments):
        """Have the timelock call `method`, a week after it was announced."""
        call = self.announce(method, *arguments)
        clock.to(clock.now() + 7 * DAY)
        return self.timelock.execute(*call, {"from": self.keeper})


def build(*, stakes: list[int] = TICKETS) -> House:
    """Deploy, register organisation 1 with its operators and bond, and stake arbitrators."""
    keeper, admin, operator, customer, *rest = accounts[:20]
    arbitrators, cashier, guardian = rest[:16], accounts.add(), accounts.add()
    found = _deploy(keeper, Terms(guardian=str(guardian), proposers=[str(keeper)]))
    house = House(
        **{attribute: found[name] for attribute, name in CONTRACTS.items()},
        keeper=keeper,
        guardian=guardian,
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


def _deploy(deployer, terms: Terms) -> dict[str, Any]:
    loaded = project.get_loaded_projects()[0]
    places = {
        name: deployer.get_deployment_address(deployer.nonce + i) for i, name in enumerate(NAMES)
    }
    told = arguments(places, terms)
    found = {}
    for name in NAMES:
        found[name] = deployer.deploy(loaded[name], *told[name])
        assert found[name].address == places[name]
    return found


def acknowledge_seconds(timestamp: int) -> int:
    """What POLICY promises for a complaint filed then. 1970 began on a Thursday."""
    hour = (timestamp // HOUR + 3 * 24) % 168
    return POLICY[1] if PEAK >> hour & 1 else POLICY[2]
