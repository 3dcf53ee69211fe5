"""`redress prepare`: what an action comes to, for a wallet of one's own to sign."""

import json as codec
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, ether, facts
from dapp.cli.session import AsJson
from dapp.cli.source import Service, read
from dapp.errors import InvalidInput
from dapp.service.forms import FORMS


def complete_action(incomplete: str) -> Iterator[str]:
    """The names of actions that begin so, for the shell."""
    return (name for name in FORMS if name.startswith(incomplete))


def prepare(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(
            help="Such as offer, settle, commit, contribute.", autocompletion=complete_action
        ),
    ],
    actor: Annotated[str, typer.Option(help="Whose address will sign.")],
    params: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="As the API takes them.")
    ] = None,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """An unsigned transaction, and typed data to sign instead where that can be. Holds no key."""
    values = {"actor": actor, **dict(map(parsed, params or []))}
    found = read(context, service, lambda source: source.prepare(action, values))
    if json:
        as_json(found)
        return
    transaction = found["transaction"]
    facts(
        [
            ("action", found["summary"]),
            ("public for ever", "; ".join(found["public"])),
            ("from", transaction["from"]),
            ("to", transaction["to"]),
            ("value", ether(transaction["value"])),
            ("data", transaction["data"]),
            ("can be signed", "yes, see --json" if found["typed_data"] else "no"),
            ("as of block", f"{found['as_of_block']} ({found['finality']})"),
        ]
    )


def parsed(text: str) -> tuple[str, Any]:
    """`share=4000`, `higher=true`, `digest=0x…`; what is no JSON is text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(
            f"{text[:40]!r} names no value",
            remedy="Write NAME=VALUE",
            code="parameter-invalid",
            fields={"field": text[:40]},
        )
    try:
        return name, codec.loads(value)
    except ValueError:
        return name, value
