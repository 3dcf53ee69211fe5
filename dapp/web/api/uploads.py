"""Files that come by parts: tus 1.0.0 with creation, expiration, checksum and termination.

https://tus.io/protocols/resumable-upload; why this one: docs/adr/0020.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from email.utils import formatdate
from typing import Annotated

from anyio import CancelScope, fail_after, to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dapp.errors import InvalidInput
from dapp.web.api.accounts import HolderOf
from dapp.web.api.inputs import PartsOf
from evidence import Part, Upload
from evidence.manifest_fields import Fields

PATH = "/v1/uploads"
ONE = f"{PATH}/*"
VERSION = "1.0.0"
_EXTENSIONS = "creation,expiration,checksum,termination"
_DIGEST_BYTES = {"sha1": 20, "sha256": 32}
"""sha1 is what every server of the protocol must know."""
_PART_TYPE = "application/offset+octet-stream"

_PIECE_BYTES = 256 * 1024
_SILENT_SECONDS = 30.0
"""A part of which nothing more comes ends: while it lasts nobody can go on after it."""
_PARTS_AT_ONCE = 64
_PARTS_OF_A_CLIENT = 16
_coming: Counter[str] = Counter()
"""Parts that come in at this moment, by client."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_MAX_METADATA = 4096


async def _speaks_tus(
    request: Request, tus_resumable: Annotated[str | None, Header(description=VERSION)] = None
) -> None:
    request.state.headers = {"Tus-Resumable": VERSION}
    if tus_resumable != VERSION and request.method != "OPTIONS":
        detail = f"this is version {VERSION} of tus, and the request does not say that it is"
        raise HTTPException(412, detail, {"Tus-Version": VERSION})


router = APIRouter(prefix="/uploads", tags=["evidence"], dependencies=[Depends(_speaks_tus)])

Length = Annotated[str | None, Header(description="bytes of the whole file", examples=["1048576"])]
Offset = Annotated[str | None, Header(description="where the part begins", examples=["0"])]
Checksum = Annotated[
    str | None,
    Header(
        description="sha256 or sha1, a space, and the part's hash in base64",
        examples=["sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ),
]


@router.options("", status_code=204, response_class=Response)
async def able(parts: PartsOf) -> Response:
    """What this server knows of tus; `Tus-Max-Size` is what a file may have.

    Example: `OPTIONS /v1/uploads` answers 204, `Tus-Max-Size: 5368709120`.
    """
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(parts.settings.max_file_bytes),
        "Tus-Checksum-Algorithm": ",".join(_DIGEST_BYTES),
    }
    return _answer(204, headers)


@router.post("", status_code=201, response_class=Response)
async def begin(
    parts: PartsOf,
    holder: HolderOf,
    upload_length: Length = None,
    upload_metadata: Annotated[
        str | None, Header(examples=["filename cGFyY2VsLm1wNA==,filetype dmlkZW8vbXA0"])
    ] = None,
) -> Response:
    """Begins a file: `Location` is where its parts go, and its last name what `POST /v1/evidence`
    takes as `upload`.

    Whoever knows that name can add to the file, use it and remove it: keep it to yourself. Of
    `Upload-Metadata`, `filename` and `filetype` are looked at. `Upload-Expires` says until when
    something must come.

    Example: `POST /v1/uploads` with `Tus-Resumable: 1.0.0` and `Upload-Length: 3000000000` answers
    201, `Location: /v1/uploads/5f0c…`.
    """
    size = _number(upload_length, "Upload-Length")
    said = _metadata(upload_metadata or "")
    name, media_type = said.get("filename", ""), said.get("filetype", "")
    # A manifest would refuse them, after gigabytes.
    if name:
        Fields({"filename": name}, "").name("filename")
    if media_type:
        Fields({"filetype": media_type.split(";")[0].lower()}, "").media_type("filetype")
    create = parts.intake.uploads.create
    made = await to_thread.run_sync(create, size, name, media_type, holder)
    return _answer(201, {"Location": f"{PATH}/{made.id}", **_progress(parts, made)})


@router.head("/{upload}", response_class=Response)
async def progress(parts: PartsOf, upload: str) -> Response:
    """How much of it is stored for good: where the next part begins.

    Example: `HEAD /v1/uploads/5f0c…` answers `Upload-Offset: 8388608`.
    """
    found = await to_thread.run_sync(parts.intake.uploads.find, upload)
    headers = {"Upload-Length": str(found.size), "Cache-Control": "no-store"}
    return _answer(200, {**headers, **_progress(parts, found)})


@router.patch("/{upload}", status_code=204, response_class=Response)
async def add(
    request: Request,
    parts: PartsOf,
    holder: HolderOf,
    upload: str,
    upload_offset: Offset = None,
    upload_checksum: Checksum = None,
) -> Response:
    """Adds a part, the bytes of the body; what came before a broken connection counts.

    With `Upload-Checksum` the whole part counts or nothing of it (460). One part at a time (423);
    it begins where the last one ended (409), and has a quarter of an hour.

    Example: `PATCH /v1/uploads/5f0c…` with `Upload-Offset: 8388608` and
    `Content-Type: application/offset+octet-stream` answers 204, `Upload-Offset: 16777216`.
    """
    if request.headers.get("content-type") != _PART_TYPE:
        raise HTTPException(415, f"the body of a part is {_PART_TYPE}")
    offset = _number(upload_offset, "Upload-Offset")
    announced = request.headers.get("content-length")
    length = None if announced is None else _number(announced, "Content-Length")
    part = parts.intake.uploads.part(upload, offset, length, _checksum(upload_checksum))
    with _Turn(holder.client):
        await _take_in(request, part)
    found = await to_thread.run_sync(parts.intake.uploads.find, upload)
    return _answer(204, _progress(parts, found))


@router.delete("/{upload}", status_code=204, response_class=Response)
async def end(parts: PartsOf, upload: str) -> Response:
    """Gives the file up; what came of it is gone.

    Example: `DELETE /v1/uploads/5f0c…` answers 204, and 404 from then on.
    """
    await to_thread.run_sync(parts.intake.uploads.remove, upload)
    return _answer(204, {})


@router.post("/{upload}", status_code=204, response_class=Response)
async def add_by_post(
    request: Request,
    parts: PartsOf,
    holder: HolderOf,
    upload: str,
    x_http_method_override: Annotated[str | None, Header(examples=["PATCH"])] = None,
    upload_offset: Offset = None,
    upload_checksum: Checksum = None,
) -> Response:
    """PATCH or DELETE, as `X-HTTP-Method-Override` says, for who can send neither.

    Example: `POST /v1/uploads/5f0c…` with `X-HTTP-Method-Override: DELETE` answers 204.
    """
    if x_http_method_override == "PATCH":
        return await add(request, parts, holder, upload, upload_offset, upload_checksum)
    if x_http_method_override == "DELETE":
        return await end(parts, upload)
    raise HTTPException(405, "method not allowed", {"Allow": "HEAD, PATCH, DELETE"})


class _Turn:
    """One of the parts that may come in at once. Raises HTTPException."""

    def __init__(self, client: str) -> None:
        self._client = client

    def __enter__(self) -> None:
        if _coming.total() >= _PARTS_AT_ONCE or _coming[self._client] >= _PARTS_OF_A_CLIENT:
            raise HTTPException(503, "too many parts are coming in", {"Retry-After": "10"})
        _coming[self._client] += 1

    def __exit__(self, *_: object) -> None:
        _coming[self._client] -= 1
        if not _coming[self._client]:
            del _coming[self._client]


async def _take_in(request: Request, opening: AbstractContextManager[Part]) -> None:
    part = await to_thread.run_sync(opening.__enter__)
    try:
        async for piece in _pieces(request):
            await to_thread.run_sync(part.write, piece)
    except BaseException as error:
        with CancelScope(shield=True):
            leave: Callable[..., bool | None] = opening.__exit__
            await to_thread.run_sync(leave, type(error), error, error.__traceback__)
        if isinstance(error, ClientDisconnect):
            raise HTTPException(400, "the connection broke: go on from Upload-Offset") from error
        raise
    await to_thread.run_sync(opening.__exit__, None, None, None)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """What came before it broke off, too."""
    stream = request.stream()
    gathered = bytearray()
    broken: Exception | None = None
    while broken is None:
        try:
            chunk = await _next(stream)
        except (ClientDisconnect, HTTPException) as error:
            broken, chunk = error, None
        gathered += chunk or b""
        if gathered and (chunk is None or len(gathered) >= _PIECE_BYTES):
            yield bytes(gathered)
            gathered.clear()
        if chunk is None:
            break
    if broken is not None:
        raise broken


async def _next(stream: AsyncIterator[bytes]) -> bytes | None:
    try:
        with fail_after(_SILENT_SECONDS):
            return await anext(stream, None)
    except TimeoutError as error:
        raise HTTPException(408, "nothing more came: go on from Upload-Offset") from error


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": VERSION, **headers})


def _progress(parts: PartsOf, upload: Upload) -> dict[str, str]:
    expires = formatdate(parts.intake.uploads.expires_at(upload), usegmt=True)
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": expires}


def _number(text: str | None, header: str) -> int:
    if text is None or not _NUMBER.fullmatch(text):
        raise _bad_header(header, "is a number of bytes")
    return int(text)


def _checksum(text: str | None) -> tuple[str, bytes] | None:
    if text is None:
        return None
    algorithm, _, hashed = text.partition(" ")
    try:
        digest = b64decode(hashed, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != _DIGEST_BYTES.get(algorithm):
        raise _bad_header("Upload-Checksum", f"is one of {', '.join(_DIGEST_BYTES)} and base64")
    return algorithm, digest


def _metadata(text: str) -> dict[str, str]:
    """Pairs of a key and base64, with commas between them."""
    if len(text) > _MAX_METADATA:
        raise _bad_header("Upload-Metadata", f"has at most {_MAX_METADATA} characters")
    pairs = (pair.strip().partition(" ") for pair in text.split(",") if pair.strip())
    try:
        return {key: b64decode(value, validate=True).decode() for key, _, value in pairs}
    except ValueError as error:
        raise _bad_header("Upload-Metadata", "is keys, each with UTF-8 in base64") from error


def _bad_header(name: str, form: str) -> InvalidInput:
    return InvalidInput(
        f"{name} {form}", remedy="See https://tus.io", code="header-invalid", fields={"field": name}
    )
