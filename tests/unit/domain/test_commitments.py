"""Opening hidden votes, one by one and along one chain, as the court checks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.commitments import Ballot, Secret
from dapp.domain.rounds import Commitment
from dapp.domain.types import (
    NO_DIGEST,
    ZERO_HASH,
    BasisPoints,
    ChainId,
    DisputeId,
    Hash32,
    UnixTime,
    hash32,
)
from dapp.errors import Refused
from tests.unit.domain import cases


def _secret(place: int) -> Secret:
    return Secret(BasisPoints(place * 7), Hash32(hash32(bytes([place]) * 32)), NO_DIGEST)


def _value(seat: int, secret: Secret) -> Hash32:
    ballot = Ballot(ChainId(1), cases.CLAIMS_ADDRESS, DisputeId(5), 3, seat)
    return commitments.commitment(keccak, ballot, secret.vote, secret.salt, secret.reason)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20), st.data())
def test_links_lead_from_the_prefix_to_the_accumulator(
    seats: list[int], data: st.DataObject
) -> None:
    made = [
        Commitment(seat, _value(seat, _secret(place)), UnixTime(place))
        for place, seat in enumerate(seats)
    ]
    last = {seat: place for place, seat in enumerate(seats)}
    wanted = data.draw(st.sets(st.sampled_from(sorted(last)), min_size=1))
    secrets = {seat: _secret(last[seat]) for seat in wanted}
    chain, links = commitments.links(keccak, made, secrets)
    for link in links:
        seat = link.commitment.seat
        # An opening must give the commitment again; the court knows no other way to it.
        value = link.commitment.value if link.secret is None else _value(seat, link.secret)
        chain = commitments.extend(keccak, chain, seat, value)
    assert chain == commitments.accumulate(keccak, made)
    opened = [link.commitment.seat for link in links if link.secret is not None]
    assert sorted(opened) == sorted(wanted)
    for seat in wanted:
        prefix, later = commitments.opening(keccak, made, seat)
        one = commitments.extend(keccak, prefix, seat, _value(seat, secrets[seat]))
        assert commitments.accumulate(keccak, later, one) == chain
        assert seat not in {link.seat for link in later}


def test_who_has_not_committed_opens_nothing() -> None:
    for secrets in ({}, {1: _secret(1)}):
        with pytest.raises(Refused) as refused:
            commitments.links(keccak, [Commitment(0, ZERO_HASH, UnixTime(1))], secrets)
        assert refused.value.code == "vote-not-committed"


def test_every_part_of_a_ballot_counts() -> None:
    secret = _secret(1)
    base = Ballot(ChainId(1), cases.CLAIMS_ADDRESS, DisputeId(5), 3, 0)
    ballots = [
        base,
        Ballot(ChainId(2), base.court, base.dispute, 3, 0),
        Ballot(base.chain_id, cases.CUSTOMER, base.dispute, 3, 0),
        Ballot(base.chain_id, base.court, DisputeId(6), 3, 0),
        Ballot(base.chain_id, base.court, base.dispute, 4, 0),
        Ballot(base.chain_id, base.court, base.dispute, 3, 1),
    ]
    parts = (secret.vote, secret.salt, secret.reason)
    assert len({commitments.commitment(keccak, one, *parts) for one in ballots}) == len(ballots)
