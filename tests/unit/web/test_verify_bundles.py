"""Two verifiers that share no code say the same of the same bundles."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dapp.audit.verdict import read_previous
from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from tests.bundle_mutations import mutations
from tests.unit.web import verify_node

FOLDER = verify_node.ROOT / "tests" / "vectors" / "bundles"
EXPECTED: dict[str, dict[str, str]] = json.loads((FOLDER / "expected.json").read_text())

SCRIPT = """
import { check } from "./check";
import { readPrevious, toVerdict } from "./verdict";
async function answer(asked) {
  const out = [];
  for (const { bundle, hash, previous } of asked) {
    const earlier = previous && readPrevious(previous);
    const file = new Blob([Buffer.from(bundle, "base64")]);
    out.push(toVerdict(await check(file, async () => hash, () => {}, earlier)));
  }
  return out;
}
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return verify_node.build(SCRIPT, tmp_path_factory.mktemp("verify"))


def asked(bundle: bytes, block_hash: str, previous: str | None = None) -> dict[str, Any]:
    """One question to the script."""
    earlier = None if previous is None else (FOLDER / previous).read_text()
    data = base64.b64encode(bundle).decode()
    return {"bundle": data, "hash": block_hash, "previous": earlier}


def plain(verdict: Any) -> Any:
    """Without messages, which are each one's own; of what does not hold only why."""
    told = {key: value for key, value in verdict.items() if key != "message"}
    return told | {"entries": [_entry(one) for one in verdict["entries"]]}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    whole = entry["verdict"] in ("verified", "evidence-missing")
    kept = entry.keys() - {"message"} if whole else {"kind", "number", "verdict"}
    return {key: entry[key] for key in kept}


def by_python(bundle: bytes, one: dict[str, str]) -> Any:
    """What `redress verify` says, as JSON has it."""
    earlier = one.get("previous")
    previous = read_previous(FOLDER / earlier) if earlier else None
    verdict = verify(io.BytesIO(bundle), Hash32(one["block_hash"]), previous=previous)
    return json.loads(msgspec.json.encode(verdict))


def test_both_say_the_same_of_every_bundle(script: Path) -> None:
    """Not the verdict alone: each entry's evidence, deadlines, votes and money, too."""
    given = [
        asked((FOLDER / f"{name}.zip").read_bytes(), one["block_hash"], one.get("previous"))
        for name, one in EXPECTED.items()
    ]
    for (name, one), browser in zip(EXPECTED.items(), verify_node.run(script, given), strict=True):
        python = by_python((FOLDER / f"{name}.zip").read_bytes(), one)
        assert browser["verdict"] == one["verdict"], name
        assert plain(browser) == plain(python), name


def test_both_refuse_what_is_damaged_for_the_same_reason(script: Path) -> None:
    """By the codes that the damaged bundles come with; another test has Python's word for them."""
    damaged = list(mutations())
    assert len(damaged) > 150
    given = [asked(one.data, one.block_hash, one.previous) for one in damaged]
    found = {
        one.name: browser["verdict"]
        for one, browser in zip(damaged, verify_node.run(script, given), strict=True)
    }
    assert found == {one.name: one.verdict for one in damaged}
