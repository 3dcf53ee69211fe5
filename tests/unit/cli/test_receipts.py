"""A receipt of a vote: never replaced, never readable without its passphrase, never half there."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dapp.cli import receipts
from dapp.cli.receipts import Reason, Receipt
from dapp.errors import InvalidInput, NotFound, Refused
from evidence.errors import PassphraseWeak, PassphraseWrong

WORD = "0x" + "ab" * 32
RECEIPT = Receipt(
    chain=31337,
    court="0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    dispute=7,
    round=0,
    seat=2,
    vote=5500,
    salt=WORD,
    reason=Reason("Both are right, 両方.", WORD, WORD),
    commitment="0x" + "cd" * 32,
    author="0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
)


@pytest.fixture(autouse=True)
def phrase(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDRESS_PASSPHRASE", "several random words")
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path / "data"))


def test_what_is_kept_opens(tmp_path: Path) -> None:
    receipts.keep(RECEIPT, tmp_path / "vote.age")
    assert receipts.open_receipt(tmp_path / "vote.age") == RECEIPT
    assert (tmp_path / "vote.age").stat().st_mode & 0o777 == 0o600


def test_none_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "vote.age"
    path.write_bytes(b"precious")
    with pytest.raises(Refused) as refused:
        receipts.keep(RECEIPT, path)
    assert refused.value.code == "receipt-exists"
    assert path.read_bytes() == b"precious"


def test_another_passphrase_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receipts.keep(RECEIPT, tmp_path / "vote.age")
    assert b"5500" not in (tmp_path / "vote.age").read_bytes()
    monkeypatch.setenv("REDRESS_PASSPHRASE", "other random words")
    with pytest.raises(PassphraseWrong):
        receipts.open_receipt(tmp_path / "vote.age")
    monkeypatch.setenv("REDRESS_PASSPHRASE", "short")
    with pytest.raises(PassphraseWeak):
        receipts.keep(RECEIPT, tmp_path / "other.age")
    assert not (tmp_path / "other.age").exists()


def test_the_one_that_fits_is_found() -> None:
    with pytest.raises(NotFound):
        receipts.find(RECEIPT.commitment, 31337, 7)
    receipts.keep(RECEIPT, receipts.folder() / RECEIPT.name)
    for other in (replace(RECEIPT, commitment=WORD), replace(RECEIPT, chain=1)):
        (receipts.folder() / other.name).touch()
    assert receipts.open_receipt(receipts.find(RECEIPT.commitment, 31337, 7)) == RECEIPT
    with pytest.raises(NotFound):
        receipts.find(RECEIPT.commitment, 31337, 8)


def test_a_receipt_of_a_page_opens(tmp_path: Path) -> None:
    """As frontend/vote.ts writes it: without an author, and not under a passphrase."""
    path = tmp_path / "redress-vote-7-2.json"
    told = {
        "schema": "redress-receipt/1", "chain": 31337, "court": RECEIPT.court, "dispute": 7,
        "round": 0, "seat": 2, "vote": 5500, "salt": WORD, "reason": None,
        "commitment": RECEIPT.commitment,
    }  # fmt: skip
    path.write_text(json.dumps(told, indent=2))
    assert receipts.open_receipt(path) == replace(RECEIPT, reason=None, author=None)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"\xff", b"[" * 70_000, b'{"schema": "redress-receipt/2"}',
     b'{"schema": "redress-receipt/1", "chain": "x"}', b" " * 100_000],
)  # fmt: skip
def test_what_is_no_receipt_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vote.age"
    path.write_bytes(data)
    with pytest.raises(InvalidInput) as refused:
        receipts.open_receipt(path)
    assert refused.value.code == "receipt-invalid"
