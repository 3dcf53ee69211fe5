"""The chain's clock. Time passes by moving it; no window in the contracts is shorter for a test."""

from collections.abc import Iterator

from brownie import chain, web3

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


def _rpc(method: str, *params):
    answer = web3.provider.make_request(method, list(params))
    assert "error" not in answer, answer
    return answer["result"]


def now() -> int:
    """Unix seconds of the head."""
    return chain[-1].timestamp


def to(timestamp: int) -> None:
    """Mine a block at exactly `timestamp`; calls then run at that time."""
    _rpc("evm_mine", {"timestamp": timestamp})


def at(timestamp: int) -> None:
    """The next transaction is mined at exactly `timestamp`."""
    _rpc("evm_setNextBlockTimestamp", timestamp)


def around(deadline: int) -> Iterator[int]:
    """Stand a second before the deadline, on it and a second after it, one after another."""
    for timestamp in (deadline - 1, deadline, deadline + 1):
        to(timestamp)
        yield timestamp


def to_block(number: int) -> None:
    """Mine until the head is block `number`.

    Thousands of blocks take anvil minutes; what they bring is in forge/Blocks.t.sol.
    """
    missing = number - chain[-1].number
    assert missing >= 0, "the chain is past that block"
    if missing:
        _rpc("anvil_mine", hex(missing))


def in_one_block(*calls: tuple) -> int:
    """Send calls (method, arguments, sender, wei), mine them in one block in that order.

    Returns the block's number. Not by brownie: its receipts wait in threads that outlive a revert.
    """
    _rpc("evm_setAutomine", False)
    try:
        sent = [_send(*call) for call in calls]
        _rpc("evm_mine")
    finally:
        _rpc("evm_setAutomine", True)
    receipts = [_rpc("eth_getTransactionReceipt", hash_) for hash_ in sent]
    assert [int(receipt["status"], 16) for receipt in receipts] == [1] * len(calls)
    assert [int(receipt["transactionIndex"], 16) for receipt in receipts] == [*range(len(calls))]
    return int(receipts[0]["blockNumber"], 16)


def _send(method, arguments: tuple, sender, wei: int = 0) -> str:
    call = {
        "from": str(sender),
        "to": method._address,
        "data": method.encode_input(*arguments),
        "value": hex(wei),
        "gas": hex(400_000),
    }
    return _rpc("eth_sendTransaction", call)
