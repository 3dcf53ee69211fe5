"""`redress tx`: what became of a transaction."""

from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, ether, facts, table
from dapp.cli.session import AsJson, with_parts
from dapp.service.inputs import hash32


def tx(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="HASH", help="The transaction's hash.")],
    chain: Annotated[
        str | None, typer.Option(help="By CAIP-2; the one that is indexed by default.")
    ] = None,
    json: AsJson = False,
) -> None:
    """What became of a transaction, why it failed, or what it waits for."""
    wanted = hash32(name, "hash")
    found = with_parts(
        context,
        lambda parts: parts.transactions.show(chain or parts.transactions.chain, wanted),
    )
    if json:
        as_json(found)
        return
    facts(
        [
            ("transaction", found["hash"]),
            ("status", found["status"]),
            ("from", found.get("from")),
            ("to", found.get("to")),
            ("block", _block(found)),
            ("cost", ether(found["cost"]) if "cost" in found else None),
            ("failed", _failure(found)),
            *[("waits", one["detail"]) for one in found.get("waiting", {}).get("reasons", [])],
            ("send again", _resend(found)),
            ("node", found["node"] and found["node"]["detail"]),
            ("as of block", f"{found['as_of_block']} ({found['finality']})"),
        ]
    )
    if found["events"]:
        rows = [(one["name"], one["contract"], ", ".join(one["links"])) for one in found["events"]]
        table(("event", "contract", "about"), rows)


def _block(found: dict[str, Any]) -> str | None:
    if found.get("block") is None:
        return None
    if not found["indexed"]:
        return f"{found['block']}, which is not indexed yet"
    return f"{found['block']} ({found['block_finality']}, {found['confirmations']} confirmations)"


def _failure(found: dict[str, Any]) -> str | None:
    failure = found.get("failure")
    return None if failure is None else f"{failure['detail']} ({failure['code']})"


def _resend(found: dict[str, Any]) -> str | None:
    better = found.get("waiting", {}).get("resend")
    if not better:
        return None
    fee, tip = better["max_fee_per_gas"], better["max_priority_fee_per_gas"]
    return f"nonce {better['nonce']}, at most {fee} wei for a unit of gas, {tip} of it as tip"
