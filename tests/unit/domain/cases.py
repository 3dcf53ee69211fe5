"""Cases for tests of rules: made of events of the desk and the court, as the fold makes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dapp.chain.keccak import keccak
from dapp.domain.case import Case, Context
from dapp.domain.events import CLAIMS, COURT, DESK, Event, Value
from dapp.domain.fold import apply
from dapp.domain.parts import Order
from dapp.domain.payment import Claimed, OrderState, PaidOrder
from dapp.domain.policy import Policy, pack
from dapp.domain.rounds import Round, armed
from dapp.domain.types import (
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    Wei,
)

CUSTOMER = Address("0x" + "c0" * 20)
OPERATOR = Address("0x" + "0b" * 20)
ANYONE = Address("0x" + "a0" * 20)
OWNERS = [Address(f"0x{number:040x}") for number in range(1, 32)]
POLICY = Policy(0, 1800, 600, 72, 72, 720, 0)
START = UnixTime(2_000_000_000)
HOUR = 3600
CLAIMS_ADDRESS = Address("0x" + "c1" * 20)
ARMED_AT = START + 2 * HOUR
# Fee 0.01, lock 0.1 ether; 24, 48 and 48 hours; three seats; armed at block 100; 31 positions.
TRACK = 10_000_000 | 100_000_000 << 30 | 24 << 64 | 48 << 71 | 48 << 78


def round_word(
    seats: int = 3, voids: int = 0, appeals: int = 0, at: int = ARMED_AT, block: int = 100
) -> int:
    """The court's word of a round that waits for its panel."""
    header = TRACK | seats << 85 | seats // 2 << 90 | voids << 94 | appeals << 96
    return header | block << 104 | 31 << 136 | at << 160


ROUND = round_word()


def round_(**changes: int) -> Round:
    """A round that waits for its panel."""
    return armed(round_word(**changes))


def owner_of(position: PositionId, _armed_at: BlockNumber) -> Address | None:
    """Position n belongs to the n-th owner."""
    return OWNERS[position]


def claim_of(key: Hash32) -> PaidOrder:
    """A claim of one ether."""
    order = Order(
        OrganisationId(1), 1, CUSTOMER, CLAIMS_ADDRESS, Hash32(ZERO_HASH), key, is_claim=True
    )
    return PaidOrder(
        order=order,
        chain_id=ChainId(1),
        amount=Wei(10**18),
        paid_at=START,
        state=OrderState.HELD,
        trail=Hash32(ZERO_HASH),
        updated_block=BlockNumber(1),
        claim=Claimed(CUSTOMER, Wei(2 * 10**16)),
    )


CONTEXT = Context(keccak, lambda _key: None, owner_of)
CLAIM_CONTEXT = Context(keccak, claim_of, owner_of)
FROZEN_CONTEXT = Context(
    keccak, lambda key: replace(claim_of(key), frozen_until=UnixTime(START + 5)), owner_of
)


def event(contract: str, name: str, at: int, args: Mapping[str, Any]) -> Event:
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


def filed(at: int = START, context: Context = CONTEXT) -> Case:
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
        context,
    )
    assert case is not None
    return case


def claimed() -> Case:
    """A complaint about a claim of one ether against the bond."""
    return filed(context=CLAIM_CONTEXT)


def desk(case: Case, name: str, at: int, **args: Any) -> Case:
    """The case after an event of the desk."""
    return _after(case, event(DESK, name, at, {"complaint": 1, "digest": NO_DIGEST, **args}))


def court(case: Case, name: str, at: int, **args: Any) -> Case:
    """The case after an event of the court."""
    return _after(case, event(COURT, name, at, {"dispute": 1, **args}))


def other(contract: str, case: Case, name: str, at: int, **args: Any) -> Case:
    """The case after an event of another contract."""
    return _after(case, event(contract, name, at, args))


def funded(case: Case, amount: int, payer: Address = ANYONE) -> Case:
    """A claim along with which money was sent."""
    return other(CLAIMS, case, "Funded", START, complaint=1, payer=payer, amount=amount)


def _after(case: Case, happened: Event) -> Case:
    after = apply(case, happened, CONTEXT)
    assert after is not None
    return after


def offered(share: int = 4000, case: Case | None = None) -> Case:
    """A complaint with an offer made an hour after the filing."""
    at = START + HOUR
    case = desk(case or filed(), "Acknowledged", at, actor=OPERATOR, onTime=False)
    deadline = at + 7 * 24 * HOUR
    args = {"number": 1, "share": share, "deadline": deadline}
    return desk(case, "Offered", at, actor=OPERATOR, **args)


def pledged_offer() -> Case:
    """A complaint with a pledge made an hour after the filing: sent again in 48 hours, or 60 %."""
    at = START + HOUR
    case = desk(filed(), "Acknowledged", at, actor=OPERATOR, onTime=False)
    args = {"number": 1, "kind": 1, "dueHours": 48, "refund": 6000}
    return desk(case, "PledgeOffered", at, actor=OPERATOR, deadline=at + 7 * 24 * HOUR, **args)


def pledged() -> Case:
    """A pledge accepted two hours after the filing."""
    at = START + 2 * HOUR
    args = {"deadline": at + 48 * HOUR, "refund": 6000}
    return desk(pledged_offer(), "PledgeAccepted", at, actor=CUSTOMER, **args)


def delivered() -> Case:
    """A pledge that the organisation kept three hours after the filing, by its own word."""
    at = START + 3 * HOUR
    return desk(pledged(), "Delivered", at, actor=OPERATOR, deadline=at + 7 * 24 * HOUR)


def escalated(share: int = 4000, word: int = ROUND, is_outside: bool = False) -> Case:
    """A complaint taken to arbitrators two hours after the filing."""
    return escalation(offered(share), share, word, is_outside)


def escalation(
    case: Case, share: int = 4000, word: int = ROUND, is_outside: bool = False, **args: Any
) -> Case:
    """A case taken to arbitrators two hours after the filing."""
    facts: dict[str, Value] = {
        "actor": CUSTOMER,
        "payer": CUSTOMER,
        "demand": 9000,
        "offer": share,
        "terms": word,
        "cost": 3 * 10**16,
        "isOutside": is_outside,
    }
    return desk(case, "Escalated", ARMED_AT, **{**facts, **args})


def drawn(positions: tuple[int, ...] = (4, 5, 6), case: Case | None = None) -> Case:
    """A dispute whose panel was drawn three hours after the filing."""
    args: dict[str, Value] = {"seed": ZERO_HASH, "bountySeat": 255, "positions": positions}
    return court(case or escalated(), "Drawn", START + 3 * HOUR, **args)


def committed(seats: int = 3, case: Case | None = None, at: int = START + 26 * HOUR) -> Case:
    """A dispute with votes committed as commit opened."""
    case = case or drawn()
    for seat in range(seats):
        case = court(case, "Committed", at, seat=seat, commitment=ZERO_HASH)
    return case


def revealed(
    votes: tuple[int, ...] = (3000, 5000, 7000),
    case: Case | None = None,
    at: int = START + 28 * HOUR,
) -> Case:
    """A dispute with votes revealed."""
    case = case or committed()
    for seat, vote in enumerate(votes):
        args: dict[str, Value] = {"vote": vote, "salt": ZERO_HASH, "reason": NO_DIGEST}
        case = court(case, "Revealed", at, seat=seat, **args)
    return case


def appealed() -> Case:
    """A dispute appealed 30 hours after the filing, to seven seats."""
    at = START + 30 * HOUR
    word = round_word(seats=7, appeals=1, at=at, block=200)
    return court(revealed(), "Appealed", at, appeals=1, ruling=5000, round=word)


def executed(case: Case | None = None, outcome: int = 4, at: int = START + 200 * HOUR) -> Case:
    """A case whose money moved."""
    case = case or court(revealed(), "Concluded", at, ruling=5000, refused=False, pays=(1, 2, -3))
    return desk(
        case,
        "Executed",
        at,
        actor=ANYONE,
        outcome=outcome,
        share=5000,
        toCustomer=1,
        toOrganisation=1,
        costToCustomer=0,
        fromBond=0,
        confirmDeadline=at + 72 * HOUR,
        orderTrail=ZERO_HASH,
        record="0x" + "ab" * 32,
        cost=3 * 10**16,
    )
