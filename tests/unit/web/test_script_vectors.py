"""The browser's arithmetic is Python's: CIDs, the trail, commitments, manifests' digests."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import commitments, trail
from dapp.domain.commitments import Ballot
from dapp.domain.types import (
    Address,
    BasisPoints,
    ChainId,
    Digest,
    DisputeId,
    Hash32,
    UnixTime,
    hash32,
    raw,
    word,
)

ROOT = Path(__file__).parents[3]
FRONTEND = ROOT / "dapp" / "web" / "frontend"
VECTORS = json.loads((ROOT / "tests" / "vectors" / "evidence.json").read_text())
CONTRACT = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
ACTOR = Address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")

SCRIPT = """
import { fileCid, manifestCid, sha256, toHex } from "./cid";
import { keccak, selector, words } from "./hash";
import { fold, genesis } from "./trail";
const input = JSON.parse(process.argv[2]);
const bytes = (file) => file.text === undefined
  ? new Uint8Array(file.zeros) : new TextEncoder().encode(file.text);
const cids = [];
for (const file of input.files) cids.push(await fileCid(new Blob([bytes(file)])));
const digests = [];
const utf8 = (text) => new TextEncoder().encode(text);
for (const text of input.manifests) digests.push(toHex(await sha256(utf8(text))));
const first = genesis(31337, input.contract, input.subject);
console.log(JSON.stringify({
  cids, digests, manifestCids: digests.map(manifestCid),
  genesis: first,
  folded: fold(first, input.event),
  commitment: keccak(words(...input.ballot)),
  selector: selector("trail(uint64)"),
}));
"""

EVENT: dict[str, Any] = {
    "topic0": "0x" + "ab" * 32,
    "words": "0x" + (word(7) + word(2**255 + 1)).hex(),
    "actor": ACTOR,
    "timestamp": 1_795_305_600,
}
SALT, REASON = Hash32("0x" + "5a" * 32), Digest("0x" + "c3" * 32)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the bundled sources say, run by Node."""
    bundle = tmp_path_factory.mktemp("script") / "vectors.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=esm", "--platform=node", "--loader=ts"]
    subprocess.run(
        [esbuild, *options, f"--outfile={bundle}", "--log-level=warning"],
        input=SCRIPT.encode(),
        check=True,
        cwd=FRONTEND,
    )
    given = {
        "files": VECTORS["files"],
        "manifests": [one["canonical"] for one in VECTORS["manifests"]],
        "contract": CONTRACT,
        "subject": 7,
        "event": EVENT,
        "ballot": [31337, CONTRACT, 7, 1, 2, 5500, SALT, REASON],
    }
    run = subprocess.run(
        ["node", bundle, json.dumps(given)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(run.stdout))


def test_files_have_the_same_cids(answers: dict[str, Any]) -> None:
    assert answers["cids"] == [file["cid"] for file in VECTORS["files"]]


def test_manifests_have_the_same_digests_and_cids(answers: dict[str, Any]) -> None:
    assert answers["digests"] == [one["digest"] for one in VECTORS["manifests"]]
    assert answers["manifestCids"] == [one["cid"] for one in VECTORS["manifests"]]


def test_the_trail_is_the_same(answers: dict[str, Any]) -> None:
    first = trail.genesis(keccak, ChainId(31337), CONTRACT, 7)
    assert answers["genesis"] == first
    assert answers["folded"] == trail.fold(
        keccak,
        first,
        Hash32(EVENT["topic0"]),
        raw(EVENT["words"]),
        ACTOR,
        UnixTime(EVENT["timestamp"]),
    )


def test_the_commitment_is_the_same(answers: dict[str, Any]) -> None:
    ballot = Ballot(ChainId(31337), CONTRACT, DisputeId(7), 1, 2)
    expected = commitments.commitment(keccak, ballot, BasisPoints(5500), SALT, REASON)
    assert answers["commitment"] == expected


def test_the_call_is_the_same(answers: dict[str, Any]) -> None:
    assert answers["selector"] == hash32(keccak(b"trail(uint64)"))[:10]
