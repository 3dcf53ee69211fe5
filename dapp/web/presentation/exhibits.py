"""Evidence as the pages show it: each file of each manifest, and what was said with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from dapp.domain.phases import Phase
from dapp.web.i18n import Language
from dapp.web.presentation.people import CUSTOMER, ORGANISATION, role_name
from dapp.web.presentation.view import Look

Manifests = Mapping[str, Mapping[str, Any] | None]
"""What `service.evidence` shows, by digest; None where the manifest is not kept here."""

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_CHECKED_AT_ONCE_BYTES = 4 << 20
_OVER = frozenset({Phase.CONFIRMED, Phase.CLOSED, Phase.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where a private file lies in its submission."""

    digest: str
    number: int
    """From 0, of the sealed ones."""
    author: str
    """Lower case."""
    may_erase: bool
    """The case is over, all of the submission is sealed, and this is its last file."""
    is_last: bool


@dataclass(frozen=True, slots=True)
class Exhibit:
    name: str
    kind: str
    size: str
    cid: str
    href: str
    who: str
    picture: str
    """The media type of a picture that can be shown, else empty."""
    is_here: bool
    replicas: tuple[str, ...]
    """A sentence on each way that things stand with the others who are to keep it."""
    checked_at_once: bool
    """Small enough for the browser to hash it again without being asked."""
    sealed: Sealed | None = None
    """None of a public file."""
    by_customer: bool = True


def exhibits(look: Look, manifests: Manifests) -> list[Exhibit]:
    """In the order in which they were submitted."""
    found = [
        exhibit
        for item in look.case.evidence
        for exhibit in _of(look, manifests.get(item.digest), item.by_customer)
    ]
    numbers = count(1)
    return [
        one
        if one.sealed is None
        else replace(one, name=look.t.say("Private file {number}", number=next(numbers)), kind="")
        for one in found
    ]


def texts(manifests: Manifests) -> dict[str, str]:
    """What people wrote, by digest; "" where there is nothing or it is not kept here."""
    return {
        digest: (shown["manifest"]["text"] or "") if shown else ""
        for digest, shown in manifests.items()
    }


def _of(look: Look, shown: Mapping[str, Any] | None, by_customer: bool) -> Iterator[Exhibit]:
    places = _places(look, shown) if shown else {}
    for item in shown["items"] if shown else ():
        yield Exhibit(
            name=item["name"],
            kind=kind_name(item["kind"], look.t),
            size=look.t.size(item["size"]),
            cid=item["cid"],
            href=f"/ipfs/{item['cid']}",
            who=role_name(CUSTOMER if by_customer else ORGANISATION, look.t),
            picture=item["media_type"] if item["media_type"] in _PICTURES else "",
            is_here="vault" in item["stored"],
            replicas=tuple(replica_sentences(item.get("replicas", ()), look.t)),
            checked_at_once=item["size"] <= _CHECKED_AT_ONCE_BYTES,
            sealed=places.get(item["cid"]),
            by_customer=by_customer,
        )


def _places(look: Look, shown: Mapping[str, Any]) -> dict[str, Sealed]:
    """By CID: no two sealed files have the same."""
    items = shown["items"]
    cids = [item["cid"] for item in items if item.get("visibility") == "sealed"]
    if not cids:
        return {}
    manifest = shown["manifest"]
    is_whole = manifest["text"] is None and len(cids) == len(items)
    may_erase = is_whole and look.phase in _OVER
    return {
        cid: Sealed(
            digest=shown["digest"],
            number=number,
            author=manifest["author"].lower(),
            may_erase=may_erase and number + 1 == len(cids),
            is_last=number + 1 == len(cids),
        )
        for number, cid in enumerate(cids)
    }


def kind_name(kind: str, t: Language) -> str:
    return {
        "file": t.say("File or picture"),
        "transaction": t.say("Transaction record"),
        "transcript": t.say("Conversation"),
        "call-record": t.say("Recorded call"),
    }.get(kind, kind)


def replica_sentences(replicas: Sequence[Mapping[str, Any]], t: Language) -> Iterator[str]:
    """What is well first; nothing where nobody else is to keep it."""
    places: dict[str, list[str]] = {}
    for one in replicas:
        places.setdefault(one["state"], []).append(_place(one["target"], t))
    sentences = {
        "pending": t.say("Waiting to be replicated: {where}"),
        "failed": t.say("Could not be replicated so far: {where}"),
        "unreachable": t.say("Does not answer now: {where}"),
        "removed": t.say("No longer looked after: {where}"),
        "unknown": t.say("Unknown just now whether it is replicated: {where}"),
    }
    if pinned := places.get("pinned"):
        yield t.count(
            "Replicated once: {where}",
            "Replicated {number} times: {where}",
            len(pinned),
            where=", ".join(pinned),
        )
    for state, sentence in sentences.items():
        if state in places:
            yield sentence.format(where=", ".join(places[state]))


def _place(target: str, t: Language) -> str:
    """A target's name, as people know it."""
    return t.say("IPFS node") if target == "kubo" else target.removeprefix("pinning:")
