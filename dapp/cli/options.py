"""What every command that signs can be told."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from dapp.cli.session import AsJson
from dapp.cli.source import Service


@dataclass(frozen=True, slots=True)
class How:
    """How something is to be signed and sent.

    Attributes:
        sender: whose address acts, where no key is at hand or to be sure which one it is.
        relay: sign only; the service sends it.
    """

    service: str | None = None
    keystore: Path | None = None
    key_stdin: bool = False
    sender: str | None = None
    yes: bool = False
    dry_run: bool = False
    relay: bool = False
    json: bool = False


_COMMON: dict[str, tuple[Any, Any]] = {
    "service": (Service, None),
    "keystore": (
        Annotated[
            Path | None,
            typer.Option(
                exists=True,
                dir_okay=False,
                envvar="REDRESS_KEYSTORE",
                help="File with the key to sign with, as geth and most wallets write it. Its "
                "password is asked for, or comes from REDRESS_PASSWORD_FILE or standard input. "
                "Without a file the key comes from the variable REDRESS_PRIVATE_KEY.",
            ),
        ],
        None,
    ),
    "key_stdin": (
        Annotated[
            bool, typer.Option("--key-stdin", help="Read the key itself from standard input.")
        ],
        False,
    ),
    "sender": (
        Annotated[
            str | None,
            typer.Option("--from", help="The address that acts; with --dry-run no key is needed."),
        ],
        None,
    ),
    "yes": (Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before signing.")], False),
    "dry_run": (
        Annotated[
            bool, typer.Option("--dry-run", help="Stop before anything is signed; needs --from.")
        ],
        False,
    ),
    "relay": (
        Annotated[
            bool,
            typer.Option(
                "--relay", help="Sign only, and let the service send it and pay for its gas."
            ),
        ],
        False,
    ),
    "json": (AsJson, False),
}


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options above in place of its parameter `how`."""
    own = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in inspect.signature(command, eval_str=True).parameters.values()
        if one.name != "how"
    ]
    return _signed(command, own)


def _signed(command: Callable[..., None], own: list[inspect.Parameter]) -> Callable[..., None]:
    def acts(**given: Any) -> None:
        how = How(**{name: given.pop(name) for name in _COMMON})
        command(how=how, **given)

    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in _COMMON.items()
    ]
    acts.__signature__ = inspect.Signature([*own, *common])  # type: ignore[attr-defined]
    acts.__annotations__ = {one.name: one.annotation for one in (*own, *common)}
    acts.__name__, acts.__doc__ = command.__name__, command.__doc__
    return acts
