"""`redress anchored`: complaints that are signed, and put on chain many at a time."""

import json as json_
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dapp.cli import fields
from dapp.cli.act import View, perform
from dapp.cli.actions import Action, Field
from dapp.cli.commands import command
from dapp.cli.options import How, acting
from dapp.cli.output import as_json, escaped, facts, share, short, table
from dapp.cli.session import AsJson
from dapp.cli.source import Service, read
from dapp.cli.stand import Stand
from dapp.cli.statement import Said, digest_of
from dapp.errors import AnchorOff, InvalidInput, Refused
from dapp.service import inputs

if TYPE_CHECKING:
    from dapp.domain.anchor_file import Signed
    from dapp.domain.signing import TypedData

app = typer.Typer(
    no_args_is_help=True, help="Complaints that are signed, and anchored with others."
)

_WAIT_SECONDS = 15.0
_MOST_SECONDS = 7 * 86_400
_LEAF = Field("leaf", fields.hash32, "The complaint's leaf, 0x… and 64 digits.", shape="LEAF")
_OPEN = Action(
    "open-anchored",
    "File an anchored complaint at the desk: the organisation's clocks start.",
    (_LEAF,),
)
_REVOKE = Action(
    "revoke-anchored", "Take your signed complaint back, so that nobody can open it.", (_LEAF,)
)


def file(
    context: typer.Context,
    how: How,
    order: Annotated[
        str, typer.Argument(help="The order's key, 0x… and 64 digits.", parser=fields.hash32)
    ],
    demand: Annotated[
        str, typer.Option(help="The part that is asked for: 40% or 4000bps.", parser=fields.share)
    ],
    category: Annotated[str, typer.Option(help="What it is about.", parser=fields.category)],
    receipt: Annotated[Path, typer.Option(help="New file for the receipt.", exists=False)],
    digest: Annotated[str | None, typer.Option(help="Of a statement that is stored.")] = None,
    text: Annotated[str | None, typer.Option(help="What you say: public for ever.")] = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", exists=True, dir_okay=False)
    ] = None,
    opener: Annotated[
        str | None,
        typer.Option(
            help="Who may open it beside you: the service's keeper.", parser=fields.address
        ),
    ] = None,
) -> None:
    """Sign a complaint for the service to anchor, and keep its promise to do so.

    It costs you nothing. Keep the receipt: with it anybody can show that a promise was broken.
    """
    said = Said(digest, text, attach or ())
    said.check()
    if receipt.exists():
        raise InvalidInput(f"{receipt} is there already", fields={"field": "receipt"})
    asked = {"order": order, "demand": demand, "category": category}
    perform(context, how, partial(_file, how, said, asked, receipt, opener))


async def _file(
    how: How, said: Said, asked: View, receipt: Path, opener: str | None, stand: Stand
) -> None:
    from dapp.domain.signing import wallet_json

    asked["digest"] = said.digest
    if not how.dry_run:
        asked["digest"] = await digest_of(stand, said, None, asked["order"])
    given = {name: value for name, value in asked.items() if value is not None}
    prepared = await stand.source.prepare("file", {"actor": stand.actor, **given})
    offered = prepared.get("anchored")
    if not isinstance(offered, dict):
        raise AnchorOff(
            "the service would not anchor this complaint now",
            remedy="File it by a transaction: redress file",
        )
    found, data = await _agreed(stand, asked, offered)
    _require_opener(found, opener, stand)
    _show(found, str(offered.get("sender")))
    if how.dry_run or stand.key is None:
        return
    if not how.yes:
        typer.confirm("Sign this?", abort=True, err=True)
    signed = {"typed_data": wallet_json(data), "signature": stand.key.sign_typed(data)}
    taken = (await stand.source.anchor(signed, _WAIT_SECONDS))["anchored"]
    _keep(stand, found, taken, signed, receipt)


async def _agreed(stand: Stand, asked: View, offered: View) -> "tuple[Signed, TypedData]":
    """What was prepared, made again by the actor's own list of contracts. Raises Refused."""
    from dapp.chain import signed
    from dapp.domain.anchoring import complaint_data
    from dapp.domain.events import ANCHOR, FORWARDER
    from dapp.domain.signing import Place
    from dapp.domain.types import NO_DIGEST

    found = signed.read_complaint(dict(offered.get("typed_data") or {}), "0x00", stand.deployment)
    one, now = found.complaint, (await stand.node.head()).block.timestamp
    wanted = (asked["order"], asked["demand"], asked["category"], asked["digest"] or NO_DIGEST)
    said = (one.order.key, one.demand, int(one.category), one.digest)
    if wanted != said or one.order.customer != stand.actor:
        raise _otherwise("it is another complaint")
    if not now < one.anchor_by <= now + _MOST_SECONDS:
        raise _otherwise("it is to be anchored at another time")
    place = Place(stand.deployment.chain_id, stand.deployment.address_of(FORWARDER))
    return found, complaint_data(place, stand.deployment.address_of(ANCHOR), one)


def _require_opener(found: "Signed", named: str | None, stand: Stand) -> None:
    """Opening starts clocks that the customer must watch: whoever prepares this does not choose."""
    opener = found.complaint.opener
    if opener not in (stand.actor, named):
        raise Refused(
            f"the service wants {opener} to be able to open it as well",
            remedy=f"If you agree, say so: --opener {opener}",
            code="opener-unnamed",
            fields={"opener": opener},
        )


def _keep(stand: Stand, found: "Signed", taken: View, signed: View, file: Path) -> None:
    """Writes the receipt, once it is certain that it is one."""
    from dapp.chain.recover import signer_of
    from dapp.domain.anchoring import Receipt, receipt_data
    from dapp.domain.events import ANCHOR, FORWARDER
    from dapp.domain.signing import Place, wallet_json
    from dapp.domain.types import raw

    if taken["leaf"] != found.leaf:
        raise Refused(
            f"another complaint about the order waits already: {taken['leaf']}",
            remedy="Open that one, or take it back: redress anchored show",
            code="anchored-another",
        )
    if not isinstance(taken.get("receipt"), dict):
        raise Refused(
            "it was taken, and nothing is promised yet",
            remedy=f"Ask again soon: redress anchored show {found.leaf} --json",
            code="receipt-missing",
        )
    sender, by = inputs.address(str(taken["sender"])), found.complaint.anchor_by
    place = Place(stand.deployment.chain_id, stand.deployment.address_of(FORWARDER))
    promise = Receipt(found.leaf, stand.deployment.address_of(ANCHOR), sender, by)
    data, signature = receipt_data(place, promise), str(taken["receipt"]["signature"])
    if signer_of(data, raw(signature)) != sender:
        raise _otherwise("the receipt is not signed by whom it names")
    kept = {"receipt": {"typed_data": wallet_json(data), "signature": signature}}
    text = json_.dumps({**kept, "leaf": found.leaf, "complaint": signed}, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    facts([("taken", found.leaf), ("receipt", str(file))])


@app.command()
def show(
    context: typer.Context,
    leaf: Annotated[str, typer.Argument(help="The complaint's leaf.", parser=fields.hash32)],
    service: Service = None,
    json: AsJson = False,
) -> None:
    """What was promised about a signed complaint, and what became of it."""
    found = read(context, service, lambda source: source.anchored(inputs.hash32(leaf, "leaf")))
    if json:
        as_json(found)
        return
    one = found["anchored"]
    batch = one["batch"] or {}
    facts(
        [
            ("leaf", one["leaf"]),
            ("stands", one["status"]),
            ("customer", one["customer"]),
            ("organisation", one["organisation"]),
            ("order", one["order"]["key"]),
            ("demand", share(one["demand"])),
            ("to be anchored by", one["anchor_by"]["iso"]),
            ("promised", "yes" if one["receipt"] else "no"),
            ("batch", batch.get("root")),
            ("anchored", batch.get("anchored_at") and batch["anchored_at"]["iso"]),
            ("can be opened before", one["open_before"] and one["open_before"]["iso"]),
            ("complaint", one["complaint"]),
            ("as of block", f"{found['as_of_block']} ({found['finality']})"),
        ]
    )


@app.command("list")
def list_(
    context: typer.Context,
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    organisation: Annotated[int | None, typer.Option(min=1, help="Only about this one.")] = None,
    status: Annotated[str | None, typer.Option(help="Such as waiting or anchored.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Where the last page ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 25,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Signed complaints, the newest first."""
    query = {"customer": customer, "organisation": organisation, "status": status}
    found = read(context, service, lambda source: source.all_anchored(query, cursor, limit))
    if json:
        as_json(found)
        return
    rows = [
        (
            one["leaf"],
            one["status"],
            one["organisation"],
            short(one["customer"]),
            share(one["demand"]),
            one["anchor_by"]["iso"],
        )
        for one in found["anchored"]
    ]
    table(("leaf", "stands", "organisation", "customer", "demand", "by"), rows)
    if found["next_cursor"]:
        print(f"more: --cursor {escaped(found['next_cursor'])}")


def _show(found: "Signed", sender: str) -> None:
    one = found.complaint
    rows: list[tuple[str, Any]] = [
        ("complaint about the order", one.order.key),
        ("at organisation", one.order.organisation),
        ("asks for", share(one.demand)),
        ("statement", one.digest),
        ("may be opened by", one.opener),
        ("to be anchored by", one.anchor_by),
        ("anchored by", sender),
        ("public for ever", "the complaint and what you ask for"),
    ]
    facts(rows, to_stderr=True)


def _otherwise(why: str) -> Refused:
    return Refused(
        f"what the service answered is not what you asked for: {why}",
        remedy="Do not trust this service, or check your deployment file",
        code="prepared-otherwise",
    )


app.command("file")(acting(file))
app.command("open")(command(_OPEN))
app.command("revoke")(command(_REVOKE))
