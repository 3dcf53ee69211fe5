"""Orders, claims, organisations, positions and keys, as events tell them."""

from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.keccak import keccak
from dapp.domain import keys, organisation, payment, position, trail
from dapp.domain.events import CLAIMS, COURT, DESK, ESCROW, FORWARDER, KEYS, REGISTRY, Event, Value
from dapp.domain.organisation import Organisation
from dapp.domain.payment import OrderState, PaidOrder, deposit_for
from dapp.domain.policy import Policy, pack
from dapp.domain.types import NATIVE_COIN, NO_ACCOUNT, ZERO_HASH, UnixTime, Wei
from tests.unit.domain import cases
from tests.unit.domain.cases import ANYONE, CUSTOMER, OPERATOR, START

KEY = "0x" + "4e" * 32
TOKEN = cases.CLAIMS_ADDRESS
ORDER: dict[str, Value] = {
    "key": KEY,
    "organisation": 1,
    "actor": CUSTOMER,
    "version": 2,
    "ref": ZERO_HASH,
    "amount": 1000,
}


def _order(before: PaidOrder | None, contract: str, name: str, **args: Value) -> PaidOrder:
    event = cases.event(contract, name, START, {**ORDER, **args})
    after = payment.apply(before, event, keccak)
    assert after is not None
    return after


def test_an_order_in_a_token_is_frozen_and_split() -> None:
    paid = _order(None, ESCROW, "Paid", token=TOKEN)
    assert (paid.order.token, paid.order.is_claim, paid.claim) == (TOKEN, False, None)
    frozen = _order(paid, ESCROW, "OrderFrozen", until=START + 5)
    assert (frozen.frozen_until, frozen.state) == (START + 5, OrderState.HELD)
    assert frozen.ended_at is None and frozen.trail != paid.trail
    args = {"complaint": 1, "toCustomer": 600, "toOrganisation": 400}
    ended = _order(frozen, ESCROW, "Split", **args)
    assert (ended.state, ended.to_customer, ended.ended_at) == (OrderState.SPLIT, 600, START)
    # That is told by the complaint.
    assert ended.trail == frozen.trail == ended.last_trail
    assert _order(paid, ESCROW, "Split", **args).last_trail == ZERO_HASH


def test_a_claim_is_an_order_whose_coin_is_the_claims_contract() -> None:
    begun = _order(None, CLAIMS, "Claimed", payer=ANYONE)
    assert begun.order.is_claim and begun.order.token == "0x" + "dd" * 20
    assert begun.claim is not None
    assert (begun.claim.payer, begun.claim.deposit) == (ANYONE, 20)
    parts = {"toCustomer": 600, "toOrganisation": 400, "costPaid": 10}
    rest = {"complaint": 1, "fromFunding": 5, "depositBack": 20}
    ended = _order(begun, CLAIMS, "Split", **parts, **rest)
    assert ended.claim is not None and ended.complaint == 1
    assert (ended.claim.deposit_back, ended.claim.from_funding, ended.claim.cost_paid) == (
        20,
        5,
        10,
    )
    # What is not folded leaves the trail alone.
    assert _order(begun, CLAIMS, "Funded", complaint=1, payer=ANYONE) is begun


@given(st.integers(1, (1 << 96) - 1))
def test_a_deposit_is_a_fiftieth_rounded_up(amount: int) -> None:
    assert deposit_for(Wei(amount)) == -(-amount // 50)


def _organisation(cap: int = 16) -> Organisation:
    events: list[tuple[str, dict[str, Value]]] = [
        ("OrganisationRegistered", {}),
        (
            "PolicyPublished",
            {
                "version": 1,
                "policy": pack(Policy(0, 60, 60, 48, 24, 24, 0, cap)),
                "agreement": ZERO_HASH,
                "effectiveAt": START,
            },
        ),
        ("BondDeposited", {"amount": 5 * 10**18}),
    ]
    after: Organisation | None = None
    for name, args in events:
        after = organisation.apply(after, _registry(name, **args), keccak)
    assert after is not None
    return after


def _registry(name: str, **args: Value) -> Event:
    return cases.event(REGISTRY, name, START, {"organisation": 1, "actor": OPERATOR, **args})


def _then(before: Organisation, name: str, **args: Value) -> Organisation:
    after = organisation.apply(before, _registry(name, **args), keccak)
    assert after is not None and after.trail != before.trail
    return after


def test_claims_lock_the_bond_and_rulings_pay_from_it() -> None:
    before = _organisation()
    assert before.claim_limit(START) == 45 * 10**16
    locked = _then(before, "BondLocked", amount=10**18)
    assert (locked.bond, locked.locked, locked.free) == (5 * 10**18, 10**18, 4 * 10**18)
    assert locked.claim_limit(START) == 35 * 10**16
    paid = _then(locked, "BondPaid", amount=6 * 10**17, to=CUSTOMER)
    assert (paid.bond, paid.locked) == (44 * 10**17, 4 * 10**17)
    freed = _then(paid, "BondUnlocked", amount=4 * 10**17)
    assert (freed.bond, freed.locked) == (44 * 10**17, 0)
    # The tenth that stays for costs is never claimed, however much is locked.
    assert _then(before, "BondLocked", amount=46 * 10**17).claim_limit(START) == 0
    assert _organisation(0).claim_limit(START) == 0
    assert _organisation(15).claim_limit(START) == 10**17


def test_an_announced_withdrawal_lapses() -> None:
    args = {"amount": 10, "readyAt": START + 5, "lapsesAt": START + 9}
    after = _then(_organisation(), "BondWithdrawalRequested", **args)
    assert after.withdrawal is not None and after.withdrawal.lapses_at == START + 9
    some = _then(after, "BondWithdrawn", amount=4, to=OPERATOR)
    assert some.withdrawal is not None and some.withdrawal.amount == 6
    assert _then(some, "BondWithdrawn", amount=6, to=OPERATOR).withdrawal is None


def test_what_leaves_the_escrow_is_counted_by_coin() -> None:
    after = before = _organisation()
    for token, amount in [(NATIVE_COIN, 5), (TOKEN, 7), (NATIVE_COIN, 1)]:
        args = {"organisation": 1, "actor": OPERATOR, "token": token, "amount": amount}
        event = cases.event(ESCROW, "OrganisationWithdrew", START, args)
        found = organisation.apply(after, event, keccak)
        assert found is not None
        after = found
    assert (after.withdrawn_of(NATIVE_COIN), after.withdrawn_of(TOKEN)) == (6, 7)
    assert after.trail == before.trail


def test_a_voting_key_is_forgotten_with_its_stake() -> None:
    staked = {"position": 3, "owner": OPERATOR, "tickets": 1}
    held = position.apply(None, cases.event(COURT, "Staked", START, staked))
    assert held is not None and held.voting_key is None
    key = {"position": 3, "version": 9, "key": ANYONE}
    keyed = position.apply(held, cases.event(COURT, "VotingKeySet", START, key))
    assert keyed is not None and (keyed.voting_key, keyed.voting_key_version) == (ANYONE, 9)
    none = {"position": 3, "version": 10, "key": NO_ACCOUNT}
    freed = position.apply(keyed, cases.event(COURT, "VotingKeySet", START, none))
    assert freed is not None and (freed.voting_key, freed.voting_key_version) == (None, 10)
    gone = position.apply(keyed, cases.event(COURT, "Unstaked", START, {"position": 3}))
    assert gone is not None and gone.voting_key is None and gone.left_at == START
    # The version stays for whoever has the place next.
    again = position.apply(gone, cases.event(COURT, "Staked", START, staked))
    assert again is not None and again.voting_key_version == 9


def test_an_encryption_key_is_set_and_taken_back() -> None:
    args = {"account": OPERATOR, "version": 4, "key": KEY}
    known = keys.apply(None, cases.event(KEYS, "KeySet", START, args))
    assert known is not None and (known.key, known.version) == (KEY, 4)
    none = cases.event(KEYS, "KeySet", START + 1, {**args, "version": 5, "key": ZERO_HASH})
    gone = keys.apply(known, none)
    assert gone is not None and (gone.key, gone.set_at) == (None, UnixTime(START + 1))
    assert keys.apply(known, cases.event(DESK, "KeySet", START, args)) is known


def test_only_the_events_of_subjects_with_a_trail_are_folded() -> None:
    folded = [
        (DESK, "SettlementProposed"),
        (CLAIMS, "Claimed"),
        (CLAIMS, "Split"),
        (ESCROW, "OrderFrozen"),
        (REGISTRY, "BondLocked"),
    ]
    loose = [
        (CLAIMS, "Funded"),
        (CLAIMS, "FundingWithdrawn"),
        (ESCROW, "OrganisationWithdrew"),
        (ESCROW, "Split"),
        (FORWARDER, "NoncesCancelled"),
        (FORWARDER, "ActionFailed"),
        (COURT, "Concluded"),
    ]
    for contract, name in folded + loose:
        event = cases.event(contract, name, START, {"actor": OPERATOR})
        assert trail.is_folded(event) == ((contract, name) in folded)
    assert not trail.is_folded(cases.event(DESK, "Evidence", START, {}))
