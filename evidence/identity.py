"""A person's key: random, spelled as age spells it, backed up under a passphrase.

An identity is the secret (`AGE-SECRET-KEY-1…`), a recipient its public half (`age1…`). A backup is
an age file under a passphrase (scrypt) that holds the identity on one line, so that any age
program can read it.
"""

import re
import unicodedata

import pyrage
from pyrage import x25519

from evidence.errors import BackupInvalid, IdentityInvalid, PassphraseWeak, PassphraseWrong

MAX_IDENTITY_BYTES = 64 * 1024
MIN_PASSPHRASE_CHARS = 12
MAX_WORK_FACTOR = 20
"""log2 of scrypt's N: one GiB of memory, the most that the browser's age takes."""

_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
_BACKUP = re.compile(rb"age-encryption\.org/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n")
_TRIES = 3


def new_identity() -> str:
    return str(x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Raises IdentityInvalid."""
    return str(load_identity(identity).to_public())


def load_identity(identity: str) -> x25519.Identity:
    """Raises IdentityInvalid; what was given is in no message."""
    if not _IDENTITY.fullmatch(identity):
        raise IdentityInvalid("not a secret key of age: AGE-SECRET-KEY-1 and 58 characters")
    try:
        return x25519.Identity.from_str(identity)
    except pyrage.IdentityError as error:
        raise IdentityInvalid("not a secret key of age: a character is wrong") from error


def read_identity(data: bytes) -> str:
    """The one secret key of a file as age-keygen writes it. Raises IdentityInvalid."""
    if len(data) > MAX_IDENTITY_BYTES:
        raise IdentityInvalid("not a file with a secret key: too long")
    lines = (line.strip() for line in data.decode(errors="replace").splitlines())
    found = [line for line in lines if line and not line.startswith("#")]
    if len(found) != 1:
        raise IdentityInvalid(f"a file with one secret key is needed, not with {len(found)}")
    load_identity(found[0])
    return found[0]


def is_backup(data: bytes) -> bool:
    return _BACKUP.match(data) is not None


def back_up(identity: str, passphrase: str) -> bytes:
    """Raises IdentityInvalid, and as `lock`."""
    load_identity(identity)
    return lock(identity.encode() + b"\n", passphrase)


def recover(data: bytes, passphrase: str) -> str:
    """The identity. Raises IdentityInvalid, and as `unlock`."""
    return read_identity(unlock(data, passphrase))


def lock(plain: bytes, passphrase: str) -> bytes:
    """An age file; takes seconds and up to a GiB. Raises PassphraseWeak, BackupInvalid."""
    if len(_normal(passphrase)) < MIN_PASSPHRASE_CHARS:
        raise PassphraseWeak(f"a passphrase has at least {MIN_PASSPHRASE_CHARS} characters")
    # The work is chosen by a measurement, which may come out too high for the browser.
    for _ in range(_TRIES):
        data: bytes = pyrage.passphrase.encrypt(plain, _normal(passphrase))
        if _work_factor(data) <= MAX_WORK_FACTOR:
            return data
    raise BackupInvalid(f"no backup that a browser could read came about in {_TRIES} tries")


def unlock(data: bytes, passphrase: str) -> bytes:
    """What was locked, of at most MAX_IDENTITY_BYTES. Raises BackupInvalid, PassphraseWrong."""
    if len(data) > MAX_IDENTITY_BYTES:
        raise BackupInvalid("not a backup of a key: too long")
    factor = _work_factor(data)
    if factor > MAX_WORK_FACTOR:
        raise BackupInvalid(f"the backup asks for too much work: 2^{factor}", work_factor=factor)
    try:
        plain: bytes = pyrage.passphrase.decrypt(data, _normal(passphrase))
    except (pyrage.DecryptError, OSError) as error:
        raise PassphraseWrong("the passphrase is wrong, or the backup is damaged") from error
    return plain


def _work_factor(data: bytes) -> int:
    found = _BACKUP.match(data)
    if found is None:
        raise BackupInvalid("not an age file under a passphrase")
    return int(found[1])


def _normal(passphrase: str) -> str:
    """One spelling of an accented letter, whatever keyboard it came from."""
    return unicodedata.normalize("NFC", passphrase)
