"""People who hand in files: at once, by parts, and sealed."""

import base64
import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx

from evidence import recipient_of
from scripts.faults.doors import LONG_SECONDS, Doors
from scripts.faults.house import House
from scripts.faults.ledger import Ledger
from scripts.faults.people import Act
from scripts.faults.through import Through
from tests.sealing_scene import CLERK, Someone
from tests.uploading import AUTHOR, PART, TUS, id_of

_MOST_BYTES = 300_000
_PARTS = 6
_NAMED = f"filename {base64.b64encode(b'film.mp4').decode()}"


def senders(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """One to three files with a text, whole; they must reach the IPFS node as well."""
    doors, kept = Doors(house.urls, ledger), dict[str, str]()

    def act() -> None:
        files = [lots.randbytes(lots.randint(1, _MOST_BYTES)) for _ in range(lots.randint(1, 3))]
        parts = [("files", (f"{n}.bin", data, "image/png")) for n, data in enumerate(files)]
        said = {"author": AUTHOR, "text": f"see what came, {lots.random()}"}
        stored = doors.ask("POST", "/v1/evidence", data=said, files=parts)
        assert stored.status_code == 201, stored.text
        _note(kept, stored.json(), files)
        ledger.acknowledged["submissions of evidence"] += 1
        time.sleep(0.3)

    ledger.lost["evidence"] = lambda: _missing(house, doors, kept)
    return act


@dataclass
class _Upload:
    """A file that comes by parts; the service said that what is before `offset` is stored."""

    place: str
    data: bytes
    offset: int = 0
    is_used: bool = False


def uploaders(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """A file by parts, each of which may break off; one is handed in whole, another left half."""
    doors, kept = Doors(house.urls, ledger), dict[str, str]()
    uploads: list[_Upload] = []

    def act() -> None:
        data = lots.randbytes(lots.randint(_PARTS, _MOST_BYTES))
        said = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": _NAMED}
        begun = doors.ask("POST", "/v1/uploads", headers=said)
        assert begun.status_code == 201, begun.text
        upload = _Upload(begun.headers["location"], data)
        uploads.append(upload)
        last = lots.choice([len(data), len(data) // 2])
        while upload.offset < last:
            _send_part(doors, upload, lots.randint(1, max(1, len(data) // _PARTS)))
            ledger.acknowledged["parts of uploads"] += 1
        if last == len(data):
            ledger.acknowledged["uploads handed in"] += _hand_in(doors, kept, upload)
        time.sleep(0.2)

    def lost() -> Iterator[str]:
        for one in uploads:
            yield from [] if one.is_used else _not_there(house, doors, one)
        yield from _missing(house, doors, kept)

    ledger.lost["uploads"] = lost
    return act


def _not_there(house: House, doors: Doors, upload: _Upload) -> Iterator[str]:
    said = doors.ask("HEAD", upload.place, headers=TUS)
    if said.status_code != 200 or int(said.headers["upload-offset"]) < upload.offset:
        yield f"{upload.place}: {said.status_code} {said.headers} for {upload.offset} stored bytes"
        return
    data = house.folder / "data" / "vault" / "uploads" / id_of(upload.place) / "data"
    if upload.offset and data.read_bytes()[: upload.offset] != upload.data[: upload.offset]:
        yield f"{upload.place}: other bytes than the {upload.offset} that were stored"


def _send_part(doors: Doors, upload: _Upload, size: int) -> None:
    at = upload.offset
    said = {**PART, "Upload-Offset": str(at)}
    answer = doors.once("PATCH", upload.place, headers=said, content=upload.data[at : at + size])
    if answer is None or answer.status_code != 204:
        # Whatever came of it: the service says from where to go on.
        answer = doors.ask("HEAD", upload.place, headers=TUS)
        assert answer.status_code == 200, f"{upload.place}: {answer.status_code}"
    upload.offset = int(answer.headers["upload-offset"])
    assert upload.offset >= at, f"{upload.place}: {at} were stored for good, now {upload.offset}"


def _hand_in(doors: Doors, kept: dict[str, str], upload: _Upload) -> bool:
    """Whether it was acknowledged: where an answer was lost, it may be used up without one."""
    upload.is_used = True
    said = {"author": AUTHOR, "upload": id_of(upload.place)}
    deadline = time.monotonic() + LONG_SECONDS
    while (answer := doors.ask("POST", "/v1/evidence", data=said)).status_code == 423:
        # The request whose answer was lost is still at it.
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    if answer.status_code == 404:
        return False
    assert answer.status_code == 201, answer.text
    _note(kept, answer.json(), [upload.data])
    return True


def _note(kept: dict[str, str], shown: dict[str, Any], files: list[bytes]) -> None:
    kept[shown["cid"]] = ""
    for item, data in zip(shown["items"], files, strict=True):
        kept[item["cid"]] = hashlib.sha256(data).hexdigest()


def _missing(house: House, doors: Doors, kept: dict[str, str]) -> Iterator[str]:
    """By CID; what is there is what was sent, at the service and at its IPFS node."""
    node = None if house.kubo is None else house.kubo.gateway_url
    for cid, hashed in kept.items():
        for place in (None, node):
            if place is None:
                answer = doors.ask("GET", f"/ipfs/{cid}")
            else:
                answer = doors.http.get(f"{place}/ipfs/{cid}")
            is_same = hashed in ("", hashlib.sha256(answer.content).hexdigest())
            if answer.status_code != 200 or not is_same:
                yield f"{cid} at {place or 'the service'}: {answer.status_code}"


def sealers(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """Something sealed, its keys left with the clerk, in a complaint: the shop can read it then."""
    world = house.world
    author, shop = (
        Someone(world, cast(httpx.Client, Through(Doors(house.urls, ledger))), account)
        for account in (world.other_customer, world.organisation)
    )
    author.sign_in().register()
    shop.register()
    filed: dict[int, str] = {}

    def act() -> None:
        sealed = author.submit({"letter.txt": lots.randbytes(lots.randint(1, 5000))})
        to = [author.recipient, recipient_of(CLERK)]
        answer = author.give(sealed, named=[author.address, "clerk"], to=to)
        assert answer.status_code == 201, answer.text
        with ledger.turn:
            order = world.pay(house.organisation, customer=author.address)
            filed[world.file(order, what=sealed.digest)] = sealed.digest
        ledger.acknowledged["sealed submissions"] += 1
        time.sleep(2.0)

    def lost() -> Iterator[str]:
        for number, digest in filed.items():
            missing = author.missing(number, digest)
            if shop.address in missing:
                yield f"the key to {digest} of complaint {number}"

    ledger.lost["keys by the clerk"] = lost
    return act
