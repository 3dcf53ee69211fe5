"""`redress anchored check` and `bundle`: whether who promised to anchor a complaint did so."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dapp.cli.failure import Mismatch
from dapp.cli.fetched import Fetch, vault_of
from dapp.cli.output import as_json, facts, new_file, utc
from dapp.cli.session import AsJson
from dapp.cli.source import Service
from dapp.cli.verify import deployment_of
from dapp.domain.types import BlockNumber, Digest, Hash32, raw
from dapp.errors import InvalidInput, RedressError, Unproven
from evidence import Vault, digest_to_cid
from evidence.errors import EvidenceError

if TYPE_CHECKING:
    from dapp.audit.batch_list import BatchList
    from dapp.audit.promise import FileOf, Promise, PromiseVerdict

Receipt = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="The receipt, as the service gave it.")
]
RpcUrl = Annotated[str | None, typer.Option(help="Of the node that is asked.")]
Latest = Annotated[bool, typer.Option("--latest", help="At the head, not the final block.")]
FromBlock = Annotated[int, typer.Option(min=0, help="The first batch is not older than this.")]
Known = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The contracts that you mean: CHAINID.json"),
]
Cars = Annotated[
    list[Path] | None,
    typer.Option("--car", exists=True, dir_okay=False, help="CAR of a batch's file; repeatable."),
]


def bundle(
    receipt: Receipt,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    rpc_url: Annotated[str, typer.Option(help="Of the node that is asked.")],
    latest: Latest = False,
    from_block: FromBlock = 0,
    json: AsJson = False,
) -> None:
    """Write all batches of a receipt's sender, with what proves that none is missing."""
    from dapp.audit import batch_list

    promise = _promise(receipt)
    found, _ = asyncio.run(_asked(rpc_url, promise, from_block, final=not latest))
    with new_file(output) as file:
        file.write(batch_list.write(found))
    shown = {"file": str(output), "batches": len(found.batches), "block": found.block.number}
    if json:
        as_json({**shown, "block_hash": found.block.hash})
    else:
        facts([*shown.items(), ("block's hash", found.block.hash)])


def check(
    context: typer.Context,
    receipt: Receipt,
    bundle: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Made by redress anchored bundle."),
    ] = None,
    block_hash: Annotated[
        str | None, typer.Option(help="Of the bundle's block, as you trust it.")
    ] = None,
    rpc_url: RpcUrl = None,
    latest: Latest = False,
    from_block: FromBlock = 0,
    deployment: Known = None,
    car: Cars = None,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Whether a receipt was kept; exit 1 if it was not, or if that is not proven.

    Files of batches come from --car, else from the service, else from this machine's vault.
    """
    from dapp.audit.promise import KEPT

    if (bundle is None) == (rpc_url is None) or (bundle is None) != (block_hash is None):
        raise typer.BadParameter("give either --rpc-url, or --bundle and --block-hash")
    promise = _promise(receipt)
    with _files(context, car or [], service) as file_of:
        found = _judged(
            promise, (bundle, block_hash), (rpc_url, from_block, latest), deployment, file_of
        )
    if json:
        as_json(msgspec.to_builtins(found))
    else:
        _show(found)
    if found.verdict != KEPT:
        raise Mismatch


def _judged(
    promise: "Promise",
    offline: tuple[Path | None, str | None],
    online: tuple[str | None, int, bool],
    deployment: Path | None,
    file_of: "FileOf",
) -> "PromiseVerdict":
    from dapp.audit import batch_list
    from dapp.audit.promise import judge, verdict

    (path, block_hash), (url, first, latest) = offline, online
    try:
        _check_contracts(promise, deployment)
        signed = _by_key(promise)
        if path is not None:
            found, trusted = (
                batch_list.decode(path.read_bytes()),
                Hash32((block_hash or "").lower()),
            )
        else:
            found, by_code = asyncio.run(_asked(url or "", promise, first, final=not latest))
            signed, trusted = by_code, Hash32(found.block.hash)
        if not signed:
            raise Unproven("it is not signed by the sender that it names", code="unproven")
        _check_about(promise, found)
        return judge(promise, batch_list.prove(found, trusted), file_of)
    except Unproven as error:
        return verdict(promise, "unproven", error.message)


def _promise(path: Path) -> "Promise":
    from dapp.audit.promise import read

    try:
        return read(msgspec.json.decode(path.read_bytes()))
    except msgspec.DecodeError as error:
        raise InvalidInput(f"{path} is no receipt", code="receipt-malformed") from error


def _by_key(promise: "Promise") -> bool:
    from dapp.chain.recover import signer_of

    return signer_of(promise.data, promise.signature) == promise.receipt.sender


def _check_contracts(promise: "Promise", deployment: Path | None) -> None:
    """Raises Unproven where the receipt names others than the reader means."""
    if deployment is None:
        return
    known = deployment_of(deployment)
    named = {"ComplaintAnchor": promise.receipt.anchor, "Forwarder": promise.place.forwarder}
    same = all(known.addresses.get(name) == one.lower() for name, one in named.items())
    if not same or known.chain_id != promise.place.chain_id:
        raise Unproven("the receipt is of other contracts than yours", code="unproven")


def _check_about(promise: "Promise", found: "BatchList") -> None:
    said = promise.receipt
    about = (found.sender, found.leaf, found.anchor.address, found.chain)
    mine = (said.sender.lower(), said.leaf, said.anchor.lower(), f"eip155:{promise.place.chain_id}")
    if about != mine:
        raise Unproven("the list of batches is about another receipt", code="unproven")


async def _asked(
    url: str, promise: "Promise", first: int, *, final: bool
) -> "tuple[BatchList, bool]":
    """What the node proves, and whether it says that the sender signed."""
    from dapp.chain.node import Node
    from dapp.chain.rpc import Rpc
    from dapp.service.promises import Promises

    async with Rpc(url) as rpc:
        node = Node(rpc)
        if await node.chain_id() != promise.place.chain_id:
            raise Unproven("the node serves another chain than the receipt's", code="unproven")
        asked = Promises(node)
        header = await asked.header(final=final)
        found = await asked.gather(promise, header, BlockNumber(first))
        return found, await asked.is_signed(promise, header.block.hash)


@contextmanager
def _files(context: typer.Context, cars: Sequence[Path], service: str | None) -> "Iterator[FileOf]":
    with ExitStack() as stack:
        if cars:
            vault = Vault(Path(stack.enter_context(TemporaryDirectory(prefix="redress-"))))
            for path in cars:
                with path.open("rb") as stream:
                    vault.put_car(stream)
            yield lambda digest: _file(vault, lambda cids: None, digest)
            return
        vault, fetch = stack.enter_context(vault_of(context, service))
        yield lambda digest: _file(vault, fetch, digest)


def _file(vault: Vault, fetch: Fetch, digest: Digest) -> bytes | None:
    """The one file of a manifest; None where it is not to be had."""
    root = digest_to_cid(raw(digest))
    try:
        fetch([root])
        (item,) = vault.get_manifest(raw(digest)).items
        fetch([item.cid])
        return b"".join(vault.open_file(item.cid))
    except (EvidenceError, RedressError, ValueError):
        return None


def _show(found: "PromiseVerdict") -> None:
    rows: list[tuple[str, object]] = [
        ("leaf", found.leaf),
        ("promised by", found.sender),
        ("to be anchored by", utc(found.anchor_by)),
        ("as of block", found.block),
    ]
    if found.kept is not None:
        rows += [("anchored", utc(found.kept.anchored_at)), ("root", found.kept.root)]
        rows += [("proof", step) for step in found.kept.proof]
    rows += [(f"file of batch {one.batch}", f"{one.why}: {one.digest}") for one in found.withheld]
    facts([*rows, (found.verdict, found.message)])
