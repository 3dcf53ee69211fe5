"""A transaction is sent when it is mined.

Brownie asks for a transaction's receipt beside the test, a second apart, and takes it for dropped
where the node counts it a moment before it shows the receipt.
"""

import time

from web3.middleware import Web3Middleware

_PATIENCE_SECONDS = 30


class SendsAreMined(Web3Middleware):
    """Answers a sent transaction's hash once the node shows its receipt."""

    def wrap_make_request(self, make_request):
        def answer(method, params):
            found = make_request(method, params)
            if method in ("eth_sendTransaction", "eth_sendRawTransaction") and "result" in found:
                _wait(make_request, found["result"])
            return found

        return answer


def _wait(make_request, transaction) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not make_request("eth_getTransactionReceipt", [transaction])["result"]:
        assert time.monotonic() < until, "the node does not mine"
        time.sleep(0.002)
