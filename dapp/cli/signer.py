"""Where the key of whoever acts comes from: a file, the environment or stdin, never an argument."""

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dapp.cli.options import How
from dapp.domain.types import Address
from dapp.errors import InvalidInput, Refused
from dapp.service import inputs

if TYPE_CHECKING:
    from dapp.chain.own_key import Key

KEY_VARIABLE = "REDRESS_PRIVATE_KEY"
PASSWORD_FILE_VARIABLE = "REDRESS_PASSWORD_FILE"  # noqa: S105 (the name of a variable)
_MAX_LINE_CHARS = 4096


def actor_of(how: How) -> Address:
    """Who acts, where no key has to be opened for it. Raises InvalidInput."""
    if how.sender is not None:
        return inputs.address(how.sender, "from")
    return load(how).address


def load(how: How) -> "Key":
    """The key to sign with. Raises InvalidInput, Refused."""
    # Here, so that no other command waits for eth_account.
    from dapp.chain import own_key

    if how.keystore is not None:
        with how.keystore.open("rb") as file:
            data = file.read(own_key.MAX_KEYSTORE_BYTES + 1)
        own_key.keystore_address(data)  # before a password is asked for in vain
        found = own_key.unlock(data, _password())
    elif how.key_stdin:
        found = own_key.key_of(_line())
    elif os.environ.get(KEY_VARIABLE):
        found = own_key.key_of(os.environ[KEY_VARIABLE])
    else:
        raise InvalidInput(
            "there is no key to sign with",
            remedy=f"Give --keystore FILE, --key-stdin or {KEY_VARIABLE}; or --dry-run and --from",
            code="key-missing",
        )
    _must_be(found.address, how)
    return found


def _must_be(found: Address, how: How) -> None:
    if how.sender is not None and inputs.address(how.sender, "from") != found:
        raise Refused(
            f"the key is {found}'s, not {how.sender}'s",
            remedy="Give the other key, or leave --from out",
            code="key-of-another",
        )


def _password() -> str:
    file = os.environ.get(PASSWORD_FILE_VARIABLE)
    if file:
        return read_secret(Path(file), PASSWORD_FILE_VARIABLE)
    if not sys.stdin.isatty():
        return _line()
    return str(typer.prompt("Password of the keystore", hide_input=True, err=True))


def read_secret(path: Path, variable: str) -> str:
    """The first line of a file that nobody else can read. Raises InvalidInput, Refused."""
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Refused(
                    f"others can read the file of {variable}",
                    remedy=f"Run: chmod 600 {path}",
                    code="secret-exposed",
                )
            return file.readline(_MAX_LINE_CHARS).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"the file of {variable} cannot be read",
            remedy="Name a text file with the password on its first line",
            code="secret-unreadable",
        ) from error


def _line() -> str:
    return sys.stdin.readline(_MAX_LINE_CHARS).rstrip("\r\n")
