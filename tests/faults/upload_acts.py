"""Uploads by parts with something in them, what may be done, and what holds whenever it breaks."""

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

from evidence import Budget, Holder, Limits, Uploads

DATA = random.Random(8).randbytes(30_000)
_HALF = "a" * 64
_WHOLE = "b" * 64
_OLD = "c" * 64
_NOW = 1_000_000
_DAY = 24 * 3600
_ANYBODY = Holder("client")


def open_uploads(root: Path) -> Uploads:
    limits = Limits(1 << 20, 1 << 30, Budget(1 << 30, 1 << 30), _DAY)
    return Uploads(root, limits, lambda: float(_NOW))


def furnish(root: Path) -> None:
    open_uploads(root)
    for name, came, at in ((_HALF, 10_000, 0), (_WHOLE, 30_000, 0), (_OLD, 10_000, 2 * _DAY)):
        (root / name).mkdir()
        (root / name / "data").write_bytes(DATA[:came])
        said = {
            "id": name,
            "name": "",
            "media_type": "",
            "size": 30_000,
            "offset": came,
            "holder": {"client": "client", "account": None},
            "touched_at": _NOW - at,
        }
        (root / name / "state").write_text(json.dumps(said))


def check(root: Path) -> None:
    """What holds at any time: the bytes that are said to have come are there."""
    for upload in open_uploads(root).all():
        data = (root / upload.id / "data").read_bytes()
        assert len(data) >= upload.offset
        assert data[: upload.offset] == DATA[: upload.offset]


def offsets(root: Path) -> dict[str, int]:
    """Of those that were there before."""
    known = (_HALF, _WHOLE, _OLD)
    return {one.id: one.offset for one in open_uploads(root).all() if one.id in known}


def folders(root: Path) -> int:
    return sum(1 for path in root.iterdir() if path.is_dir())


def _begin(uploads: Uploads) -> None:
    uploads.create(30_000, "", "", _ANYBODY)


def _add(uploads: Uploads) -> None:
    at = uploads.find(_HALF).offset
    with uploads.part(_HALF, at, None, None) as part:
        part.write(DATA[at : at + 4_000])
        part.write(DATA[at + 4_000 :])


def _add_hashed(uploads: Uploads) -> None:
    at = uploads.find(_HALF).offset
    rest = DATA[at:]
    hashed = ("sha256", hashlib.sha256(rest).digest())
    with uploads.part(_HALF, at, len(rest), hashed) as part:
        part.write(rest)


def _use(uploads: Uploads) -> None:
    if any(one.id == _WHOLE for one in uploads.all()):
        with uploads.used([_WHOLE]) as ((_, stream),):
            assert stream.read() == DATA


def _sweep(uploads: Uploads) -> None:
    uploads.sweep()


ACTS: dict[str, Callable[[Uploads], None]] = {
    "begin": _begin,
    "add": _add,
    "add_hashed": _add_hashed,
    "use": _use,
    "sweep": _sweep,
}
DONE = {
    "begin": {_HALF: 10_000, _WHOLE: 30_000},
    "add": {_HALF: 30_000, _WHOLE: 30_000},
    "add_hashed": {_HALF: 30_000, _WHOLE: 30_000},
    "use": {_HALF: 10_000},
    "sweep": {_HALF: 10_000, _WHOLE: 30_000},
}
"""How far each is in the end."""
