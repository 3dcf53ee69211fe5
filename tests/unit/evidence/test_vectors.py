"""tests/vectors/evidence.json is shared with the pages' TypeScript; both must agree with it."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from evidence import EvidenceError, cid_of, digest, digest_to_cid, encode, import_file, parse
from evidence.cid import RAW

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "evidence.json").read_text())


def test_files() -> None:
    for vector in VECTORS["files"]:
        data = vector["text"].encode() if "text" in vector else bytes(vector["zeros"])
        cid, size = import_file(BytesIO(data), lambda cid, block: None)
        assert (str(cid), size) == (vector["cid"], vector["size"])


def test_manifests() -> None:
    for vector in VECTORS["manifests"]:
        data = vector["canonical"].encode()
        assert encode(parse(data)) == data
        assert "0x" + digest(data).hex() == vector["digest"]
        assert str(digest_to_cid(digest(data))) == str(cid_of(RAW, data)) == vector["cid"]


def test_refused() -> None:
    for vector in VECTORS["refused"]:
        with pytest.raises(EvidenceError) as caught:
            parse(vector["bytes"].encode())
        assert caught.value.code == vector["code"], vector["what"]
