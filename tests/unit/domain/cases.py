"""Cases for tests of rules: made of events of the desk and the court, as the fold makes them."""

from collections.abc import Mapping

from dapp.chain.keccak import keccak
from dapp.domain.case import Case, Context
from dapp.domain.events import COURT, DESK, Event, Value
from dapp.domain.fold import apply
from dapp.domain.policy import Policy, pack
from dapp.domain.types import (
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    PositionId,
    UnixTime,
)

CUSTOMER = Address("0x" + "c0" * 20)
OPERATOR = Address("0x" + "0b" * 20)
ANYONE = Address("0x" + "a0" * 20)
OWNERS = [Address(f"0x{number:040x}") for number in range(1, 32)]
POLICY = Policy(0, 1800, 600, 72, 72, 720, 0)
START = UnixTime(2_000_000_000)
HOUR = 3600
# Fee 0.01, lock 0.1 ether; 24, 48 and 48 hours; three seats; armed at block 100; 31 positions.
ROUND = (
    (10_000_000 | 100_000_000 << 30 | 24 << 64 | 48 << 71 | 48 << 78 | 3 << 85 | 3 << 90)
    | 100 << 104
    | 31 << 136
)


def owner_of(position: PositionId, _armed_at: BlockNumber) -> Address | None:
    """Position n belongs to the n-th owner."""
    return OWNERS[position]


CONTEXT = Context(keccak, lambda _key: None, owner_of)


def event(contract: str, name: str, at: int, args: Mapping[str, Value]) -> Event:
    """An event at a time; its encoding is of no concern here."""
    return Event(
        chain_id=ChainId(1),
        contract=contract,
        address=Address("0x" + "dd" * 20),
        name=name,
        args=args,
        words=b"\1" * 32,
        topic0=Hash32(ZERO_HASH),
        block_number=BlockNumber(100),
        block_hash=Hash32(ZERO_HASH),
        timestamp=UnixTime(at),
        transaction=Hash32(ZERO_HASH),
        transaction_index=0,
        log_index=0,
    )


def filed(at: int = START) -> Case:
    """A complaint filed at a time."""
    case = apply(
        None,
        event(
            DESK,
            "Filed",
            at,
            {
                "complaint": 1,
                "organisation": 1,
                "actor": CUSTOMER,
                "orderKey": ZERO_HASH,
                "orderTrail": ZERO_HASH,
                "version": 1,
                "policy": pack(POLICY),
                "amount": 10**18,
                "demand": 8000,
                "category": 2,
                "acknowledgeDeadline": at + 600,
                "answerDeadline": at + 72 * HOUR,
                "digest": NO_DIGEST,
            },
        ),
        CONTEXT,
    )
    assert case is not None
    return case


def desk(case: Case, name: str, at: int, **args: Value) -> Case:
    """The case after an event of the desk."""
    return _after(case, event(DESK, name, at, {"complaint": 1, "digest": NO_DIGEST, **args}))


def court(case: Case, name: str, at: int, **args: Value) -> Case:
    """The case after an event of the court."""
    return _after(case, event(COURT, name, at, {"dispute": 1, **args}))


def _after(case: Case, happened: Event) -> Case:
    after = apply(case, happened, CONTEXT)
    assert after is not None
    return after


def offered(share: int = 4000) -> Case:
    """A complaint with an offer made an hour after the filing."""
    at = START + HOUR
    case = desk(filed(), "Acknowledged", at, actor=OPERATOR, onTime=False)
    deadline = at + 7 * 24 * HOUR
    args = {"number": 1, "share": share, "deadline": deadline}
    return desk(case, "Offered", at, actor=OPERATOR, **args)


def escalated(share: int = 4000) -> Case:
    """A complaint taken to the court two hours after the filing."""
    at = START + 2 * HOUR
    case = court(offered(share), "RoundArmed", at, round=ROUND)
    args = {"demand": 9000, "offer": share, "round": ROUND, "cost": 3 * 10**16, "reserved": True}
    return desk(case, "Escalated", at, actor=CUSTOMER, **args)


def drawn(positions: tuple[int, ...] = (4, 5, 6)) -> Case:
    """A dispute whose panel was drawn three hours after the filing."""
    return court(escalated(), "Drawn", START + 3 * HOUR, seed=ZERO_HASH, positions=positions)


def committed(seats: int = 3) -> Case:
    """A dispute with votes committed as commit opened."""
    case = drawn()
    for seat in range(seats):
        case = court(case, "Committed", START + 27 * HOUR, seat=seat, commitment=ZERO_HASH)
    return case


def revealed(votes: tuple[int, ...] = (3000, 5000, 7000)) -> Case:
    """A dispute with votes revealed."""
    case = committed()
    for seat, vote in enumerate(votes):
        args: dict[str, Value] = {"vote": vote, "salt": ZERO_HASH, "reason": NO_DIGEST}
        case = court(case, "Revealed", START + 28 * HOUR, seat=seat, **args)
    return case


def executed() -> Case:
    """A case whose money moved two days after the filing."""
    at = START + 48 * HOUR
    return desk(
        revealed(),
        "Executed",
        at,
        actor=ANYONE,
        outcome=4,
        share=5000,
        toCustomer=1,
        toOrganisation=1,
        costToCustomer=0,
        fromBond=0,
        confirmDeadline=at + 72 * HOUR,
        orderTrail=ZERO_HASH,
    )
