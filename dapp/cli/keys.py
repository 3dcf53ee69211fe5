"""`redress keys`: the key that evidence for somebody is sealed to. It stays on this machine."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dapp.cli.output import as_json, facts, new_file
from dapp.cli.session import AsJson
from evidence.identity import (
    MAX_IDENTITY_BYTES,
    back_up,
    is_backup,
    new_identity,
    read_identity,
    recipient_of,
    recover,
)
from evidence.recipient import key_of

app = typer.Typer(no_args_is_help=True, help="Make, show and recover a key of one's own.")

_VARIABLE = "REDRESS_PASSPHRASE"
_PRIVATE = 0o600
_MAX_PASSPHRASE_CHARS = 4096

KeyFile = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="A backup, or a key file as age writes it."),
]


@app.command()
def new(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the backup goes.")],
    json: AsJson = False,
) -> None:
    """Make a random key and keep it in a file under a passphrase.

    The passphrase is asked for, or comes from REDRESS_PASSPHRASE or standard input.

    Without the file and its passphrase nobody can open what is sealed to the key.
    """
    with new_file(output, _PRIVATE) as file:
        identity = new_identity()
        file.write(back_up(identity, passphrase(is_new=True)))
    _show(identity, json)


@app.command()
def show(file: KeyFile, json: AsJson = False) -> None:
    """The public half: for --to, and as the key registry takes it. Not a secret."""
    _show(read_key(file), json)


@app.command("recover")
def recover_(
    file: KeyFile,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: stdout.")] = None,
) -> None:
    """Write the secret key itself, as any age program reads it. Whoever sees it can use it."""
    identity = read_key(file)
    if output is None:
        print(identity)
        return
    with new_file(output, _PRIVATE) as target:
        target.write(identity.encode() + b"\n")


def read_key(file: Path) -> str:
    """The secret key of a backup (asks for its passphrase) or a key file. Raises SealError."""
    with file.open("rb") as stream:
        data = stream.read(MAX_IDENTITY_BYTES + 1)
    return recover(data, passphrase(is_new=False)) if is_backup(data) else read_identity(data)


def _show(identity: str, json: bool) -> None:
    recipient = recipient_of(identity)
    key = "0x" + key_of(recipient).hex()
    if json:
        as_json({"recipient": recipient, "key": key})
    else:
        facts([("recipient", recipient), ("key on chain", key)])


def passphrase(*, is_new: bool, of: str = "Passphrase") -> str:
    """Never an argument: those are seen by everybody on the machine."""
    if _VARIABLE in os.environ:
        return os.environ[_VARIABLE]
    if not sys.stdin.isatty():
        return sys.stdin.readline(_MAX_PASSPHRASE_CHARS).rstrip("\r\n")
    return str(typer.prompt(of, hide_input=True, confirmation_prompt=is_new, err=True))
