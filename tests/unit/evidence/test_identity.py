"""A person's key and its backup."""

import pyrage
import pytest

from evidence.errors import EvidenceError, IdentityInvalid, PassphraseWeak
from evidence.identity import (
    back_up,
    is_backup,
    new_identity,
    read_identity,
    recipient_of,
    recover,
)
from evidence.recipient import key_of

PASSPHRASE = "correct horse battery stapl\u00e9"
IDENTITY = new_identity()


@pytest.fixture(scope="module")
def backup() -> bytes:
    return back_up(IDENTITY, PASSPHRASE)


def code_of(data: bytes, passphrase: str = PASSPHRASE) -> str:
    with pytest.raises(EvidenceError) as caught:
        recover(data, passphrase)
    return caught.value.code


def test_keys_are_random_and_fit_the_chain() -> None:
    assert new_identity() != new_identity()
    assert len(key_of(recipient_of(IDENTITY))) == 32


def test_a_backup_gives_the_key_back_however_the_accent_is_typed(backup: bytes) -> None:
    assert recover(backup, PASSPHRASE.replace("\u00e9", "e\u0301")) == IDENTITY
    assert IDENTITY.encode() not in backup
    assert is_backup(backup)


def test_any_age_program_reads_it(backup: bytes) -> None:
    assert pyrage.passphrase.decrypt(backup, PASSPHRASE) == IDENTITY.encode() + b"\n"


def test_a_wrong_passphrase_and_a_damaged_backup(backup: bytes) -> None:
    assert code_of(backup, PASSPHRASE + ".") == "passphrase_wrong"
    assert code_of(backup[:-1]) == "passphrase_wrong"


@pytest.mark.parametrize("factor", [b"21", b"30", b"99"])
def test_a_backup_cannot_ask_for_all_the_memory_there_is(backup: bytes, factor: bytes) -> None:
    start, _, rest = backup.partition(b"\n-> scrypt ")
    salt, _, rest = rest.partition(b" ")
    hungry = start + b"\n-> scrypt " + salt + b" " + factor + rest[rest.index(b"\n") :]
    assert code_of(hungry) == "backup_invalid"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 100,
        b"age-encryption.org/v1\n",
        b"age-encryption.org/v1\n-> scrypt " + b"A" * 22 + b" 018\n",
        pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()]),
        IDENTITY.encode(),
        b"age-encryption.org/v1\n" + b"a" * 100_000,
    ],
    ids=range(7),
)
def test_what_is_no_backup(data: bytes) -> None:
    assert code_of(data) == "backup_invalid"
    assert not is_backup(data)


@pytest.mark.parametrize("passphrase", ["", "short", "e\u0301" * 6])
def test_short_passphrases_are_refused(passphrase: str) -> None:
    with pytest.raises(PassphraseWeak):
        back_up(IDENTITY, passphrase)


def test_a_file_of_age_keygen() -> None:
    text = f"# created: today\n# public key: {recipient_of(IDENTITY)}\n{IDENTITY}\n\n"
    assert read_identity(text.encode()) == IDENTITY
    assert read_identity(text.replace("\n", "\r\n").encode()) == IDENTITY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# only words\n",
        f"{IDENTITY}\n{new_identity()}\n".encode(),
        IDENTITY.lower().encode(),
        IDENTITY[:-1].encode() + (b"Q" if IDENTITY[-1] != "Q" else b"P"),
        b"AGE-SECRET-KEY-PQ-1" + b"Q" * 58,
        b"\xff\xfe\x00",
        b"#" * 100_000,
    ],
    # Without a key in their names, which is another in each process that collects them.
    ids=range(8),
)
def test_what_is_no_key(data: bytes) -> None:
    with pytest.raises(IdentityInvalid) as caught:
        read_identity(data)
    assert "SECRET-KEY-1Q" not in str(caught.value)
    assert IDENTITY not in repr(caught.value)
