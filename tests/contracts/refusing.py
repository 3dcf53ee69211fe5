"""Accounts with code of their own: one that takes no money, one that calls back when it is paid."""

from collections.abc import Iterator
from contextlib import contextmanager

from brownie import web3

# PUSH0 PUSH0 REVERT
_REFUSES = bytes.fromhex("5f5ffd")


@contextmanager
def refuse_money(account) -> Iterator[None]:
    """Within it `account` is a contract that reverts whatever is sent to it."""
    with _coded(account, _REFUSES):
        yield


@contextmanager
def call_back(account, target, *calls: bytes) -> Iterator[None]:
    """Within it `account` calls `target` when it is paid, and ignores how the calls end."""
    with _coded(account, b"".join(_call(target, data) for data in calls) + b"\x00"):
        yield


def _call(target, data: bytes) -> bytes:
    """Code that writes `data` to memory, word by word, and calls `target` with it."""
    code = b""
    for offset in range(0, len(data), 32):
        word = data[offset : offset + 32].ljust(32, b"\0")
        code += b"\x7f" + word + b"\x61" + offset.to_bytes(2, "big") + b"\x52"  # MSTORE
    code += (
        b"\x5f\x5f\x61" + len(data).to_bytes(2, "big") + b"\x5f\x5f"
    )  # no reply, input, no value
    code += b"\x73" + bytes.fromhex(str(target)[2:]) + b"\x5a\xf1\x50"  # CALL with all gas, POP
    return code


@contextmanager
def _coded(account, code: bytes) -> Iterator[None]:
    _set_code(account, code)
    try:
        yield
    finally:
        _set_code(account, b"")


def _set_code(account, code: bytes) -> None:
    answer = web3.provider.make_request("anvil_setCode", [str(account), "0x" + code.hex()])
    assert "error" not in answer, answer
