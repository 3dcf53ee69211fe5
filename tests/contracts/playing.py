"""One call twice from the same state, and what each left behind: raw, so that they compare."""

import clock
import model
from brownie import project, web3

_GAS = 3_000_000


def rpc(method: str, *params):
    answer = web3.provider.make_request(method, list(params))
    assert "error" not in answer, answer
    return answer["result"]


def logs(method, arguments, by, value: int = 0) -> list[tuple[str, str, dict]]:
    """What the call's events say: contract, name, values. The chain is left as it was.

    It is mined a minute after the head, whichever call it is.
    """
    snapshot = rpc("evm_snapshot")
    rpc("anvil_impersonateAccount", str(by))
    try:
        rpc("evm_setNextBlockTimestamp", clock.now() + 60)
        call = {
            "from": str(by),
            "to": method._address,
            "data": method.encode_input(*arguments),
            "value": hex(value),
            "gas": hex(_GAS),
        }
        sent = rpc("eth_sendTransaction", call)
        receipt = dict(web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.005))
        assert receipt["status"] == 1, rpc("debug_traceTransaction", sent, {})
        return [_decoded(log) for log in receipt["logs"]]
    finally:
        rpc("anvil_stopImpersonatingAccount", str(by))
        assert rpc("evm_revert", snapshot)


def _decoded(log) -> tuple[str, str, dict]:
    known = {}
    for contract in project.get_loaded_projects()[0]:
        known |= model.events(contract.abi)
    entry = known[bytes(log["topics"][0])]
    return log["address"], entry["name"], model.arguments(entry, log)


def outcome(contract, data: bytes, by, value: int = 0) -> tuple[bool, str]:
    """Whether a call would go through, and what it returns or is refused with; nothing is sent."""
    call = {
        "from": str(by),
        "to": contract.address,
        "data": "0x" + data.hex(),
        "value": hex(value),
        "gas": hex(_GAS),
    }
    answer = web3.provider.make_request("eth_call", [call, "latest"])
    if "error" in answer:
        return False, answer["error"]["data"]
    return True, answer["result"]
