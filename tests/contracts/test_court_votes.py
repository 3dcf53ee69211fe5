"""ArbitrationCourt: commitments, openings and void rounds, by court.tree."""

import clock
import model
import pytest
from case import REASON, SALT, Case
from house import ETH, FEE_GWEI, LOCK_GWEI, Outcome, RoundPhase, price
from model import GWEI, NO_VOTE
from verdict import lower, verdict

BURN = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def seated(case) -> Case:
    """A case whose panel was just drawn."""
    case.escalated().draw()
    return case


@pytest.fixture
def voting(seated) -> Case:
    """A case whose commit window just opened."""
    clock.to(seated.round.commit_opens)
    return seated


def _commit(case, seat, by=None):
    by = by or case.owner(seat)
    return verdict(case.house.court.commit, case.number, seat, b"\1" * 32, by=by)


def _reveal(case, opening):
    return verdict(case.house.court.reveal, case.number, opening, by=case.house.keeper)


def _wrong(phase):
    return ("WrongPhase", 1, phase)


def test_committing_has_its_window(seated):
    opens = seated.round.commit_opens
    found = [(seated.round_phase, _commit(seated, 0)) for _ in clock.around(opens)]
    early = (RoundPhase.HAND_OVER, _wrong(RoundPhase.HAND_OVER))
    assert found == [early, (RoundPhase.COMMIT, None), (RoundPhase.COMMIT, None)]
    seated.commit(0, 1)
    found = [
        (seated.round_phase, _commit(seated, 1)) for _ in clock.around(seated.round.commit_ends)
    ]
    late = (RoundPhase.REVEAL, _wrong(RoundPhase.REVEAL))
    assert found == [(RoundPhase.COMMIT, None), late, late]


def test_evidence_closes_when_the_commit_window_opens(house, seated):
    submit = house.desk.submitEvidence
    found = [
        verdict(submit, 1, b"\1" * 32, by=house.customer)
        for _ in clock.around(seated.round.commit_opens)
    ]
    assert found == [None, ("EvidenceClosed", 1), ("EvidenceClosed", 1)]


def test_evidence_is_open_until_then(house, case):
    case.escalated()
    assert verdict(house.desk.submitEvidence, 1, b"\1" * 32, by=house.operator) is None
    clock.to_block(case.seed_block + 1)
    assert verdict(house.desk.submitEvidence, 1, b"\1" * 32, by=house.operator) is None


def test_only_a_seats_owner_commits(house, voting):
    owner, other = voting.owner(0), voting.owner(1)
    assert owner != other
    assert _commit(voting, 0, by=other) == ("NotSeated", 1, 0, lower(other), lower(owner))
    assert _commit(voting, 3, by=owner) == ("SeatUnknown", 1, 3, 3)
    found = verdict(house.court.seat, 2, 0, by=owner)
    assert found == ("SeatUnknown", 2, 0, 0)


def test_all_commitments_open_the_reveal(voting):
    for seat in range(3):
        assert voting.round_phase == RoundPhase.COMMIT
        assert _reveal(voting, (seat, SALT, REASON, 1, 0, [])) == _wrong(RoundPhase.COMMIT)
        voting.commit(seat, 5000)
    assert voting.round_phase == RoundPhase.REVEAL
    assert _commit(voting, 0) == _wrong(RoundPhase.REVEAL)
    assert voting.house.court.commits(1) == model.commits_word(voting.entries)


def test_three_replacements(voting):
    for vote in (1, 2, 3, 4):
        voting.commit(1, vote)
    assert _commit(voting, 1) == ("TooManyReplacements", 1, 1, 3)
    voting.commit(0, 5000)
    voting.commit(0, 6000)
    voting.commit(2, 7000)
    assert voting.house.court.commits(1) == model.commits_word(voting.entries)
    # Only the last commitment of a seat opens.
    for entry, vote in enumerate((1, 2, 3)):
        assert _reveal(voting, voting.opening(1, vote, at=entry)) == ("CommitmentMismatch", 1, 1)
    assert _reveal(voting, voting.opening(0, 5000, at=4)) == ("CommitmentMismatch", 1, 0)
    for seat, vote in ((0, 6000), (1, 4), (2, 7000)):
        voting.reveal(seat, vote)
    assert [voting.house.court.seat(1, s)[2] for s in range(3)] == [6000, 4, 7000]


def test_only_what_was_committed_opens(voting):
    for seat, vote in enumerate((5000, 6000, 7000)):
        voting.commit(seat, vote)
    seat, salt, reason, vote, prefix, later = voting.opening(1, 6000)
    mismatch = ("CommitmentMismatch", 1, 1)
    high = (seat, salt, reason, 10_001, prefix, later)
    assert _reveal(voting, high) == ("VoteInvalid", 10_001, 10_000)
    bent = [
        (seat, salt, reason, vote + 1, prefix, later),
        (seat, b"\0" * 32, reason, vote, prefix, later),
        (seat, salt, b"\0" * 32, vote, prefix, later),
        (seat, salt, reason, vote, prefix + 1, later),
        (seat, salt, reason, vote, 0, later),
        (seat, salt, reason, vote, prefix, []),
        (seat, salt, reason, vote, prefix, [*later, *later]),
        (seat, salt, reason, vote, prefix, [(0, later[0][1])]),
    ]
    assert [_reveal(voting, opening) for opening in bent] == [mismatch] * len(bent)
    stolen = (0, salt, reason, vote, prefix, later)
    assert _reveal(voting, stolen) == ("CommitmentMismatch", 1, 0)
    assert _reveal(voting, (seat, salt, reason, vote, prefix, later)) is None
    voting.reveal(1, 6000)
    again = _reveal(voting, voting.opening(1, 6000))
    assert again == ("AlreadyRevealed", 1, 1)


def test_a_seat_that_never_committed_cannot_reveal(voting):
    voting.commit(0, 5000)
    clock.to(voting.round.commit_ends)
    own = voting.commitment(1, 9000)
    chain = model.chained([*voting.entries, (1, own)])
    for prefix, later in ((0, voting.entries), (model.chained(voting.entries), []), (chain, [])):
        found = _reveal(voting, (1, SALT, REASON, 9000, prefix, later))
        assert found == ("CommitmentMismatch", 1, 1)


def test_a_commitment_binds_chain_court_dispute_round_and_seat(house, voting):
    from eth_abi import encode
    from eth_utils import keccak

    types = ["uint256", "address"] + ["uint256", "uint256", "uint8", "uint16"] + ["bytes32"] * 2
    values = [clock.chain.id, house.court.address, 1, 0, 2, 777, SALT, REASON]
    assert voting.commitment(2, 777) == keccak(encode(types, values))


def test_revealing_has_its_window(voting):
    voting.commit(0, 5000)
    voting.commit(1, 5000)
    ends = voting.round.reveal_ends
    clock.to(voting.round.commit_ends)
    found = [(voting.round_phase, _reveal(voting, voting.opening(0, 5000)))
             for _ in clock.around(ends)]  # fmt: skip
    late = (RoundPhase.INSUFFICIENT, _wrong(RoundPhase.INSUFFICIENT))
    assert found == [(RoundPhase.REVEAL, None), late, late]


@pytest.mark.parametrize(
    ("votes", "hidden", "phase"),
    [
        ([5000, 5000, None], (), RoundPhase.APPEALABLE),
        ([5000, 5000, 5000], (2,), RoundPhase.APPEALABLE),
        ([5000, None, None], (), RoundPhase.INSUFFICIENT),
        ([5000, 5000, 5000], (0, 1), RoundPhase.INSUFFICIENT),
        ([None, None, None], (), RoundPhase.INSUFFICIENT),
    ],
)
def test_a_majority_of_seats_must_reveal(house, case, votes, hidden, phase):
    case.escalated().vote(votes, hidden)
    assert case.round_phase == phase
    voided = verdict(house.court.voidRound, 1, by=house.keeper)
    executed = verdict(house.desk.execute, 1, case.order, by=house.keeper)
    if phase == RoundPhase.APPEALABLE:
        assert (voided, executed) == (_wrong(phase), _wrong(phase))
    else:
        assert (voided, executed) == (None, _wrong(phase))


def test_nothing_can_be_ended_before_its_time(house, case):
    execute, void = house.desk.execute, house.court.voidRound
    case.escalated()

    def ended():
        by = house.keeper
        return verdict(execute, 1, case.order, by=by), verdict(void, 1, by=by)

    assert ended() == (_wrong(RoundPhase.AWAITING_SEED),) * 2
    case.draw()
    assert ended() == (_wrong(RoundPhase.HAND_OVER),) * 2
    clock.to(case.round.commit_opens)
    case.commit(0, 5000)
    assert ended() == (_wrong(RoundPhase.COMMIT),) * 2
    clock.to(case.round.commit_ends)
    assert ended() == (_wrong(RoundPhase.REVEAL),) * 2


def test_a_void_round_is_paid_for_by_those_who_did_not_reveal(house, case):
    case.escalated().vote([5000, 6000, None], hidden=(1,))
    positions = [int(house.court.seat(1, seat)[0]) for seat in range(3)]
    before = [house.position(p)["balance"] for p in positions]
    burnt, held = house.registry.balance(), house.court.balance()
    burnt = _balance(BURN)

    done = case.void()

    pays = [FEE_GWEI, -LOCK_GWEI, -LOCK_GWEI]
    assert list(done.events["RoundVoided"]["pays"]) == pays
    after = [house.position(p) for p in positions]
    assert [p["balance"] for p in after] == [b + pay for b, pay in zip(before, pays, strict=True)]
    assert [p["seats"] for p in after] == [0, 0, 0]
    rest = (2 * LOCK_GWEI - FEE_GWEI) * GWEI
    assert _balance(BURN) - burnt == rest
    assert held - house.court.balance() == rest
    armed = case.round
    assert (armed.voids, armed.armed_block, armed.paid) == (1, done.block_number, 3)
    assert armed.armed_at == done.timestamp
    assert house.court.commits(1) == 0
    assert case.round_phase == RoundPhase.AWAITING_SEED


def _balance(address: str) -> int:
    from brownie import web3

    return web3.eth.get_balance(address)


def test_a_second_panel_decides(house, case):
    case.escalated(offer=0, demand=10_000).vote([None, None, None])
    case.void()
    case.decided([2000, 2500, 3000])
    said = case.execute().events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.RULED, 2500, price(3))


def test_a_round_of_seven_keeps_its_further_seats_apart(house):
    case = Case(house, amount=2 * ETH).escalated().vote([None] * 7)
    case.void()
    case.draw()
    assert [house.court.seat(1, seat)[2] for seat in range(7)] == [NO_VOTE] * 7
    clock.to(case.round.commit_opens)
    votes = [1000 * seat for seat in range(7)]
    for seat, vote in enumerate(votes):
        case.commit(seat, vote)
    for seat in (6, 3, 0, 5, 2, 1, 4):
        case.reveal(seat, votes[seat])
    assert [house.court.seat(1, seat)[2] for seat in range(7)] == votes
    clock.to(case.round.appeal_ends)
    assert case.execute().events["Executed"]["share"] == 3000
