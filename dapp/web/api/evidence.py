"""Evidence by HTTP: manifests and files in, manifests out. Bytes by CID: `gateway`."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, File, Form, UploadFile

from dapp.domain.types import ComplaintId, Hash32
from dapp.service import inputs
from dapp.service.evidence import Submission, Upload
from dapp.web.api.inputs import MAX_ID, Digest, PartsOf

router = APIRouter(prefix="/evidence", tags=["evidence"])

PATH = "/v1/evidence"


@router.post(
    "", status_code=201, form_limits={"max_files": 33, "max_fields": 80, "max_part_size": 65_536}
)
async def submit(
    parts: PartsOf,
    author: Annotated[str, Form()],
    text: Annotated[str | None, Form()] = None,
    kind: Annotated[list[str] | None, Form()] = None,
    complaint: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
    order: Annotated[str | None, Form()] = None,
    salt: Annotated[str | None, Form()] = None,
    commitment: Annotated[list[str] | None, Form()] = None,
    sealed_to: Annotated[str | None, Form(max_length=100)] = None,
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> dict[str, Any]:
    """Stores files and text, and says the digest that goes on chain.

    `kind` comes once a file, in their order; a file without one is a `file`. `salt` is for clients
    that must know the manifest's digest before they send it.

    `commitment` comes once a file, too: empty for a public one; 0x and 64 digits for one that was
    sealed, of which neither name nor type nor kind is looked at. `sealed_to` is whom the sealed
    files are sealed to (age1…), the same for all of them.
    """
    kinds, commitments = kind or [], commitment or []
    uploads = [
        Upload(
            name=one.filename or "",
            media_type=one.content_type or "",
            kind=kinds[place] if place < len(kinds) else "file",
            stream=one.file,
            commitment=_commitment(commitments[place] if place < len(commitments) else ""),
        )
        for place, one in enumerate(files or [])
    ]
    submission = Submission(
        author=inputs.address(author, "author"),
        text=text,
        complaint=None if complaint is None else ComplaintId(complaint),
        order=None if order is None else inputs.hash32(order, "order"),
        salt=None if salt is None else inputs.hash32(salt, "salt"),
        files=uploads,
        recipient=sealed_to or None,
    )
    stored = await to_thread.run_sync(parts.evidence.submit, submission)
    await parts.erasure.lift(stored["digest"])
    parts.outbox.wake()
    return (await parts.replicas.told([stored]))[0]


@router.get("/{digest}")
async def show(parts: PartsOf, digest: Digest) -> dict[str, Any]:
    """The manifest of this digest, and where it and its files are held.

    `stored` names the places that have all of it; `replicas`, each place that has it or is to have
    it, with its `state` (pending, pinned, failed, unreachable, removed, unknown) and `since` when.
    """
    await parts.erasure.check(digest)
    shown = await to_thread.run_sync(parts.evidence.show, digest)
    return (await parts.replicas.told([shown]))[0]


def _commitment(text: str) -> Hash32 | None:
    return inputs.hash32(text, "commitment") if text else None
