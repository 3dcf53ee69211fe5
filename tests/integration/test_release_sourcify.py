"""What others verify the code by: it is named by the code itself, and compiles to it."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evidence.cid import cid_from_bytes
from scripts.release import NAMES
from scripts.releasing import sourcify
from scripts.toolchain import artifacts
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.deployment import Deployment
from scripts.toolchain.refusal import Refusal
from tests.local_chain import LocalChain

# The least with an immutable; `make sourcify RECOMPILE=1` does all, which takes minutes.
SMALL = "KeyRegistry"
DEPLOYABLE = {name: one for name, one in artifacts.committed().items() if one["bytecode"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sourcify")
    sourcify.write_all(folder)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, str]:
    """The metadata, by contract."""
    return {path.parent.name: path.read_text() for path in folder.glob("*/metadata.json")}


@pytest.fixture
def chain(anvil: Anvil) -> Iterator[LocalChain]:
    with closing(LocalChain(anvil.url)) as chain:
        yield chain


def test_every_contracts_code_names_its_metadata(found: dict[str, str]) -> None:
    assert set(found) == set(DEPLOYABLE)
    assert set(NAMES) < set(found)
    for name, metadata in found.items():
        assert sourcify.fits(DEPLOYABLE[name], metadata)
        assert not sourcify.fits(DEPLOYABLE[name], metadata + " ")


def test_the_hash_is_the_one_that_solc_gives_each_source(
    found: dict[str, str], folder: Path
) -> None:
    for path, told in json.loads(found["ComplaintDesk"])["sources"].items():
        text = (folder / "ComplaintDesk" / "sources" / path).read_text()
        assert f"dweb:/ipfs/{cid_from_bytes(sourcify.hash_of(text))}" in told["urls"]


def test_the_files_say_all_that_the_services_ask_for(folder: Path) -> None:
    index = json.loads((folder / "index.json").read_text())
    assert set(index) == set(DEPLOYABLE)
    desk = index["ComplaintDesk"]
    assert desk["contractIdentifier"] == "contracts/ComplaintDesk.sol:ComplaintDesk"
    assert desk["compilerVersion"].startswith("0.8.37+commit.")
    for name in index:
        metadata = json.loads((folder / name / "metadata.json").read_text())
        question = json.loads((folder / name / "standard-input.json").read_text())
        assert set(question["sources"]) == set(metadata["sources"])
        for path, source in question["sources"].items():
            assert (folder / name / "sources" / path).read_text() == source["content"]


def test_metadata_and_sources_alone_compile_to_the_code_that_is_deployed(
    folder: Path, deployment: Deployment, chain: LocalChain
) -> None:
    creation, code = sourcify.recompile(folder / SMALL)
    assert sourcify.is_committed(SMALL, (creation, code))
    address = deployment.addresses[SMALL]
    deployed = bytearray.fromhex(chain.rpc("eth_getCode", address, "latest")[2:])
    assert bytes(deployed) != code
    for start, length in artifacts.committed()[SMALL]["compiler"]["immutableReferences"]:
        deployed[start : start + length] = bytes(length)
    assert bytes(deployed) == code
    assert code[-53:].startswith(b"\xa2\x64ipfs")


def test_the_question_compiles_to_the_same(folder: Path) -> None:
    question = json.loads((folder / SMALL / "standard-input.json").read_text())
    code = sourcify.compiled(question, f"contracts/{SMALL}.sol", SMALL)
    assert sourcify.is_committed(SMALL, code)


def test_a_changed_comment_is_other_code(folder: Path) -> None:
    source = folder / SMALL / "sources" / "contracts" / f"{SMALL}.sol"
    before = source.read_text()
    source.write_text(before + "// And so on.\n")
    try:
        creation, code = sourcify.recompile(folder / SMALL)
    finally:
        source.write_text(before)
    committed = bytes.fromhex(artifacts.committed()[SMALL]["deployedBytecode"][2:])
    assert not sourcify.is_committed(SMALL, (creation, code))
    assert code[:-53] == committed[:-53]  # nothing but the metadata's hash differs


def test_a_source_that_changed_since_is_not_written(found: dict[str, str], tmp_path: Path) -> None:
    told = json.loads(found[SMALL])
    path = f"contracts/{SMALL}.sol"
    told["sources"][path]["keccak256"] = "0x" + "00" * 32
    with pytest.raises(Refusal, match="changed since"):
        sourcify.write(sourcify.Verifiable(SMALL, path, json.dumps(told)), tmp_path / SMALL)
