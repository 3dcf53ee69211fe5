"""What an intent is, and the checks that all makers of intents share."""

from dataclasses import dataclass

from dapp.domain.events import Value
from dapp.domain.parts import Order
from dapp.domain.types import NO_DIGEST, NOTHING, Digest, Wei
from dapp.errors import InvalidInput

MAX_AMOUNT = (1 << 96) - 1
MAX_VERSION = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that somebody may sign.

    Attributes:
        contract: its name.
        args: structs as tuples, bytes as 0x… texts.
        value: wei to send along.
    """

    contract: str
    function: str
    args: tuple[Value, ...]
    value: Wei = NOTHING


def check_range(field: str, value: int, least: int, most: int) -> None:
    """Refuse a number out of range, in words. Raises InvalidInput."""
    if not least <= value <= most:
        raise InvalidInput(
            f"{field.replace('_', ' ')} must be from {least} to {most}, not {value}",
            fields={"field": field, "value": value, "min": least, "max": most},
        )


def check_digest(field: str, digest: Digest, what: str) -> None:
    """Refuse to send nothing where something is meant. Raises InvalidInput."""
    if digest == NO_DIGEST:
        raise InvalidInput(f"{what} needs a digest", fields={"field": field})


def order_args(order: Order) -> Value:
    """The order as the contracts take it."""
    return (order.organisation, order.version, order.customer, order.token, order.ref)
