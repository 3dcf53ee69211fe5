import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cid import (
    CID,
    DAG_PB,
    IDENTITY,
    RAW,
    SHA2_256,
    SHA2_512,
    cid_from_bytes,
    cid_of,
    digest_to_cid,
    parse_cid,
    read_cid,
)
from evidence.errors import BlockMismatch, CidInvalid, HashUnsupported

HELLO = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"
EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
# `ipfs add` of "hello world\n" in Kubo's old default, a dag-pb block.
HELLO_V0 = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"


@pytest.mark.parametrize(("block", "text"), [(b"hello world\n", HELLO), (b"", EMPTY)])
def test_known_blocks_have_their_known_names(block: bytes, text: str) -> None:
    cid = digest_to_cid(hashlib.sha256(block).digest())
    assert str(cid) == text
    assert bytes(cid) == b"\x01\x55\x12\x20" + hashlib.sha256(block).digest()
    assert parse_cid(text) == cid == cid_of(RAW, block)


def test_version_0_is_base58_and_a_bare_multihash() -> None:
    cid = parse_cid(HELLO_V0)
    assert (cid.version, cid.codec, cid.hash_code) == (0, DAG_PB, SHA2_256)
    assert bytes(cid)[:2] == b"\x12\x20"
    assert len(bytes(cid)) == 34
    assert str(cid) == HELLO_V0
    with pytest.raises(CidInvalid):
        cid.encode("base32")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "Qm",
        HELLO.upper(),
        HELLO[:-1],
        HELLO + "a",
        HELLO + "=",
        " " + HELLO,
        HELLO + "\n",
        HELLO[:-1] + "5",  # the last character's spare bits are not zero
        HELLO_V0[:-1] + "0",  # no base58 digit
        "z" + HELLO_V0,  # version 0 has no multibase
        "f01551220" + "AB" * 32,
        "f01551220" + "ab" * 31 + "a b",
        "f81001551220" + "ab" * 32,  # version written in two bytes
        "f02551220" + "ab" * 32,  # version 2
        "f01551221" + "ab" * 33,  # SHA-256 of 33 bytes
        "f0155128101" + "ab" * 129,
        "u" + HELLO[1:],
        "b" + "a" * 600,
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(CidInvalid) as caught:
        parse_cid(text)
    assert caught.value.code == "cid_invalid"


def test_bytes_left_over_are_refused_but_read_over_in_a_stream() -> None:
    binary = bytes(parse_cid(HELLO))
    assert read_cid(b"??" + binary + b"more", 2) == (parse_cid(HELLO), 2 + len(binary))
    with pytest.raises(CidInvalid):
        cid_from_bytes(binary + b"\0")


def test_verify() -> None:
    cid_of(RAW, b"abc").verify(b"abc")
    CID(1, RAW, SHA2_512, hashlib.sha512(b"abc").digest()).verify(b"abc")
    CID(1, RAW, IDENTITY, b"abc").verify(b"abc")
    with pytest.raises(BlockMismatch):
        cid_of(RAW, b"abc").verify(b"abd")
    with pytest.raises(HashUnsupported):
        CID(1, RAW, 0xB220, bytes(32)).verify(b"abc")


CIDS = st.one_of(
    st.binary(min_size=32, max_size=32).map(lambda digest: CID(0, DAG_PB, SHA2_256, digest)),
    st.builds(
        lambda codec, digest: CID(1, codec, SHA2_256, digest),
        st.integers(0, 2**63 - 1),
        st.binary(min_size=32, max_size=32),
    ),
    st.builds(
        lambda codec, hash_code, digest: CID(1, codec, hash_code, digest),
        st.integers(0, 2**20),
        st.integers(0x14, 2**20),
        st.binary(max_size=128),
    ),
)


@given(CIDS)
def test_what_prints_parses_back(cid: CID) -> None:
    assert cid_from_bytes(bytes(cid)) == cid
    assert parse_cid(str(cid)) == cid
    if cid.version == 1:
        assert parse_cid(cid.encode("base16")) == cid
        assert parse_cid(cid.encode("base58btc")) == cid


@given(st.binary(max_size=200))
def test_any_bytes_parse_exactly_or_are_refused(data: bytes) -> None:
    try:
        cid = cid_from_bytes(data)
    except CidInvalid:
        return
    assert bytes(cid) == data


@given(st.one_of(st.text(), st.text("bfzQm123456789abcdefXYZ", min_size=40, max_size=80)))
def test_any_text_parses_exactly_or_is_refused(text: str) -> None:
    try:
        cid = parse_cid(text)
    except CidInvalid:
        return
    assert text in (str(cid), *(cid.encode(b) for b in ("base16", "base58btc") if cid.version))
