"""ArbitrationCourt: drawing while committing, signed commitments, voting keys; court.tree."""

import clock
import model
import pytest
from case import REASON, SALT, Case
from house import BOUNTY, NOBODY, RoundPhase, price
from model import GWEI
from panels import drawn, expected
from signing import key_of, sign
from verdict import lower, verdict

COMMIT = [
    {"name": "dispute", "type": "uint256"},
    {"name": "round", "type": "uint256"},
    {"name": "seat", "type": "uint8"},
    {"name": "commitment", "type": "bytes32"},
    {"name": "actor", "type": "address"},
]


def signed_commit(case, seat, vote, by, *, number=0, dispute=None) -> tuple:
    """A commitment that `by` has signed, as `commitBatch` takes it."""
    court = case.house.court
    commitment = bytes(court.commitmentOf(case.number, number, seat, vote, SALT, REASON))
    message = {
        "dispute": dispute or case.number,
        "round": number,
        "seat": seat,
        "commitment": commitment,
        "actor": str(by),
    }
    signature = sign(case.house.forwarder, key_of(by), {"Commit": COMMIT}, message)
    return (seat, commitment, signature)


@pytest.fixture
def escalated(case) -> Case:
    return case.escalated()


@pytest.fixture
def voting(escalated) -> Case:
    """A case whose commit window just opened."""
    escalated.draw()
    clock.to(escalated.round.commit_opens)
    return escalated


def foreseen(case) -> list:
    """Who will sit, known to anyone once the seed's block is there."""
    clock.to_block(case.seed_block + 1)
    return [case.house.arbitrators[position] for position in expected(case)]


# The draw, and what it pays


def test_whoever_draws_is_paid(house, escalated):
    before, held = house.keeper.balance(), house.court.balance()
    done = escalated.draw()
    assert house.keeper.balance() - before == BOUNTY == held - house.court.balance()
    assert done.events["Drawn"]["bountySeat"] == 255


def test_the_draw_after_a_void_round_pays_nothing(house, escalated):
    escalated.vote([None] * 3)
    escalated.void()
    before = house.keeper.balance()
    escalated.draw()
    assert house.keeper.balance() == before


def test_nobody_drew_in_time(house, escalated):
    """The windows count from the arming, so an undrawn round is missed when commitments end."""
    proof = escalated.seed_proof()
    found = []
    for _ in clock.around(escalated.round.commit_ends):
        drawing = verdict(house.court.draw, 1, proof, by=house.keeper)
        arming = verdict(house.court.rearm, 1, by=house.keeper)
        found.append((escalated.round_phase, drawing, arming))
    early = (RoundPhase.DRAWABLE, None, ("WrongPhase", 1, RoundPhase.DRAWABLE))
    late = (RoundPhase.MISSED, ("WrongPhase", 1, RoundPhase.MISSED), None)
    assert found == [early, late, late]
    assert verdict(house.desk.submitEvidence, 1, REASON, by=house.customer) is None
    old = escalated.round

    done = house.court.rearm(1, {"from": house.keeper})

    armed = escalated.round
    assert done.events["RoundArmed"]["round"] == house.court.rounds(1)
    assert (armed.armed_block, armed.armed_at) == (done.block_number, done.timestamp)
    assert (armed.number, armed.paid, armed.windows) == (0, old.paid, old.windows)
    escalated.decided([5000] * 3).execute()
    assert escalated.events("Executed")[0]["cost"] == price(3)


def test_committing_may_draw(house, escalated):
    panel = foreseen(escalated)
    proof, positions = escalated.seed_proof(), expected(escalated)
    draw, first = house.court.commitDrawing, panel[0]
    arguments = (1, proof, 0, escalated.commitment(0, 5000))
    found = [
        verdict(draw, *arguments, by=first) for _ in clock.around(escalated.round.commit_opens)
    ]
    assert found == [("WrongPhase", 1, RoundPhase.HAND_OVER), None, None]
    stranger = next(a for a in house.arbitrators if a != first)
    found = verdict(draw, *arguments, by=stranger)
    assert found == ("NotSeated", 1, 0, lower(stranger), lower(first))
    assert verdict(draw, 1, proof, 3, arguments[3], by=first) == ("SeatUnknown", 1, 3, 3)
    before = house.position(positions[0])["balance"]

    done = draw(*arguments, {"from": first})

    assert drawn(done) == positions
    assert done.events["Drawn"]["bountySeat"] == 0
    assert house.position(positions[0])["balance"] - before == BOUNTY // GWEI
    assert house.court.commits(1) == model.commits_word([(0, arguments[3])])
    again = verdict(draw, 1, proof, 1, arguments[3], by=panel[1])
    assert again == ("WrongPhase", 1, RoundPhase.COMMIT)
    # The others commit as ever.
    escalated.entries = [(0, arguments[3])]
    escalated.commit(1, 6000)
    escalated.commit(2, 7000)
    for seat, vote in enumerate((5000, 6000, 7000)):
        escalated.reveal(seat, vote)
    clock.to(escalated.round.appeal_ends)
    assert escalated.execute().events["Executed"]["share"] == 6000


def test_committing_draws_until_the_window_ends(house, escalated):
    first = foreseen(escalated)[0]
    arguments = (1, escalated.seed_proof(), 0, escalated.commitment(0, 5000))
    found = [
        verdict(house.court.commitDrawing, *arguments, by=first)
        for _ in clock.around(escalated.round.commit_ends)
    ]
    late = ("WrongPhase", 1, RoundPhase.MISSED)
    assert found == [None, late, late]


def test_committing_draws_no_panel_of_nobody(house, escalated):
    """A draw that seats nobody leaves no seat to commit for."""
    found = verdict(house.court.commitDrawing, 9, b"", 0, REASON, by=house.keeper)
    assert found == ("WrongPhase", 9, RoundPhase.NONE)


# Signed commitments


def test_a_batch_draws_and_commits(house, escalated):
    panel = foreseen(escalated)
    proof = escalated.seed_proof()
    clock.to(escalated.round.commit_opens)
    items = [signed_commit(escalated, seat, 5000, panel[seat]) for seat in range(3)]
    stranger = signed_commit(escalated, 0, 5000, house.customer)
    for bad in ([], [stranger, items[1]]):
        found = verdict(house.court.commitBatch, 1, proof, bad, by=house.keeper)
        assert found == ("BountyUnclaimed", 1, bad[0][0] if bad else 255)
    before = house.keeper.balance()
    done = house.court.commitBatch(1, proof, items[::-1], {"from": house.keeper})
    assert done.events["Drawn"]["bountySeat"] == 2
    assert house.keeper.balance() == before
    items.reverse()
    assert len(done.events["Committed"]) == 3
    assert house.court.commits(1) == model.commits_word([item[:2] for item in items])
    assert escalated.round_phase == RoundPhase.REVEAL
    found = verdict(house.court.commitBatch, 1, b"", items, by=house.keeper)
    assert found == ("WrongPhase", 1, RoundPhase.REVEAL)


def test_a_batch_passes_over_what_does_not_fit(house, voting):
    owners = [voting.owner(seat) for seat in range(3)]
    good = signed_commit(voting, 0, 5000, owners[0])
    stranger = next(a for a in house.arbitrators if a not in owners)
    items = [
        signed_commit(voting, 1, 5000, stranger),
        (1, good[1], good[2]),
        signed_commit(voting, 1, 5000, owners[1], number=1),
        signed_commit(voting, 1, 5000, owners[1], dispute=2),
        (1, good[1], b""),
        (3, good[1], good[2]),
        (255, good[1], good[2]),
        good,
        signed_commit(voting, 0, 9999, owners[0]),
    ]
    done = house.court.commitBatch(1, b"", items, {"from": house.keeper})
    # A signed commitment never replaces another: an old one cannot be landed last.
    assert house.court.commits(1) == model.commits_word([good[:2]])
    assert len(done.events["Committed"]) == 1
    # Its owner still replaces it directly.
    voting.entries = [good[:2]]
    voting.commit(0, 8000)
    assert house.court.commits(1) == model.commits_word(voting.entries)
    house.court.commitBatch(1, b"", [good], {"from": house.keeper})
    assert house.court.commits(1) == model.commits_word(voting.entries)


def test_a_batch_opens_votes_along_the_chain(house, voting):
    """Of five commitments two were replaced; one stays closed; one vote is none."""
    for seat, vote in ((0, 1), (1, 2), (0, 5000), (1, 10_001), (2, 7000)):
        voting.commit(seat, vote)
    reveal, by = house.court.revealBatch, house.keeper
    assert voting.round_phase == RoundPhase.REVEAL

    def link(entry: int, vote: int | None) -> tuple:
        seat, commitment = voting.entries[entry]
        if vote is None:
            return (seat, False, 0, commitment, bytes(32))
        return (seat, True, vote, SALT, REASON)

    votes = (1, 2, 5000, 10_001, None)
    whole = [link(entry, vote) for entry, vote in enumerate(votes)]
    mismatch = ("ChainMismatch", 1)
    for links in (whole[1:], whole[:-1], [*whole[:2], whole[3], whole[2], whole[4]], []):
        assert verdict(reveal, 1, 0, links, by=by) == mismatch
    assert verdict(reveal, 1, 0, [*whole[:2], link(2, 5001), *whole[3:]], by=by) == mismatch
    assert verdict(reveal, 1, 1, whole, by=by) == mismatch
    assert verdict(reveal, 2, 0, [], by=by) == ("WrongPhase", 2, RoundPhase.NONE)

    done = reveal(1, 0, whole, {"from": by})

    assert [event["seat"] for event in done.events["Revealed"]] == [0]
    assert [house.court.seat(1, seat)[2] for seat in range(3)] == [
        5000,
        model.NO_VOTE,
        model.NO_VOTE,
    ]
    # From any point of the chain on; what has been opened is passed over.
    done = reveal(
        1,
        model.chained(voting.entries[:2]),
        [link(2, 5000), link(3, None), link(4, 7000)],
        {"from": by},
    )
    assert [event["seat"] for event in done.events["Revealed"]] == [2]
    assert voting.round_phase == RoundPhase.REVEAL
    clock.to(voting.round.reveal_ends)
    assert voting.round_phase == RoundPhase.APPEALABLE


# Voting keys


def test_a_voting_key(house, voting):
    position, owner, key = voting.panel[1], voting.owner(1), house.keeper
    court = house.court
    stranger = verdict(court.setVotingKey, position, 1, key, by=key)
    assert stranger == ("NotOwner", position, lower(key), lower(owner))
    assert verdict(court.setVotingKey, position, 0, key, by=owner) == (
        "VersionNotRising", position, 0, 0,
    )  # fmt: skip
    refused = ("NotSeated", 1, 1, lower(key), lower(owner))
    commitment = voting.commitment(1, 5000)
    assert verdict(court.commit, 1, 1, commitment, by=key) == refused

    done = court.setVotingKey(position, 7, key, {"from": owner})

    said = done.events["VotingKeySet"]
    assert (said["position"], said["version"], said["key"]) == (position, 7, key)
    assert tuple(court.votingKey(position)) == (key, 7)
    assert verdict(court.setVotingKey, position, 7, NOBODY, by=owner) == (
        "VersionNotRising", position, 7, 7,
    )  # fmt: skip
    assert verdict(court.commit, 1, 1, commitment, by=key) is None
    assert verdict(court.commit, 1, 1, commitment, by=owner) is None
    assert verdict(court.commit, 1, 0, commitment, by=key)[0] == "NotSeated"
    # It votes and does nothing else.
    assert verdict(court.requestExit, position, by=key)[0] == "NotOwner"
    item = signed_commit(voting, 1, 5000, key)
    court.commitBatch(1, b"", [item], {"from": house.customer})
    assert court.commits(1) == model.commits_word([item[:2]])
    court.setVotingKey(position, 8, NOBODY, {"from": owner})
    assert verdict(court.commit, 1, 1, commitment, by=key) == refused
