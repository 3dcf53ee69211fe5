"""Text from outside, read strictly into the domain's types."""

import re

from dapp.chain.keccak import checksummed
from dapp.domain.types import Address, Hash32
from dapp.errors import InvalidInput

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")


def address(text: str, field: str = "address") -> Address:
    """Mixed case must be the right checksum (EIP-55); one case alone carries none."""
    if not _ADDRESS.fullmatch(text):
        raise InvalidInput(
            f"{field} is not an address",
            remedy="Give 0x and 40 hexadecimal digits",
            fields={"field": field},
        )
    digits = text[2:]
    found = checksummed(bytes.fromhex(digits))
    if digits not in (digits.lower(), digits.upper()) and text != found:
        raise InvalidInput(
            f"the checksum of {field} is wrong",
            remedy="Copy the address again, all of it",
            code="address-checksum",
            fields={"field": field},
        )
    return found


def hash32(text: str, field: str = "digest") -> Hash32:
    if not _HASH.fullmatch(text):
        raise InvalidInput(
            f"{field} is not 32 bytes",
            remedy="Give 0x and 64 hexadecimal digits",
            fields={"field": field},
        )
    return Hash32(text.lower())


def number_before(cursor: str | None) -> int:
    """What a cursor that is a number says to stay below; without one everything is."""
    if cursor is None:
        return 2**63 - 1
    if not cursor.isdecimal() or not cursor.isascii() or len(cursor) > 18:
        raise InvalidInput("the cursor is not one of ours", fields={"field": "cursor"})
    return int(cursor)
