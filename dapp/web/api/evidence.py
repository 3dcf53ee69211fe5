"""Evidence by HTTP: manifests and files in, manifests out. Bytes by CID: `gateway`."""

from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.datastructures import UploadFile as FormFile

from dapp.domain.types import ComplaintId, Hash32
from dapp.errors import DatabaseUnavailable, NotFound
from dapp.service import inputs
from dapp.service.evidence import Submission, Upload
from dapp.service.intake import ByParts
from dapp.web.api.accounts import HolderOf
from dapp.web.api.inputs import MAX_ID, Digest, PartsOf

router = APIRouter(prefix="/evidence", tags=["evidence"])

PATH = "/v1/evidence"

# Gigabytes on their way into the vault take room in it twice; one after the other.
_turns = RunVar[CapacityLimiter]("uploads being used")


@router.post(
    "", status_code=201, form_limits={"max_files": 33, "max_fields": 120, "max_part_size": 65_536}
)
async def submit(
    request: Request,
    parts: PartsOf,
    holder: HolderOf,
    author: Annotated[str, Form()],
    text: Annotated[str | None, Form()] = None,
    kind: Annotated[list[str] | None, Form()] = None,
    complaint: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
    order: Annotated[str | None, Form()] = None,
    salt: Annotated[str | None, Form()] = None,
    commitment: Annotated[list[str] | None, Form()] = None,
    sealed_to: Annotated[str | None, Form(max_length=100)] = None,
    files: Annotated[list[UploadFile] | None, File()] = None,
    upload: Annotated[list[str] | None, Form(description="files sent to /v1/uploads")] = None,
) -> dict[str, Any]:
    """Stores files and text, and says the digest that goes on chain.

    A file comes in `files`, or by parts before: then `upload` is its name there, and it is used up
    when all is stored. Both may be mixed; they count in the order of the form.

    `kind` comes once a file, in their order; a file without one is a `file`. `salt` is for clients
    that must know the manifest's digest before they send it.

    `commitment` comes once a file, too: empty for a public one; 0x and 64 digits for one that was
    sealed, of which neither name nor type nor kind is looked at. `sealed_to` is whom the sealed
    files are sealed to (age1…), the same for all of them.

    `envelope_token` lets whoever submitted something sealed put its key envelopes within the hour,
    without signing in; null where `salt` was given, since then another may have the same manifest,
    and where the answer is kept for an `Idempotency-Key`.

    What no event on chain names in time is removed again, and there is a bound to what one account
    or network address may have here until then (429 `budget-spent`; 507 `share-full` for all
    together). For what an event names already there is always room.
    """
    kinds, commitments = kind or [], commitment or []
    # FastAPI sorts them by name; parsed they are, so this reads nothing again.
    given = [
        value for name, value in (await request.form()).multi_items() if name in ("files", "upload")
    ]
    places = [
        _file(
            value,
            kinds[place] if place < len(kinds) else "file",
            _commitment(commitments[place] if place < len(commitments) else ""),
        )
        for place, value in enumerate(given)
    ]
    submission = Submission(
        author=inputs.address(author, "author"),
        text=text,
        complaint=None if complaint is None else ComplaintId(complaint),
        order=None if order is None else inputs.hash32(order, "order"),
        salt=None if salt is None else inputs.hash32(salt, "salt"),
        files=[],
        recipient=sealed_to or None,
    )
    work = partial(parts.intake.submit, submission, places, holder)
    stored = await to_thread.run_sync(work, limiter=_limiter() if upload else None)
    await parts.erasure.lift(stored["digest"])
    parts.outbox.wake()
    told = (await parts.replicas.told([stored]))[0]
    is_new = sealed_to and salt is None and "idempotency-key" not in request.headers
    return {**told, "envelope_token": parts.envelopes.token(told["digest"]) if is_new else None}


@router.get("/{digest}")
async def show(parts: PartsOf, digest: Digest) -> dict[str, Any]:
    """The manifest of this digest, and where it and its files are held.

    `stored` names the places that have all of it; `replicas`, each place that has it or is to have
    it, with its `state` (pending, pinned, failed, removing, erased, unreachable, removed,
    unknown) and `since` when.
    """
    try:
        shown = await to_thread.run_sync(parts.evidence.show, digest)
    except NotFound:
        with suppress(DatabaseUnavailable):  # what it is called then matters less
            await parts.erasure.check(digest)
        raise
    return (await parts.replicas.told([shown]))[0]


def _file(given: FormFile | str, kind: str, commitment: Hash32 | None) -> Upload | ByParts:
    if isinstance(given, str):
        return ByParts(given, kind, commitment)
    name, media_type = given.filename or "", given.content_type or ""
    return Upload(name, media_type, kind, given.file, commitment)


def _limiter() -> CapacityLimiter:
    found = _turns.get(None)
    if found is None:
        found = CapacityLimiter(1)
        _turns.set(found)
    return found


def _commitment(text: str) -> Hash32 | None:
    return inputs.hash32(text, "commitment") if text else None
