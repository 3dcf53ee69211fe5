"""`redress evidence`: the vault of this machine."""

import mimetypes
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dapp.cli import sealed
from dapp.cli.erase import erase
from dapp.cli.failure import Mismatch
from dapp.cli.fetched import Fetch, vault_of
from dapp.cli.output import as_json, new_file, table
from dapp.cli.refill import refill
from dapp.cli.session import AsJson, with_parts
from dapp.cli.source import Service, read
from dapp.cli.sweep import sweep
from dapp.domain.types import ComplaintId
from dapp.errors import DatabaseUnavailable, NotFound
from dapp.service.evidence import Submission, Upload, item_view
from dapp.service.inputs import address, hash32
from evidence import CID, Item, Vault, digest_to_cid, parse, parse_cid
from evidence.errors import EvidenceError

if TYPE_CHECKING:
    from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Store, fetch, open and check evidence.")
app.command("open")(sealed.open_)
app.command()(sealed.reseal)
app.command()(erase)
app.command()(sweep)
app.command()(refill)

Digest = Annotated[str, typer.Argument(help="The manifest's digest, as it is on chain.")]


@app.command()
def add(
    context: typer.Context,
    author: Annotated[str, typer.Option(help="The address that will submit the digest.")],
    files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False)] = None,
    text: Annotated[str | None, typer.Option(help="A message; - reads it from stdin.")] = None,
    kind: Annotated[str, typer.Option(help="file, transaction, transcript, call-record")] = "file",
    complaint: Annotated[int | None, typer.Option(min=1)] = None,
    seal: Annotated[
        bool, typer.Option("--sealed", help="Seal the files and the message to --to.")
    ] = False,
    to: sealed.To = None,
    to_account: sealed.ToAccount = None,
    envelope: Annotated[
        Path | None, typer.Option(help="Where to write what opens them. Keep it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Store files and a message, and print the digest that goes on chain.

    Without --sealed all of it is public for ever.
    """
    said = sys.stdin.read() if text == "-" else text
    writer = address(author, "author")
    number = None if complaint is None else ComplaintId(complaint)
    plan = sealed.plan(seal, to, envelope, to_account)

    async def work(parts: "Parts") -> dict[str, Any]:
        submission = Submission(writer, said, number, None, None, [])
        if plan is not None:
            known = await sealed.with_keys(parts, plan)
            stored, body = sealed.submit(parts.evidence, submission, files or [], kind, known)
            shown = await _noted(parts, stored)
            await sealed.keep(parts, stored["digest"], known.accounts, writer, body)
            return shown
        with ExitStack() as open_files:
            uploads = _uploads(files or [], kind, open_files)
            stored = parts.evidence.submit(replace(submission, files=uploads))
        return await _noted(parts, stored)

    stored = with_parts(context, work)
    if json:
        as_json(stored)
    else:
        print(stored["digest"])


async def _noted(parts: "Parts", stored: dict[str, Any]) -> dict[str, Any]:
    """To be replicated, which a database that is away only delays."""
    with suppress(DatabaseUnavailable):  # a server's next sweep of the vault finds it
        await parts.erasure.lift(stored["digest"])
        await parts.outbox.note_down()
    return (await parts.replicas.told([stored]))[0]


@app.command()
def show(
    context: typer.Context, digest: Digest, service: Service = None, json: AsJson = False
) -> None:
    """Say what a manifest lists, and where each file is held."""
    name = hash32(digest)
    shown = read(context, service, lambda source: source.evidence(name))
    if json:
        as_json(shown)
        return
    manifest = {**shown, "name": "(manifest)"}
    table(
        ("file", "bytes", "CID", "here", "elsewhere"),
        [_places(one) for one in (manifest, *shown["items"])],
    )


@app.command()
def get(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A digest (its manifest) or a CID (a file).")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: stdout.")] = None,
    service: Service = None,
) -> None:
    """Write a manifest or a file; each block is checked as it is read."""
    cid = _cid(hash32(name)) if name.startswith("0x") else parse_cid(name)
    with vault_of(context, service) as (vault, fetch):
        fetch([cid])
        pieces = vault.open_file(cid)
        if output is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        with new_file(output) as file:
            for piece in pieces:
                file.write(piece)


@app.command()
def verify(
    context: typer.Context, digest: Digest, service: Service = None, json: AsJson = False
) -> None:
    """Hash a manifest and every block of its files again; exit 1 if any does not match."""
    root = _cid(hash32(digest))
    with vault_of(context, service) as (vault, fetch):
        fetch([root])
        manifest = parse(vault.get(root))
        items = [
            {**item_view(item), "problem": _problem(vault, fetch, item)} for item in manifest.items
        ]
    whole = all(item["problem"] is None for item in items)
    if json:
        as_json({"digest": hash32(digest), "verified": whole, "items": items})
    else:
        rows = [(one["name"], one["size"], one["cid"], one["problem"]) for one in items]
        table(("file", "bytes", "CID", "problem"), rows)
        print("verified" if whole else "NOT verified")
    if not whole:
        raise Mismatch


def _places(shown: Mapping[str, Any]) -> tuple[object, ...]:
    here = "yes" if "vault" in shown["stored"] else "no"
    elsewhere = ", ".join(f"{one['target']} {one['state']}" for one in shown["replicas"])
    return shown["name"], shown["size"], shown["cid"], here, elsewhere


def _cid(digest: str) -> CID:
    return digest_to_cid(bytes.fromhex(digest[2:]))


def _problem(vault: Vault, fetch: Fetch, item: Item) -> str | None:
    """The vault hashes each block as it reads it."""
    try:
        fetch([item.cid])
        size = sum(len(piece) for piece in vault.open_file(item.cid))
    except (EvidenceError, NotFound) as error:
        return error.message
    return None if size == item.size else f"{size} bytes instead of {item.size}"


def _uploads(files: Sequence[Path], kind: str, open_files: ExitStack) -> list[Upload]:
    return [
        Upload(
            name=path.name,
            media_type=mimetypes.guess_type(path.name)[0] or "",
            kind=kind,
            stream=open_files.enter_context(path.open("rb")),
        )
        for path in files
    ]
