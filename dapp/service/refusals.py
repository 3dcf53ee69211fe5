"""What a node means that refuses a call, and how that is told."""

from dapp.chain import reverts
from dapp.errors import ContractRefused, NodeRefused, RedressError

CANCELLED = ("transaction-cancelled", "no node took it; its nonce was spent on nothing")
REVERTED = ("transaction-reverted", "it reverted when it was mined, and would not now")
# Nodes have no code for it, only words.
_OUT_OF_GAS = ("out of gas", "outofgas", "gas required exceeds", "intrinsic gas")


def reason_of(error: NodeRefused) -> ContractRefused | None:
    """Why a contract refuses; None where it was not a contract that did."""
    data = error.fields.get("data")
    if isinstance(data, str) and len(data) >= 10:
        return reverts.explain(bytes.fromhex(data[2:]))
    if "revert" in error.message.lower():
        return ContractRefused("the contract refuses this without saying why")
    return None


def ran_out(error: NodeRefused) -> bool:
    """Whether a call took more gas than it was given."""
    words = error.message.lower()
    return any(one in words for one in _OUT_OF_GAS)


def told(reason: RedressError) -> tuple[str, str]:
    """As a row keeps it."""
    return reason.code, reason.message
