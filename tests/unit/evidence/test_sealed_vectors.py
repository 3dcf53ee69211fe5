"""tests/vectors/sealed/: what Python and what the pages sealed; the pages' tests read the same."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from evidence import CID, digest, key_of, open_envelope, open_item, parse, recipient_of, recover
from evidence.unixfs import import_file
from tests.seal_script import unb64

VECTORS = sorted((Path(__file__).parents[2] / "vectors" / "sealed").glob("*.json"))


@pytest.fixture(params=VECTORS, ids=lambda path: path.stem)
def vector(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(json.loads(request.param.read_text()))


def test_there_are_both() -> None:
    assert [path.stem for path in VECTORS] == ["browser", "python"]


def test_what_was_sealed_is_opened(vector: dict[str, Any], tmp_path: Path) -> None:
    manifest = vector["manifest"].encode()
    assert "0x" + digest(manifest).hex() == vector["digest"]
    envelope = open_envelope(unb64(vector["envelope"]), vector["identity"])
    blocks: dict[CID, bytes] = {}
    for data in vector["sealed"]:
        import_file(io.BytesIO(unb64(data)), blocks.__setitem__)
    for number, plain in enumerate(vector["plain"]):
        data = open_item(manifest, envelope, number, blocks.__getitem__, tmp_path).read_bytes()
        assert (len(data), "0x" + digest(data).hex()) == (plain["size"], plain["sha256"])
        assert envelope.items[number].media_type == plain["media_type"]
        assert envelope.items[number].kind == plain["kind"]
    assert {path.name for path in tmp_path.iterdir()} == {one["name"] for one in vector["plain"]}
    assert len(parse(manifest).items) == len(vector["plain"])


def test_the_key_is_recovered(vector: dict[str, Any]) -> None:
    identity = recover(unb64(vector["backup"]), vector["passphrase"])
    assert identity == vector["identity"]
    assert recipient_of(identity) == vector["recipient"]
    assert "0x" + key_of(vector["recipient"]).hex() == vector["key"]
