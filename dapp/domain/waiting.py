"""Why a transaction waits, and what to pay so that it need not."""

from dataclasses import dataclass
from enum import StrEnum

from dapp.domain.types import Wei


class Reason(StrEnum):
    """What keeps a transaction out of the next block."""

    REPLACED = "replaced"
    """Another one of the same sender with the same nonce was mined: this one never will be."""
    NONCE_GAP = "nonce-gap"
    """Earlier transactions of the same sender come first."""
    FEE_TOO_LOW = "fee-too-low"
    """It pays less than the base fee."""
    TIP_TOO_LOW = "tip-too-low"
    """It leaves next to nothing for whoever builds the block."""
    FUNDS_TOO_LOW = "funds-too-low"
    """The sender has less than value and gas may take."""


LEAST_TIP = Wei(10**9)
"""In wei for a unit of gas; below half of it, others are taken first."""
MINED_TIP = Wei(10**6)
"""Where nobody competes: what geth makes blocks of, left as it comes, offers this or more."""


@dataclass(frozen=True, slots=True)
class Fee:
    """What a resend should offer, in wei for a unit of gas."""

    max_fee: Wei
    tip: Wei


def reasons(
    offered: Fee, base_fee: Wei, nonces: tuple[int, int], funds: tuple[int, int]
) -> list[Reason]:
    """What keeps it waiting, the worst first; nothing where it only has to wait its turn.

    Args:
        offered: by the transaction.
        base_fee: of the latest block.
        nonces: the transaction's, and the next of its sender to be mined.
        funds: what it may take at the most, and what its sender has.
    """
    own, following = nonces
    if own < following:
        return [Reason.REPLACED]
    found = [Reason.NONCE_GAP] if own > following else []
    if offered.max_fee < base_fee:
        found.append(Reason.FEE_TOO_LOW)
    elif 2 * min(offered.tip, offered.max_fee - base_fee) < LEAST_TIP:
        found.append(Reason.TIP_TOO_LOW)
    needed, held = funds
    return [*found, Reason.FUNDS_TOO_LOW] if held < needed else found


def resend(offered: Fee, base_fee: Wei) -> Fee:
    """What replaces it: an eighth more of both, as nodes ask for, and room for two full blocks."""
    tip = Wei(max(_raised(offered.tip), LEAST_TIP))
    return Fee(Wei(max(_raised(offered.max_fee), 2 * base_fee + tip)), tip)


def _raised(fee: int) -> int:
    return fee + -(-fee // 8)
