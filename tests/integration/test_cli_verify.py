"""`redress verify` as auditors call it: with a hash, and with nodes that agree or do not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dapp.chain import headers
from dapp.chain.keccak import keccak
from dapp.cli import Builders, app, run
from dapp.domain.types import NO_DIGEST, hash32
from scripts.toolchain.anvil import Anvil
from tests.bundle_maker import Maker
from tests.bundle_parts import EXPECTED, FOLDER
from tests.lying_node import Reply, Request, lying_node
from tests.world import World

ROOT = Path(__file__).parents[2]


def _not_needed(*_: Any) -> Any:
    raise AssertionError("an auditor needs no database and no vault")


BUILDERS = Builders(_not_needed, _not_needed, _not_needed)


def called(*words: object) -> int:
    return run(app, ["verify", *map(str, words)], BUILDERS)


def verdict(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    code = called(*words, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert code == (0 if found["verdict"] == "verified" else 1)
    return found


def trusted(name: str) -> tuple[object, ...]:
    return FOLDER / f"{name}.zip", "--block-hash", EXPECTED[name]["block_hash"]


def test_says_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*trusted("dispute")) == 0
    said = capsys.readouterr().out
    assert "verified, as of block" in said and "70 %" in said and "compare them" in said


def test_says_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*trusted("erased")) == 1
    said = capsys.readouterr().out
    assert "NOT verified" in said and "evidence-missing" in said
    assert called(FOLDER / "dispute.zip", "--block-hash", "0x" + "11" * 32) == 1
    assert "block-unproven" in capsys.readouterr().out


def test_json_is_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    found = verdict(capsys, *trusted("default"))
    assert (found["schema"], found["verdict"]) == ("redress-verdict/1", "verified")
    (entry,) = found["entries"]
    assert entry["outcome"]["outcome"] == "defaulted"
    broken = [one["what"] for one in entry["deadlines"] if one["kept"] is False]
    assert broken == ["acknowledge", "answer"]


def test_a_report_is_written_whatever_the_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    assert called(*trusted("erased"), "--report", page, "--language", "zh-Hans") == 1
    assert "evidence-missing" in page.read_text(encoding="utf-8")
    russian = tmp_path / "russian.html"
    assert called(*trusted("dispute"), "--report", russian, "--language", "ru") == 0
    assert '<html lang="ru">' in russian.read_text(encoding="utf-8")
    assert called(*trusted("dispute"), "--report", page) == 1  # nothing is overwritten
    assert "exists already" in capsys.readouterr().err
    assert called(*trusted("dispute"), "--report", tmp_path / "x", "--language", "fr") == 2
    assert not (tmp_path / "x").exists()


def test_an_increment_by_its_earlier_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    earlier = tmp_path / "history.json"
    earlier.write_text(json.dumps(verdict(capsys, *trusted("history"))))
    assert verdict(capsys, *trusted("increment"), "--previous", earlier)["verdict"] == "verified"
    assert verdict(capsys, *trusted("increment"))["verdict"] == "unknown"
    assert called(*trusted("increment"), "--previous", FOLDER / "dispute.zip") == 1
    assert "invalid-input" in capsys.readouterr().err


def test_contracts_are_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = verdict(capsys, *trusted("dispute"))
    contracts = {name: {"address": one} for name, one in found["contracts"].items()}
    file = tmp_path / "31337.json"
    file.write_text(json.dumps({"chainId": 31337, "contracts": contracts}))
    known = verdict(capsys, *trusted("dispute"), "--deployment", file)
    assert (known["verdict"], known["compared"]) == ("verified", "deployment")
    desk = found["contracts"]["ComplaintDesk"]
    assert verdict(capsys, *trusted("dispute"), "--desk", desk)["compared"] == "desk"
    other = verdict(capsys, *trusted("dispute"), "--desk", "0x" + "11" * 20)
    assert other["verdict"] == "contracts-differ"
    file.write_text(json.dumps({"chainId": 1, "contracts": contracts}))
    other = verdict(capsys, *trusted("dispute"), "--deployment", file)
    assert other["verdict"] == "contracts-differ"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--block-hash", "0x12"),
        ("--block-hash", "0x" + "11" * 32, "--rpc-url", "http://127.0.0.1:1"),
        ("--block-hash", "0x" + "11" * 32, "--desk", "me"),
        ("--block-hash", "0x" + "11" * 32, "--deployment", "/nowhere"),
    ],
)
def test_a_wrong_call(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert called(FOLDER / "dispute.zip", *words) == 2
    assert "usage" in capsys.readouterr().err


def test_no_bundle_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    page = ROOT / "README.md"
    assert verdict(capsys, page, "--block-hash", "0x" + "11" * 32)["verdict"] == "bundle-form"
    assert verdict(capsys, page, "--rpc-url", "http://127.0.0.1:1")["verdict"] == "bundle-form"
    assert called(ROOT / "nothing", "--block-hash", "0x" + "11" * 32) == 2


def test_nodes_are_asked_and_must_agree(
    anvil: Anvil, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with World.deployed(anvil.url) as world:
        number = world.file(world.pay(world.register()), what=NO_DIGEST)
        bundle = tmp_path / "case.zip"
        bundle.write_bytes(Maker(world).case(number).zipped())
    assert verdict(capsys, bundle, "--rpc-url", anvil.url)["verdict"] == "verified"

    def other_block(request: Request, reply: Reply) -> Reply:
        if request["method"] != "eth_getBlockByNumber":
            return reply
        block = {**reply["result"], "extraData": "0xff"}
        block["hash"] = hash32(keccak(headers.encode(block)))
        return {**reply, "result": block}

    with lying_node(anvil.url) as liar:
        urls = ("--rpc-url", anvil.url, "--rpc-url", liar.url)
        assert called(bundle, *urls) == 0
        capsys.readouterr()
        liar.twist = other_block
        assert called(bundle, *urls) == 1
        assert "(nodes-disagree)" in capsys.readouterr().err


def test_another_chain_is_refused(anvil: Anvil, capsys: pytest.CaptureFixture[str]) -> None:
    with lying_node(anvil.url) as liar:
        liar.twist = lambda request, reply: (
            {**reply, "result": "0x1"} if request["method"] == "eth_chainId" else reply
        )
        assert called(FOLDER / "dispute.zip", "--rpc-url", liar.url) == 1
    assert "(wrong-chain)" in capsys.readouterr().err


def test_runs_without_anything_but_the_file() -> None:
    words = [sys.executable, "-m", "dapp", "verify", *map(str, trusted("settled"))]
    path = {"PYTHONPATH": str(ROOT), "PATH": "/nowhere"}
    done = subprocess.run(words, env=path, cwd="/", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "verified, as of block" in done.stdout
