"""Every damaged bundle is refused, each with the code of what was damaged."""

import io

import pytest

from dapp.audit.verdict import CODES, VERIFIED, read_previous
from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from tests.bundle_mutations import mutations
from tests.bundle_parts import FOLDER
from tests.mutation import Mutation

ALL = {one.name: one for one in mutations()}


@pytest.mark.parametrize("name", ALL)
def test_refused(name: str) -> None:
    one: Mutation = ALL[name]
    previous = None if one.previous is None else read_previous(FOLDER / one.previous)
    found = verify(io.BytesIO(one.data), Hash32(one.block_hash), previous=previous)
    assert found.verdict == one.verdict, found.message
    assert found.verdict == VERIFIED or (found.verdict in CODES and found.message)


def test_there_are_many_and_of_every_kind() -> None:
    assert len(ALL) >= 150
    tools = {name for name, one in ALL.items() if one.verdict == VERIFIED}
    receipts = {*(f"receipts-of-type-{kind}" for kind in range(5)), "receipts-of-all-types"}
    assert tools == receipts | {"anchored-first-second", "anchored-last-second"}
    # That one needs another call.
    assert {one.verdict for one in ALL.values()} == {*CODES, VERIFIED} - {"contracts-differ"}
