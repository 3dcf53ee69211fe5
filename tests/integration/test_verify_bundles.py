"""Bundles of stories told anew on a real chain: as the committed ones, with today's contracts."""

import io

import msgspec

from dapp.audit.verdict import Previous
from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from scripts.toolchain.anvil import Anvil
from tests.bundle_parts import EXPECTED
from tests.bundle_stories import told


def test_stories_told_anew(fresh_anvil: Anvil) -> None:

    earlier: dict[str, Previous] = {}
    names = []
    for one in told(fresh_anvil.url):
        names.append(one.name)
        previous = None if one.previous is None else earlier[one.previous]
        found = verify(io.BytesIO(one.bundle.zipped()), Hash32(one.block_hash), previous=previous)
        assert found.verdict == one.verdict, (one.name, found.message)
        if one.name == "history":
            earlier["history"] = msgspec.convert(msgspec.to_builtins(found), Previous)
    assert names == list(EXPECTED)
