"""The zip: one form for one content, and members that can take back what they were given."""

import hashlib
import io

import pytest

from dapp.audit.archive import Archive
from dapp.audit.bundle_file import Growing, write
from dapp.audit.format import (
    CLAIMS,
    EVIDENCE,
    RECORDS,
    Block,
    CaseScope,
    Claims,
    EvidenceMember,
    Members,
    RecordsMember,
    read_claims,
)
from dapp.chain.keccak import keccak
from dapp.errors import Refused

_HASH = "0x" + "ab" * 32
_NODES = [bytes([number]) * 40 for number in range(9)]


def _claims(records: Growing, car: Growing) -> Claims:
    return Claims(
        block=Block(hash=_HASH, number=9),
        chain="eip155:1",
        contracts={},
        headers=[],
        members=Members(
            records=RecordsMember(lines=1, sha256=records.sha256, size=records.size),
            evidence=EvidenceMember(roots=[_HASH], sha256=car.sha256, size=car.size),
        ),
        nodes=[],
        schema="redress-bundle/1",
        scope=CaseScope(complaint=1),
    )


def _written(pieces: list[bytes]) -> bytes:
    records, car = Growing(io.BytesIO()), Growing(io.BytesIO())
    for piece in pieces:
        records.write(piece)
        car.write(piece)
    out = io.BytesIO()
    nodes = {keccak(node): node for node in _NODES}
    write(out, _claims(records, car), [b"h" * 600], nodes, {RECORDS: records, EVIDENCE: car})
    return out.getvalue()


def test_the_same_parts_give_the_same_bytes() -> None:
    assert _written([b"one", b"two"]) == _written([b"onetwo", b""])


def test_it_is_laid_out_as_a_verifier_reads_it() -> None:
    archive = Archive(io.BytesIO(_written([b"line\n" * 50_000])))
    assert list(archive.members) == [CLAIMS, RECORDS, EVIDENCE]
    with archive.open(CLAIMS) as stream:
        claims, headers, nodes = read_claims(stream)
    assert headers == [b"h" * 600]
    assert nodes == sorted(_NODES, key=keccak)
    archive.check(RECORDS, claims.members.records.size, claims.members.records.sha256)


def test_what_is_taken_back_was_never_there() -> None:
    file = io.BytesIO()
    growing = Growing(file)
    growing.write(b"kept")
    back = growing.mark()
    growing.write(b"taken back")
    back()
    growing.write(b"!")
    assert file.getvalue() == b"kept!"
    assert (growing.size, growing.sha256[2:]) == (5, hashlib.sha256(b"kept!").hexdigest())


def test_a_member_that_grows_too_large_is_refused() -> None:
    growing = Growing(io.BytesIO(), most=9)
    growing.write(b"12345")
    with pytest.raises(Refused) as refused:
        growing.write(b"67890")
    assert refused.value.code == "bundle-too-large"
