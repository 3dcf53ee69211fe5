"""The forms that a manifest's fields may take, each checked in one place."""

import json
import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import rfc8785

from evidence.cid import CID, parse_cid
from evidence.errors import (
    CidInvalid,
    ManifestFieldInvalid,
    ManifestFieldMissing,
    ManifestFieldUnknown,
    ManifestKeyDuplicate,
    ManifestNameUnsafe,
    ManifestNotJson,
    ManifestVersion,
    SealError,
)
from evidence.recipient import key_of

MAX_JSON_INTEGER = 2**53 - 1
"""RFC 8785 takes numbers as IEEE doubles."""
MAX_NAME_BYTES = 255

_BYTES32 = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_CHAIN = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")

# Spelled out rather than taken from Unicode's tables, so that the browser's check is the same one.
_CONTROL = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_BIDI_OR_INVISIBLE = r"\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_UNSAFE_IN_NAME = re.compile(rf"[{_CONTROL}{_BIDI_OR_INVISIBLE}/\\]|^[A-Za-z]:|^\.{{1,2}}$|^\s|\s$")
_UNSAFE_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_MAX_NESTING = 32
# One that is never closed goes to the end: looked for again from each quote within, it would take
# a stranger's MiB an hour.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")

T = TypeVar("T")


def parse_json(data: bytes) -> object:
    """Integers, strings, arrays and objects only. Raises ManifestNotJson, ManifestKeyDuplicate."""
    if _nesting(data) > _MAX_NESTING:
        raise ManifestNotJson("not JSON: nested too deeply")
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except ValueError as error:
        raise ManifestNotJson(f"not JSON: {error}") from error


def canonical(value: object) -> bytes:
    """RFC 8785. Raises ManifestFieldInvalid."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise ManifestFieldInvalid(f"cannot be written as JSON: {error}", field="") from error


def _nesting(data: bytes) -> int:
    """How deep brackets go, outside of strings.

    Counted before parsing: the parser stops at the interpreter's recursion limit, which libraries
    raise to where the stack overflows first.
    """
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise ManifestKeyDuplicate(f"key {_short(key)} twice", field=_short(key))
        result[key] = value
    return result


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{_short(text)} is not an integer")


def _short(value: object) -> str:
    """For messages: what a stranger wrote, escaped and cut."""
    return repr(value)[:80]


class Fields:
    """One JSON object, taken apart field by field; `done` refuses what nobody asked for."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ManifestNotJson("not a JSON object", field=path.rstrip("."))
        self._values: dict[str, object] = dict(value)
        self._path = path

    def done(self) -> None:
        for key in self._values:
            field = self._path + _short(key)
            raise ManifestFieldUnknown(f"unknown field {field}", field=field)

    def optional(self, key: str, take: Callable[[str], T]) -> T | None:
        return take(key) if key in self._values else None

    def schema(self, known: str) -> None:
        found = self._values.pop("schema", None)
        if found != known:
            raise ManifestVersion(f"schema {_short(found)}, not {known!r}", field="schema")

    def integer(self, key: str, least: int) -> int:
        value = self._take(key)
        if type(value) is not int or not least <= value <= MAX_JSON_INTEGER:
            self._refuse(key, f"an integer from {least} to 2^53-1")
        return value

    def array(self, key: str, most: int) -> Sequence[object]:
        value = self._take(key)
        if not isinstance(value, list) or len(value) > most:
            self._refuse(key, f"an array of at most {most}")
        return value

    def bytes32(self, key: str) -> bytes:
        return bytes.fromhex(self._match(key, _BYTES32, "0x and 64 lower-case hex digits")[2:])

    def address(self, key: str) -> str:
        return self._match(key, _ADDRESS, "0x and 40 lower-case hex digits")

    def chain(self, key: str) -> str:
        return self._match(key, _CHAIN, "a CAIP-2 chain")

    def media_type(self, key: str) -> str:
        return self._match(key, _MEDIA_TYPE, "a media type in lower case, without parameters")

    def choice(self, key: str, choices: Sequence[str]) -> str:
        value = self._string(key)
        if value not in choices:
            self._refuse(key, "one of " + ", ".join(choices))
        return value

    def cid(self, key: str) -> CID:
        text = self._string(key)
        try:
            cid = parse_cid(text)
        except CidInvalid as error:
            field = self._path + key
            raise ManifestFieldInvalid(f"{field}: {error}", field=field) from error
        if str(cid) != text:
            self._refuse(key, "a CID in its usual base")
        return cid

    def recipient(self, key: str) -> str:
        text = self._string(key)
        try:
            key_of(text)
        except SealError as error:
            field = self._path + key
            raise ManifestFieldInvalid(f"{field}: {error}", field=field) from error
        return text

    def text(self, key: str, most: int) -> str:
        value = self._string(key)
        if len(value) > most or _UNSAFE_IN_TEXT.search(value):
            self._refuse(key, f"plain text of at most {most} characters")
        return value

    def name(self, key: str) -> str:
        value = self._string(key)
        if not value or _UNSAFE_IN_NAME.search(value):
            field = self._path + key
            message = f"{field}: a path, control or bidi character, or empty"
            raise ManifestNameUnsafe(message, field=field)
        if len(value.encode()) > MAX_NAME_BYTES:
            self._refuse(key, f"at most {MAX_NAME_BYTES} bytes")
        return value

    def _match(self, key: str, pattern: re.Pattern[str], form: str) -> str:
        value = self._string(key)
        if not pattern.fullmatch(value):
            self._refuse(key, form)
        return value

    def _string(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str):
            self._refuse(key, "a string")
        return value

    def _take(self, key: str) -> object:
        if key not in self._values:
            field = self._path + key
            raise ManifestFieldMissing(f"field {field!r} is missing", field=field)
        return self._values.pop(key)

    def _refuse(self, key: str, form: str) -> NoReturn:
        field = self._path + key
        raise ManifestFieldInvalid(f"{field} must be {form}", field=field)
