"""What a call reverted with is said by whoever wrote the contract: any bytes at all."""

import asyncio

import httpx
import pytest
from eth_abi.abi import encode

from dapp.chain import reverts
from dapp.chain.rpc import Rpc
from dapp.errors import NodeRefused
from dapp.service.refusals import reason_of

ERROR = bytes.fromhex("08c379a0")  # Error(string)


def text(said: str) -> bytes:
    return ERROR + encode(["string"], [said])


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_reason_is_told() -> None:
    found = reverts.explain(text("too late"))
    assert (found.code, found.message) == (
        "contract-error",
        "the contract refuses this: too late",
    )


@pytest.mark.parametrize(
    "data",
    [
        ERROR,
        ERROR + encode(["bytes"], [b"\xff\xfe"]),
        ERROR + word(2**255),
        ERROR + word(32) + word(2**255),
        ERROR + word(32) + word(2**40),
    ],
    ids=["cut", "no text", "place", "length", "long"],
)
def test_what_cannot_be_read_leaves_a_gap(data: bytes) -> None:
    assert reverts.explain(data).message == "the contract refuses this: ?"


def test_a_reason_neither_steers_nor_fills_whatever_shows_it() -> None:
    found = reverts.explain(text("\u202egnirts\x1b[31m\r\n" + "x" * 1_000_000))
    assert found.message.isprintable()
    assert "gnirts" in found.message
    assert len(found.message) < 1_000
    assert len(str(found.fields["reason"])) < 1_000


def test_data_that_nobody_knows_is_shown_in_part() -> None:
    assert reverts.explain(b"\1\2\3\4").fields["data"] == "0x01020304"
    assert len(str(reverts.explain(b"\1" * 1_000_000).fields["data"])) < 5_000


def refused_with(**error: object) -> NodeRefused:
    """As a node that answers with this error is understood."""
    body = {"jsonrpc": "2.0", "id": 0, "error": error}

    async def ask() -> None:
        async with Rpc("http://node.example") as rpc:
            rpc._client = httpx.AsyncClient(
                transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body))
            )
            await rpc.call(str, "eth_call")

    with pytest.raises(NodeRefused) as refused:
        asyncio.run(ask())
    return refused.value


def test_a_node_repeats_the_reason_in_its_own_words() -> None:
    said = "execution reverted: \u202e\x1b[31m" + "x" * 1_000_000
    refused = refused_with(code=3, message=said)
    assert "execution reverted" in refused.message
    assert refused.message.isprintable()
    assert len(refused.message) < 1_000


@pytest.mark.parametrize(
    "data", ["0x12345678", {"message": "reverted", "txHash": None, "data": "0x12345678"}]
)
def test_what_it_reverted_with_is_found_where_nodes_put_it(data: object) -> None:
    """Hardhat's within an object, others' by itself."""
    assert refused_with(code=3, message="reverted", data=data).fields["data"] == "0x12345678"


@pytest.mark.parametrize(
    "data", ["Reverted 0x12345678", "0x1234567", "0xzzzzzzzzzz", {"data": "no"}]
)
def test_text_that_is_no_data_explains_nothing(data: object) -> None:
    refused = refused_with(code=3, message="execution reverted", data=data)
    assert refused.fields["data"] is None
    assert getattr(reason_of(refused), "code", None) == "contract-reverted"


def test_what_else_a_node_says_stays_as_it_is() -> None:
    for data in (None, {"data": 5}, ["0x12345678"]):
        assert refused_with(code=3, message="no", data=data).fields["data"] == data
