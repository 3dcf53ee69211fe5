"""`redress evidence add --sealed`, `open` and `reseal`: sealed here, opened here, nowhere else."""

import io
import mimetypes
import secrets
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from dapp.cli.keys import read_key
from dapp.cli.output import as_json, new_file, table
from dapp.cli.session import AsJson, builders, with_parts
from dapp.domain.types import Address, Hash32
from dapp.errors import InvalidInput, Refused
from dapp.service import people
from dapp.service.evidence import Evidence, Submission, Upload, kind_of
from dapp.service.inputs import address, hash32
from dapp.service.parts import Parts
from dapp.settings import Settings
from dapp.store.envelopes import NewEnvelope
from dapp.store.erasures import OPERATOR
from evidence import (
    Enclosed,
    Envelope,
    Kind,
    Plain,
    digest_to_cid,
    key_of,
    new_identity,
    open_envelope,
    open_item,
    recipient_of,
    seal,
    seal_envelope,
    seal_files,
    sealed_items,
)
from evidence.envelope import MAX_SEALED_BYTES, encode

MESSAGE = "message.txt"
"""What a message is called among sealed files."""
_ANY_MEDIA_TYPE = "application/octet-stream"

To = Annotated[
    list[str] | None,
    typer.Option("--to", help="Who may open it, age1…; once for each. Name yourself too."),
]
ToAccount = Annotated[
    list[str] | None,
    typer.Option(
        "--to-account",
        help="Who may open it, 0x…, by the key registered on chain; the service keeps the envelope"
        " for them. Once for each.",
    ),
]
EnvelopeFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="What was written beside the digest.")
]
IdentityFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="Your key: see `redress keys`.")
]


@dataclass(frozen=True, slots=True)
class Plan:
    to: Sequence[str]
    accounts: Sequence[Address]
    envelope: Path | None


def plan(
    is_sealed: bool,
    to: Sequence[str] | None,
    envelope: Path | None,
    accounts: Sequence[str] | None = None,
) -> Plan | None:
    """None where nothing is sealed.

    Raises BadParameter, InvalidInput, RecipientInvalid, RecipientUnsupported.
    """
    if not is_sealed:
        if to or accounts or envelope is not None:
            raise typer.BadParameter("--to, --to-account and --envelope go with --sealed")
        return None
    if (to and envelope is None) or not (to or accounts):
        raise typer.BadParameter("--sealed needs --to and --envelope, or --to-account")
    for recipient in to or ():
        key_of(recipient)
    return Plan(to or (), _accounts(accounts), envelope)


async def with_keys(parts: Parts, plan: Plan) -> Plan:
    """The accounts' keys among those it is sealed to. Raises Refused, Retryable."""
    found = [await _registered(parts, account) for account in plan.accounts]
    return replace(plan, to=[*plan.to, *found])


async def keep(
    parts: Parts, digest: Hash32, accounts: Sequence[Address], by: str, body: bytes
) -> None:
    """The envelope, with the service. Raises Erased, Refused, EnvelopesFull."""
    if accounts:
        await parts.envelopes.store(NewEnvelope(digest, accounts, by, True, body))


def _accounts(texts: Sequence[str] | None) -> list[Address]:
    return [address(text, "--to-account") for text in texts or ()]


async def _registered(parts: Parts, account: Address) -> str:
    found, _ = await parts.people.find_key(account)
    recipient = people.recipient_of(found)
    if recipient is None:
        raise Refused(
            f"{account} has registered no key that can be sealed to",
            remedy="Ask for an age1… and use --to",
            code="key-missing",
        )
    return recipient


def submit(
    evidence: Evidence, said: Submission, files: Sequence[Path], kind: str, plan: Plan
) -> tuple[dict[str, Any], bytes]:
    """Seals, stores, and writes the envelope; gives it, too. Raises InvalidInput, EvidenceError."""
    with (
        nullcontext() if plan.envelope is None else new_file(plan.envelope) as envelope_file,
        TemporaryDirectory(prefix="redress-") as folder,
        ExitStack() as open_files,
    ):
        content_key = new_identity()
        recipient = recipient_of(content_key)
        _check_names(files, said.text, content_key)
        enclosed, paths = _sealed(files, said.text, kind_of(kind), recipient, Path(folder))
        uploads = [
            Upload(
                name="",
                media_type="",
                kind=Kind.FILE,
                stream=open_files.enter_context(path.open("rb")),
                commitment=Hash32("0x" + one.commitment.hex()),
            )
            for one, path in zip(enclosed, paths, strict=True)
        ]
        stored = evidence.submit(replace(said, text=None, files=uploads, recipient=recipient))
        envelope = Envelope(bytes.fromhex(stored["digest"][2:]), content_key, enclosed)
        sealed_items(evidence.manifest(stored["digest"]), envelope)
        body = seal_envelope(envelope, plan.to)
        if envelope_file is not None:
            envelope_file.write(body)
    return stored, body


def open_(
    context: typer.Context,
    digest: Annotated[str, typer.Argument(help="The manifest's digest, as it is on chain.")],
    envelope: EnvelopeFile,
    identity: IdentityFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")],
    json: AsJson = False,
) -> None:
    """Open sealed files of the vault into a folder; each is checked before it gets its name."""
    vault = builders(context).vault(Settings())
    manifest = vault.get(digest_to_cid(bytes.fromhex(hash32(digest)[2:])))
    opened = open_envelope(_read(envelope), read_key(identity))
    pairs = sealed_items(manifest, opened)
    _make_folder(output)
    for number in range(len(pairs)):
        open_item(manifest, opened, number, vault.get, output)
    if json:
        as_json({"digest": hash32(digest), "items": [_view(one) for _, one in pairs]})
    else:
        rows = [(one.name, one.size, one.media_type, one.kind) for _, one in pairs]
        table(("file", "bytes", "type", "kind"), rows)


def reseal(
    context: typer.Context,
    envelope: EnvelopeFile,
    identity: IdentityFile,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The new envelope.")] = None,
    to: To = None,
    to_account: ToAccount = None,
) -> None:
    """Seal an envelope that you can open to other people; the files stay as they are."""
    if output is None and not to_account:
        raise typer.BadParameter("name --output, --to-account, or both")
    given = Plan(to or (), _accounts(to_account), output)
    opened = open_envelope(_read(envelope), read_key(identity))
    digest = Hash32("0x" + opened.manifest.hex())

    async def work(parts: Parts) -> None:
        known = await with_keys(parts, given)
        sealed_items(parts.evidence.manifest(digest), opened)
        body = seal_envelope(opened, known.to)
        await keep(parts, digest, known.accounts, OPERATOR, body)
        _write(output, body)

    if to_account:
        with_parts(context, work)
    else:
        _write(output, seal_envelope(opened, given.to))


def _write(output: Path | None, body: bytes) -> None:
    if output is not None:
        with new_file(output) as file:
            file.write(body)


def _sealed(
    files: Sequence[Path], text: str | None, kind: Kind, recipient: str, folder: Path
) -> tuple[tuple[Enclosed, ...], list[Path]]:
    """What is sealed, and where it lies sealed; the message comes first."""
    targets = [folder / str(place) for place in range(len(files))]
    plains = seal_files(list(zip(files, targets, strict=True)), recipient)
    enclosed = [
        _enclosed(path.name, kind, plain) for path, plain in zip(files, plains, strict=True)
    ]
    if text and text.strip():
        message = folder / MESSAGE
        with message.open("xb") as sink:
            plain = seal(io.BytesIO(text.encode()), sink, [recipient])
        enclosed.insert(0, _enclosed(MESSAGE, Kind.FILE, plain))
        targets.insert(0, message)
    return tuple(enclosed), targets


def _check_names(files: Sequence[Path], text: str | None, content_key: str) -> None:
    """What an envelope could not say is refused before the work. Raises EnvelopeError."""
    names = [MESSAGE] * bool(text) + [path.name for path in files]
    nothing = Plain(0, bytes(32))
    named = tuple(_enclosed(name, Kind.FILE, nothing) for name in names)
    encode(Envelope(bytes(32), content_key, named))


def _enclosed(name: str, kind: Kind, plain: Plain) -> Enclosed:
    return Enclosed(
        name=name,
        media_type=mimetypes.guess_type(name)[0] or _ANY_MEDIA_TYPE,
        kind=kind,
        size=plain.size,
        sha256=plain.sha256,
        salt=secrets.token_bytes(32),
    )


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MAX_SEALED_BYTES + 1)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path} is no folder to write to", remedy="Name another") from error


def _view(one: Enclosed) -> dict[str, Any]:
    return {
        "name": one.name,
        "media_type": one.media_type,
        "kind": str(one.kind),
        "size": one.size,
        "sha256": "0x" + one.sha256.hex(),
    }
