"""`redress verify`: an auditor's answer on a bundle, without database and without our servers."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dapp.cli.failure import Mismatch
from dapp.cli.output import as_json, facts, new_file, table, utc
from dapp.cli.session import AsJson
from dapp.domain.types import BlockNumber, Hash32
from dapp.errors import IntegrityBroken, InvalidInput, Unproven, WrongChain

if TYPE_CHECKING:
    from dapp.audit.format import Claims
    from dapp.audit.records import Story
    from dapp.audit.verdict import Entry, Verdict, Window
    from dapp.audit.verify import Expected

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class _Contract(msgspec.Struct):
    address: str


class _Deployment(msgspec.Struct, rename="camel"):
    chain_id: int
    contracts: dict[str, _Contract]


def verify(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The bundle's file.")],
    block_hash: Annotated[
        str | None, typer.Option(help="Of the block that the bundle was made at, as you trust it.")
    ] = None,
    rpc_url: Annotated[
        list[str] | None,
        typer.Option(help="Of a node that is asked for that hash; if several, all must agree."),
    ] = None,
    desk: Annotated[
        str | None, typer.Option(help="The address that the complaint desk must have.")
    ] = None,
    deployment: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The contracts that you mean: CHAINID.json"),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Verdict on an earlier bundle, as JSON."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page to read and print, as HTML, to this file.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of the report: en, zh-Hans or ru.")] = "en",
    json: AsJson = False,
) -> None:
    """Check that a record is genuine, complete, whole and paid as decided; exit 1 if it is not."""
    from dapp.audit import verdict as verdicts
    from dapp.audit import verify as auditing

    if (block_hash is None) == (not rpc_url):
        raise typer.BadParameter("give either --block-hash or --rpc-url")
    if block_hash is not None and not _HASH.fullmatch(block_hash):
        raise typer.BadParameter("--block-hash must be 0x and 64 hexadecimal digits")
    earlier = None if previous is None else verdicts.read_previous(previous)
    expected = _expected(desk, deployment)
    stories: list[Story] = []
    with bundle.open("rb") as file:
        try:
            trusted = Hash32((block_hash or "").lower())
            if block_hash is None:
                trusted = asyncio.run(_ask(rpc_url or [], auditing.claims_of(file)))
            heard = stories.append if report is not None else lambda story: None
            found = auditing.verify(file, trusted, expected, earlier, heard)
        except Unproven as error:
            found = verdicts.Verdict(error.code, error.message)
    if report is not None:
        _report(report, found, stories, language)
    if json:
        as_json(msgspec.to_builtins(found))
    else:
        _show(found)
    if not found.is_verified:
        raise Mismatch


def _report(path: Path, found: "Verdict", stories: "list[Story]", language: str) -> None:
    from dapp.web.i18n import LANGUAGES, load
    from dapp.web.report import MOST_CASES, report

    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language must be one of {', '.join(LANGUAGES)}")
    if len(found.entries) > MOST_CASES:
        raise InvalidInput(
            f"a report of {len(found.entries)} records would be too long to read",
            remedy=f"Make bundles of at most {MOST_CASES}, or use --json",
        )
    with new_file(path) as file:
        file.write(report(found, stories, load(language)).encode())


def _expected(desk: str | None, deployment: Path | None) -> "Expected":
    from dapp.audit.verify import NOTHING_KNOWN, Expected

    if deployment is not None:
        known = deployment_of(deployment)
        if desk is not None and known.addresses.get("ComplaintDesk") != desk.lower():
            raise typer.BadParameter("--desk and --deployment name different desks")
        return known
    if desk is None:
        return NOTHING_KNOWN
    if not _ADDRESS.fullmatch(desk):
        raise typer.BadParameter("--desk must be 0x and 40 hexadecimal digits")
    return Expected({"ComplaintDesk": desk.lower()}, "desk")


def deployment_of(path: Path) -> "Expected":
    """What a deployment's file knows. Raises InvalidInput."""
    from dapp.audit.verify import Expected

    try:
        known = msgspec.json.decode(path.read_bytes(), type=_Deployment)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidInput(f"{path} is no deployment") from error
    addresses = {name: one.address.lower() for name, one in known.contracts.items()}
    return Expected(addresses, "deployment", known.chain_id)


async def _ask(urls: list[str], claims: "Claims") -> Hash32:
    """The hash that all nodes give the bundle's block."""
    from dapp.chain.node import Node
    from dapp.chain.rpc import Rpc

    found: list[Hash32] = []
    for url in urls:
        async with Rpc(url) as rpc:
            node = Node(rpc)
            if await node.chain_id() != claims.chain_id:
                raise WrongChain(f"a node serves another chain than the bundle's, {claims.chain}")
            header = await node.header_at(BlockNumber(claims.block.number))
            found.append(header.block.hash)
    if len(set(found)) != 1:
        raise IntegrityBroken(
            f"the nodes give block {claims.block.number} different hashes",
            remedy="Wait until the block is final, or find out which of them lies",
            code="nodes-disagree",
        )
    return found[0]


def _show(found: "Verdict") -> None:
    if found.block is not None:
        contracts = found.contracts or {}
        facts(
            [
                ("chain", found.chain),
                ("block", f"{found.block['number']} {found.block['hash']}"),
                ("answers for", _scope(found.scope or {})),
                *((name, address) for name, address in contracts.items()),
            ]
        )
    if len(found.entries) == 1:
        _show_entry(found.entries[0])
    elif found.entries:
        columns = ("", "number", "verdict", "evidence", "broken", "outcome")
        table(columns, [_row(one) for one in found.entries])
    if found.contracts is not None and found.compared != "deployment":
        print("the addresses are as the bundle has them: compare them, or give --deployment")
    if found.is_verified and found.block is not None:
        print(f"verified, as of block {found.block['number']}")
    else:
        facts([("NOT verified", f"{found.message} ({found.verdict})")])


def _show_entry(one: "Entry") -> None:
    rows: list[tuple[str, object]] = [(one.kind, one.number), ("trail", one.trail)]
    rows.append(("evidence", _evidence(one)))
    if one.anchored is not None:
        anchored = f"{utc(one.anchored.at)} by {one.anchored.sender}"
        until = f"the order's protection, until {utc(one.anchored.protected_until)}"
        rows.append(("anchored", f"{anchored}; {until}, counted as of then"))
    rows += [(window.what, _window(window)) for window in one.deadlines]
    rows += [("votes", ", ".join(f"{vote / 100:g} %" for vote in votes)) for votes in one.votes]
    rows += list((one.outcome or {}).items())
    facts(rows)


def _row(one: "Entry") -> tuple[object, ...]:
    from dapp.audit.deadlines import PROMISES

    broken = [
        window.what for window in one.deadlines if window.kept is False and window.what in PROMISES
    ]
    outcome = "" if one.outcome is None else one.outcome["outcome"]
    return one.kind, one.number, one.verdict, _evidence(one), ", ".join(broken), outcome


def _evidence(one: "Entry") -> str:
    found = one.evidence
    parts = [(found.intact, "intact"), (len(found.missing), "missing")]
    parts.append((len(found.differs), "differ"))
    return ", ".join(f"{count} {what}" for count, what in parts if count)


def _window(window: "Window") -> str:
    from dapp.audit.deadlines import PROMISES

    if window.kept is None:
        return "open, or overtaken"
    if window.kept or window.what not in PROMISES:
        return "kept" if window.kept else "let pass"
    return f"broken by {window.late_seconds} s"


def _scope(scope: dict[str, object]) -> str:
    kind = str(scope.get("kind"))
    if kind == "history":
        since = scope.get("since")
        return "everything" if since is None else f"what changed since block {since}"
    return f"{kind} {scope.get('complaint', scope.get('organisation'))}"
