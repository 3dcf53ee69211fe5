"""What a request to the gateway asks for; whatever makes no sense is refused here.

specs.ipfs.tech/http-gateways/trustless-gateway, and path-gateway where that one refers to it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, unquote, urlencode

from evidence.cid import CID, parse_cid
from evidence.directory import check_name
from evidence.errors import NotAcceptable, PathInvalid, RequestInvalid
from evidence.gateway_range import EntityBytes, parse_entity_bytes

RAW_TYPE = "application/vnd.ipld.raw"
CAR_TYPE = "application/vnd.ipld.car"

MAX_PATH_CHARS = 2048
MAX_QUERY_CHARS = 1024
MAX_NAMES = 32
"""One CID for each stands in a header of the answer."""
MAX_FILENAME_CHARS = 255
_MAX_PARAMETERS = 32

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_PARAMETERS = frozenset(
    {"format", "dag-scope", "entity-bytes", "car-version", "car-order", "car-dups", "filename"}
)
_CAR_PARAMETERS = ("version", "order", "dups")
_OTHER_FORMATS = ("application/vnd.ipld.", "application/vnd.ipfs.", "application/x-tar")
"""Media types of the specification that are not given here."""


class Format(StrEnum):
    RAW = "raw"
    CAR = "car"
    FILE = "file"


class Scope(StrEnum):
    BLOCK = "block"
    ENTITY = "entity"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    """GET, HEAD or OPTIONS."""
    path: str
    """As it was sent: percent-encoded, without the query, `/ipfs/` first."""
    query: str
    """As it was sent."""
    headers: Mapping[str, str]
    """By names in lower case; what came more than once is joined by commas."""


@dataclass(frozen=True, slots=True)
class Wanted:
    root: CID
    names: tuple[str, ...]
    format: Format
    scope: Scope
    entity_bytes: EntityBytes | None
    again: bool
    """Whether a CAR has a block as often as it is linked."""
    filename: str | None
    path: str
    """The content path in one spelling, percent-encoded."""

    @property
    def location(self) -> str:
        """The same answer by its URL alone, whatever `Accept` says."""
        query = {"format": self.format.value}
        if self.format is Format.CAR:
            query |= {"dag-scope": self.scope.value, "car-dups": "y" if self.again else "n"}
            if self.entity_bytes is not None:
                query["entity-bytes"] = self.span_text
        return f"{self.path}?{urlencode(query, safe=':*')}"

    @property
    def span_text(self) -> str:
        if self.entity_bytes is None:
            return ""
        first, last = self.entity_bytes
        return f"{first}:{'*' if last is None else last}"


def parse_request(request: Request) -> Wanted:
    """Raises CidInvalid, PathInvalid, RequestInvalid, NotAcceptable."""
    if request.headers.get("service-worker") == "script":
        raise RequestInvalid("no service worker may be registered here", field="service-worker")
    root, names, path = _parse_path(request.path)
    query = _parse_query(request.query)
    form, again = _negotiate(query, request.headers.get("accept", ""))
    entity_bytes = query.get("entity-bytes")
    return Wanted(
        root=root,
        names=names,
        format=form,
        scope=_scope(query),
        entity_bytes=None if entity_bytes is None else parse_entity_bytes(entity_bytes),
        again=again,
        filename=_filename(query),
        path=path,
    )


def _parse_path(path: str) -> tuple[CID, tuple[str, ...], str]:
    if len(path) > MAX_PATH_CHARS:
        raise PathInvalid(f"path of more than {MAX_PATH_CHARS} characters", limit=MAX_PATH_CHARS)
    if not path.startswith("/ipfs/") or not path.isascii() or _BROKEN_ESCAPE.search(path):
        raise PathInvalid("not /ipfs/CID with a path in percent-encoding")
    cid, *rest = path.removeprefix("/ipfs/").split("/")
    if rest and not rest[-1]:
        rest.pop()
    if len(rest) > MAX_NAMES:
        raise PathInvalid(f"path of more than {MAX_NAMES} names", limit=MAX_NAMES)
    try:
        names = tuple(unquote(name, errors="strict") for name in rest)
    except UnicodeDecodeError as error:
        raise PathInvalid("path is not UTF-8") from error
    for name in names:
        check_name(name)
    root = parse_cid(cid)
    return root, names, "/".join(["/ipfs", cid, *(quote(name, safe="") for name in names)])


def _parse_query(text: str) -> dict[str, str]:
    """The parameters that are known here."""
    if len(text) > MAX_QUERY_CHARS:
        message = f"query of more than {MAX_QUERY_CHARS} characters"
        raise RequestInvalid(message, field="query", limit=MAX_QUERY_CHARS)
    if not text.isascii() or _BROKEN_ESCAPE.search(text):
        raise RequestInvalid("query is not in percent-encoding", field="query")
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except ValueError as error:
        raise RequestInvalid("query is not UTF-8, or too much of it", field="query") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise RequestInvalid(f"{name} stands in the query twice", field=name)
        if name in _PARAMETERS:
            found[name] = value
    return found


def _scope(query: Mapping[str, str]) -> Scope:
    by_bytes = "entity-bytes" in query
    text = query.get("dag-scope", Scope.ENTITY if by_bytes else Scope.ALL)
    try:
        scope = Scope(text)
    except ValueError as error:
        raise RequestInvalid("dag-scope is block, entity or all", field="dag-scope") from error
    if by_bytes and scope is not Scope.ENTITY:
        raise RequestInvalid("entity-bytes are of dag-scope=entity", field="dag-scope")
    return scope


def _filename(query: Mapping[str, str]) -> str | None:
    name = query.get("filename")
    if name is not None and not 0 < len(name) <= MAX_FILENAME_CHARS:
        message = f"filename has 1 to {MAX_FILENAME_CHARS} characters"
        raise RequestInvalid(message, field="filename", limit=MAX_FILENAME_CHARS)
    return name


def _negotiate(query: Mapping[str, str], accept: str) -> tuple[Format, bool]:
    """The form of the answer, and whether its CAR repeats blocks; the query has the first word.

    Raises NotAcceptable.
    """
    offers = list(_offers(accept))
    asked = query.get("format")
    if asked == Format.RAW:
        return Format.RAW, False
    if asked is not None:
        if asked != Format.CAR:
            raise NotAcceptable("the formats are raw and car", field="format")
        # Of Accept only the parameters of a CAR still count.
        cars = [parameters for _, media_type, parameters in offers if media_type == CAR_TYPE]
        offers = [(1.0, CAR_TYPE, parameters) for parameters in cars or [{}]]
    found: list[tuple[float, bool, Format, bool]] = []
    for quality, media_type, parameters in offers:
        given = _given(media_type, {**parameters, **_car_query(query)})
        if given is not None and quality:
            form, again = given
            found.append((quality, form is not Format.FILE, form, again))
    if found:
        best = max(found, key=lambda one: one[:2])  # of equals the first
        return best[2:]
    if offers:
        raise NotAcceptable("given are raw blocks, and CAR version 1 in order dfs", field="accept")
    return Format.FILE, False


def _offers(accept: str) -> Iterator[tuple[float, str, dict[str, str]]]:
    """Quality, media type and parameters of each entry; malformed ones are read over."""
    for entry in accept.lower().split(","):
        media_type, *rest = (part.strip() for part in entry.split(";"))
        pairs = (part.partition("=") for part in rest)
        parameters = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
        quality = parameters.pop("q", "1")
        if media_type and _QUALITY.fullmatch(quality):
            yield float(quality), media_type, parameters


def _car_query(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[f"car-{name}"] for name in _CAR_PARAMETERS if f"car-{name}" in query}


def _given(media_type: str, parameters: Mapping[str, str]) -> tuple[Format, bool] | None:
    if media_type == RAW_TYPE:
        return Format.RAW, False
    if media_type == CAR_TYPE:
        version, order, dups = (parameters.get(name, "") for name in _CAR_PARAMETERS)
        if version in ("", "1") and order in ("", "dfs", "unk") and dups in ("", "y", "n"):
            return Format.CAR, dups == "y"
        return None
    return None if media_type.startswith(_OTHER_FORMATS) else (Format.FILE, False)
