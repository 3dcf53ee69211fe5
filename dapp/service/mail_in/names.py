"""Whom a message is about, and what its files may be called."""

import re
import unicodedata
from collections.abc import Iterable

from dapp.domain.types import Hash32, OrganisationId

MOST_NAME_BYTES = 120
_ORDER = re.compile(r"(?<![0-9a-zA-Z])0x[0-9a-fA-F]{64}(?![0-9a-zA-Z])")
_ORGANISATION = re.compile(
    r"(?:\borgani[sz]ation|\borg|机构|организаци\w*)"
    r"\s*[#№:：-]?\s*(\d{1,6})(?!\d)",  # noqa: RUF001
    re.IGNORECASE,
)
_TAG = re.compile(r"[^@+\s]+\+(?:org-?)?(\d{1,6})@", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNFIT = re.compile(r'[/\\:*?"<>|]')
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_MOST_ORGANISATION = 1 << 20


def order_in(subject: str) -> Hash32 | None:
    """The first key of an order in it."""
    found = _ORDER.search(subject)
    return None if found is None else Hash32(found[0].lower())


def organisation_in(subject: str, recipients: Iterable[str]) -> OrganisationId | None:
    """By an address such as complaints+12@…, else by a subject such as "Organisation 12"."""
    found = next((tag for one in recipients if (tag := _TAG.search(one))), None)
    found = found or _ORGANISATION.search(subject)
    number = 0 if found is None else int(found[1])
    return OrganisationId(number) if 0 < number < _MOST_ORGANISATION else None


def file_name(given: str, place: int, ending: str, taken: set[str]) -> str:
    """A plain name that no other file of the message has; `taken` learns it."""
    kept = "".join(one for one in given if unicodedata.category(one) not in _UNSEEN)
    base = _UNFIT.sub("_", unicodedata.normalize("NFC", kept)).strip(" .")
    if not base or _RESERVED.fullmatch(base):
        base = f"attachment-{place + 1}{ending}"
    stem, dot, suffix = base.rpartition(".")
    if not stem or len(suffix) > 10:
        stem, dot, suffix = base, "", ""
    stem = _shortened(stem, MOST_NAME_BYTES)
    name, number = f"{stem}{dot}{suffix}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}{dot}{suffix}"
    taken.add(name.casefold())
    return name


def _shortened(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode("utf-8", "ignore").rstrip(" .") or "file"
