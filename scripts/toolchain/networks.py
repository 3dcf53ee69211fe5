"""The networks that brownie knows by name besides its own, and how each is deployed to.

Standard library only: it is read where brownie deploys, and where its networks are written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

CONFIRMATIONS: Final = "REDRESS_CONFIRMATIONS"
MAX_FEE: Final = "REDRESS_MAX_FEE_GWEI"


@dataclass(frozen=True)
class Network:
    """One of them; its node is the one at REDRESS_NODE_URL.

    Attributes:
        name: as `--network` takes it.
        chain_id: of its chain; None is whichever the node has.
        confirmations: blocks that a transaction is under, its own counted, before the next is sent.
        max_fee_gwei: more than that is not paid for a gas.
    """

    name: str
    title: str
    chain_id: int | None
    confirmations: int
    max_fee_gwei: float


ALL: Final = (
    Network("redress", "The node at REDRESS_NODE_URL", None, 1, 500),
    Network("sepolia", "Sepolia", 11_155_111, 3, 50),
    # Blocks come each two seconds there, and each quarter of one on the next.
    Network("optimism-sepolia", "OP Sepolia", 11_155_420, 15, 5),
    Network("arbitrum-sepolia", "Arbitrum Sepolia", 421_614, 60, 5),
)


def chosen(name: str, environment: Mapping[str, str]) -> Network:
    """The network of that name, with what the environment sets.

    Raises:
        ValueError: it is not one of these, or a setting is no number; the text is for people.
    """
    known = next((one for one in ALL if one.name == name), None)
    if known is None:
        names = ", ".join(one.name for one in ALL)
        raise ValueError(f"no network to deploy to is called {name}: {names}")
    return replace(
        known,
        confirmations=int(_number(environment, CONFIRMATIONS, known.confirmations)),
        max_fee_gwei=_number(environment, MAX_FEE, known.max_fee_gwei),
    )


def _number(environment: Mapping[str, str], name: str, otherwise: float) -> float:
    said = environment.get(name)
    if not said:
        return otherwise
    try:
        found = float(said)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf") or (name == CONFIRMATIONS and found % 1):
        raise ValueError(f"{name} is {said}, which is no number above 0")
    return found
