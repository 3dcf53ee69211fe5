"""`redress prepare`: what an action comes to, for a wallet of one's own to sign."""

import json as codec
from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, ether, facts
from dapp.cli.session import AsJson, with_parts
from dapp.errors import InvalidInput


def prepare(
    context: typer.Context,
    action: Annotated[str, typer.Argument(help="Such as offer, settle, commit, contribute.")],
    actor: Annotated[str, typer.Option(help="Whose address will sign.")],
    params: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="As the API takes them.")
    ] = None,
    json: AsJson = False,
) -> None:
    """An unsigned transaction, and typed data to sign instead where that can be. Holds no key."""
    values = {"actor": actor, **dict(map(_parsed, params or []))}
    found = with_parts(context, lambda parts: parts.prepare.prepare(action, values))
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


def _parsed(text: str) -> tuple[str, Any]:
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
