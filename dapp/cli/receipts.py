"""Receipts of hidden votes: what opens a vote again, on any machine, under a passphrase.

Inside is what the pages download (frontend/vote.ts), so that either opens what the other made;
outside it is an age file.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dapp.cli.keys import passphrase
from dapp.cli.output import new_file
from dapp.errors import InvalidInput, NotFound, Refused
from dapp.settings import Settings
from evidence.identity import MAX_IDENTITY_BYTES, is_backup, lock, unlock

SCHEMA = "redress-receipt/1"
_PREFIX_CHARS = 18
"""Of a commitment, in a file's name: enough to tell it from any other vote of the seat."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Words for the vote, which nobody reads before it is revealed."""

    text: str
    salt: str
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A hidden vote, and what hides it.

    Attributes:
        vote: basis points for the customer.
        author: whose name the reasons bear; None in receipts of the pages.
    """

    chain: int
    court: str
    dispute: int
    round: int
    seat: int
    vote: int
    salt: str
    reason: Reason | None
    commitment: str
    author: str | None

    @property
    def name(self) -> str:
        """Of its file, among others."""
        place = f"{self.chain}-{self.dispute}-{self.round}-{self.seat}"
        return f"vote-{place}-{self.commitment[2:_PREFIX_CHARS]}.age"


def folder() -> Path:
    """Where receipts are kept unless another file is named."""
    return Settings().data_dir / "receipts"


def keep(receipt: Receipt, path: Path) -> None:
    """On the disk before this returns, and never over another. Raises InvalidInput, SealError."""
    if path.exists():
        raise _taken(path)
    reason = receipt.reason and {
        "text": receipt.reason.text,
        "salt": receipt.reason.salt,
        "digest": receipt.reason.digest,
    }
    told = {
        "schema": SCHEMA,
        **{name: getattr(receipt, name) for name in Receipt.__dataclass_fields__},
        "reason": reason,
    }
    data = lock(
        json.dumps(told, ensure_ascii=False, indent=2).encode(),
        passphrase(is_new=True, of="Passphrase for the receipt"),
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_file(path, 0o600) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)  # so that its name lasts as well
    finally:
        os.close(place)


def open_receipt(path: Path) -> Receipt:
    """Asks for the passphrase, unless a page wrote it. Raises InvalidInput, SealError."""
    with path.open("rb") as file:
        data = file.read(MAX_IDENTITY_BYTES + 1)
    if is_backup(data):
        data = unlock(data, passphrase(is_new=False, of="Passphrase of the receipt"))
    return _read(data, path)


def find(commitment: str, chain: int, dispute: int) -> Path:
    """The receipt of a commitment, among those kept here. Raises NotFound."""
    name = f"vote-{chain}-{dispute}-*-{commitment[2:_PREFIX_CHARS]}.age"
    found = sorted(folder().glob(name))
    if not found:
        raise NotFound(
            f"no receipt of the vote on complaint {dispute} is in {folder()}",
            remedy="Name the file with --receipt, or bring it from the machine that voted",
            code="receipt-missing",
        )
    return found[0]


def _read(data: bytes, path: Path) -> Receipt:
    try:
        told: dict[str, Any] = json.loads(data)
        if told["schema"] != SCHEMA:
            raise ValueError
        return Receipt(
            chain=int(told["chain"]),
            court=str(told["court"]),
            dispute=int(told["dispute"]),
            round=int(told["round"]),
            seat=int(told["seat"]),
            vote=int(told["vote"]),
            salt=str(told["salt"]),
            reason=_reason(told["reason"]),
            commitment=str(told["commitment"]),
            author=None if told.get("author") is None else str(told["author"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(
            f"{path} is no receipt of a vote",
            remedy="Name the file that was written as you voted",
            code="receipt-invalid",
        ) from error


def _reason(told: Mapping[str, Any] | None) -> Reason | None:
    if told is None:
        return None
    return Reason(str(told["text"]), str(told["salt"]), str(told["digest"]))


def _taken(path: Path) -> Refused:
    return Refused(
        f"{path} exists already, and may be the only thing that opens a vote",
        remedy="Name another file with --receipt",
        code="receipt-exists",
    )
