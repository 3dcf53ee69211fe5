"""Damage to the evidence."""

from collections.abc import Callable, Iterator
from io import BytesIO

import msgspec
from msgspec import UNSET

from dapp.domain.types import raw
from evidence.car import CarReader, write_blocks
from evidence.cid import CID, RAW, cid_of, digest_to_cid
from evidence.wire import encode_varint
from tests.bundle_parts import parts_of
from tests.bundle_zip import Bundle
from tests.mutation import Mutation, changed, of

BASE = "dispute"
Blocks = list[tuple[CID, bytes]]
Roots = list[str]


def mutations() -> Iterator[Mutation]:
    for name, (change, verdict) in _cars().items():
        yield of(f"evidence-{name}", BASE, verdict, _with_car(change))
    for name, damage in _bytes().items():
        yield of(f"evidence-{name}", BASE, "evidence-differs", changed(BASE, damage))


def _cars() -> dict[str, tuple[Callable[[Roots, Blocks], object], str]]:
    def no_manifest(roots: Roots, blocks: Blocks) -> None:
        del roots[0]
        del blocks[0:2]

    def other_manifest(roots: Roots, blocks: Blocks) -> None:
        roots[0], roots[1] = roots[1], roots[0]

    def no_file(_: Roots, blocks: Blocks) -> None:
        del blocks[1]

    def extra(_: Roots, blocks: Blocks) -> None:
        blocks.append((cid_of(RAW, b"more"), b"more"))

    def twice(_: Roots, blocks: Blocks) -> None:
        blocks.append(blocks[0])

    def moved(_: Roots, blocks: Blocks) -> None:
        blocks.append(blocks.pop(0))

    def swapped(_: Roots, blocks: Blocks) -> None:
        # A file in place of another, under the CID that it should have had.
        blocks[1] = (blocks[1][0], b"another picture")

    def unnamed(roots: Roots, blocks: Blocks) -> None:
        cid = cid_of(RAW, b"{}")
        roots.append("0x" + cid.digest.hex())
        blocks.append((cid, b"{}"))

    return {
        "manifest-missing": (no_manifest, "evidence-missing"),
        "file-missing": (no_file, "evidence-missing"),
        "roots-swapped": (other_manifest, "evidence-differs"),
        "block-more": (extra, "evidence-differs"),
        "block-twice": (twice, "evidence-differs"),
        "block-moved": (moved, "evidence-differs"),
        "file-swapped": (swapped, "evidence-differs"),
        "manifest-unnamed": (unnamed, "evidence-differs"),
    }


def _bytes() -> dict[str, Callable[[Bundle], None]]:
    def car(change: Callable[[bytes], bytes]) -> Callable[[Bundle], None]:
        def damage(bundle: Bundle) -> None:
            assert bundle.car is not None
            bundle.car = change(bundle.car)

        return damage

    def roots(bundle: Bundle) -> None:
        members = bundle.claims.members
        assert members.evidence is not UNSET
        said = msgspec.structs.replace(members.evidence, roots=members.evidence.roots[1:])
        members = msgspec.structs.replace(members, evidence=said)
        bundle.claims = msgspec.structs.replace(bundle.claims, members=members)

    return {
        "bit": car(lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        "cut": car(lambda data: data[:-1]),
        "tail": car(lambda data: data + b"\0"),
        "long-length": car(lambda data: data + encode_varint(1 << 40) + b"x"),
        "version-2": car(lambda data: b"\x0a\xa1\x67version\x02" + data),
        "nothing": car(lambda _: b""),
        "root-unsaid": roots,
    }


def _with_car(change: Callable[[Roots, Blocks], object]) -> Bundle:
    bundle = parts_of(BASE)
    members = bundle.claims.members
    assert members.evidence is not UNSET and bundle.car is not None
    roots = list(members.evidence.roots)
    cids = [digest_to_cid(raw(root)) for root in roots]
    blocks = list(CarReader(BytesIO(bundle.car), roots=cids).blocks())
    change(roots, blocks)
    named = [digest_to_cid(raw(root)) for root in roots]
    bundle.car = b"".join(write_blocks(named, blocks))
    said = msgspec.structs.replace(members.evidence, roots=roots)
    members = msgspec.structs.replace(members, evidence=said)
    bundle.claims = msgspec.structs.replace(bundle.claims, members=members)
    return bundle
