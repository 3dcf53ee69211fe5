"""Accounts of code on a local chain: `contract_wallets.sol`, compiled when first asked for."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode

from dapp.chain.keccak import checksummed, keccak
from dapp.domain.types import NO_ACCOUNT, Address, raw
from scripts.toolchain import settings, solc
from tests.api_player import Person
from tests.local_chain import LocalChain, Receipt

_SOURCE = Path(__file__).with_suffix(".sol")
_MAGIC = bytes.fromhex("6492" * 16)

BURNS_GAS, ANSWERS_TOO_MUCH, ANSWERS_NOTHING, NEARLY_YES, NAMES_AN_ADDRESS = range(5)
"""What a hostile account does when it is asked."""


def wallet(chain: LocalChain, owner: Address | str) -> Address:
    """An account whose owner's key signs for it (ERC-1271)."""
    return _made(chain, "Wallet", encode(["address"], [owner]))


def hostile(chain: LocalChain, mode: int, url: str = "") -> Address:
    """An account that means harm."""
    return _made(chain, "Hostile", encode(["uint8", "string"], [mode, url]))


def moody(chain: LocalChain) -> Address:
    """An account that says yes to everything."""
    return _made(chain, "Moody", b"")


def turn(chain: LocalChain, account: Address) -> None:
    """From now on a `moody` one burns nearly all the gas it is given, and says yes."""
    call = {"from": chain.accounts[0], "to": account, "data": "0x" + keccak(b"turn()")[:4].hex()}
    _mined(chain, chain.rpc("eth_sendTransaction", call))


def workshop(chain: LocalChain) -> Address:
    """What makes wallets at places that are known before."""
    return _made(chain, "Workshop", b"")


def place(chain: LocalChain, shop: Address, owner: str) -> Address:
    """Where the workshop's wallet for that owner is, or would be."""
    call = {"to": shop, "data": "0x" + _call("place(address)", owner).hex()}
    (found,) = decode(["address"], raw(chain.rpc("eth_call", call, "latest")))
    return checksummed(raw(found))


def wrapped(shop: Address, owner: str, signature: bytes) -> bytes:
    """The signature of a wallet that the workshop has not made yet (ERC-6492)."""
    make = _call("make(address)", owner)
    return encode(["address", "bytes", "bytes"], [shop, make, signature]) + _MAGIC


def lend_code(chain: LocalChain, person: Person, code: Address) -> None:
    """Gives an EOA the code of a contract (EIP-7702), by a transaction of its own."""
    nonce = int(chain.rpc("eth_getTransactionCount", person.address, "pending"), 16)
    allowed = person.account.sign_authorization(
        {"chainId": chain.chain_id, "address": code, "nonce": nonce + 1}
    )
    transaction: dict[str, Any] = {
        "type": 4,
        "chainId": chain.chain_id,
        "nonce": nonce,
        "to": NO_ACCOUNT,
        "value": 0,
        "gas": 200_000,
        **chain.fees(),
        "authorizationList": [allowed],
    }
    signed = person.account.sign_transaction(transaction)
    _mined(chain, chain.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))
    assert chain.rpc("eth_getCode", person.address, "latest") == "0xef0100" + code[2:].lower()


def _call(function: str, owner: str) -> bytes:
    return keccak(function.encode())[:4] + encode(["address"], [owner])


def _made(chain: LocalChain, name: str, arguments: bytes) -> Address:
    code = bytes.fromhex(_compiled()[name]["evm"]["bytecode"]["object"]) + arguments
    sent = chain.rpc("eth_sendTransaction", {"from": chain.accounts[0], "data": "0x" + code.hex()})
    return checksummed(raw(_mined(chain, sent)["contractAddress"]))


def _mined(chain: LocalChain, sent: str) -> Receipt:
    receipt = chain.receipt(sent)
    assert receipt["status"] == "0x1", receipt
    return receipt


@cache
def _compiled() -> dict[str, Any]:
    question = {
        "language": "Solidity",
        "sources": {_SOURCE.name: {"content": _SOURCE.read_text()}},
        "settings": {
            **settings.load().standard_json(),
            "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
        },
    }
    answer = subprocess.run(
        [solc.ensure(), "--standard-json"],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, Any] = json.loads(answer)["contracts"][_SOURCE.name]
    return found
