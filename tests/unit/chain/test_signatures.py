"""Who waits for whom when many sign in at once."""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from dapp.chain.node import Node
from dapp.chain.signatures import Signatures
from dapp.domain.sign_in import SignIn
from dapp.domain.site import site_of
from dapp.domain.types import Address, ChainId, UnixTime
from dapp.errors import InvalidInput, NodeBusy

NOW = UnixTime(1_800_000_000)
PERSON = Account.create()
OWN = SignIn(
    site=site_of("https://redress.example"),
    account=Address(PERSON.address),
    chain_id=ChainId(31_337),
    nonce="0123456789abcdef",
    issued_at=NOW,
    expires_at=UnixTime(NOW + 600),
)
CONTRACTS = replace(OWN, account=Address("0x" + "11" * 20))


class SlowNode:
    """Answers nothing until it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def answer(self, call: Mapping[str, str]) -> bytes:
        await self.let.wait()
        return b""


async def sign_in(signatures: Signatures, expected: SignIn) -> None:
    text = expected.text()
    signature = bytes(PERSON.sign_message(encode_defunct(text=text)).signature)
    await signatures.check(text, signature, expected, NOW)


def test_contracts_that_take_their_time_keep_only_contracts_waiting() -> None:
    async def scene() -> list[BaseException | None]:
        node = SlowNode()
        signatures = Signatures(cast(Node, node))
        waiting = [asyncio.create_task(sign_in(signatures, CONTRACTS)) for _ in range(50)]
        for refused in itertools.islice(asyncio.as_completed(waiting), 50 - 32):
            with pytest.raises(NodeBusy):
                await refused
        await sign_in(signatures, OWN)
        node.let.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    kinds = [type(error) for error in asyncio.run(scene())]
    assert set(kinds) == {InvalidInput, NodeBusy}
    assert kinds.count(InvalidInput) == 32
