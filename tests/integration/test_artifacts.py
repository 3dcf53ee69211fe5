"""The committed artifacts are what the sources compile to."""

from scripts.toolchain import artifacts, sources
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import ARTIFACTS


def test_every_artifact_equals_a_fresh_compile() -> None:
    fresh = artifacts.from_output(contracts.fresh_output())
    committed = {
        path.stem: path.read_text(encoding="utf-8")
        for path in ARTIFACTS.glob("*.json")
        if path.stem != artifacts.SOURCES
    }
    expected = {name: artifacts.as_text(artifact) for name, artifact in fresh.items()}
    assert sorted(committed) == sorted(expected)
    stale = [name for name in expected if committed[name] != expected[name]]
    assert stale == [], "run 'make artifacts' and commit what changed"


def test_the_digest_is_that_of_the_sources() -> None:
    assert artifacts.committed_digest() == sources.digest()


def test_no_contract_is_larger_than_a_chain_accepts() -> None:
    sizes = {
        name: len(artifact["deployedBytecode"].removeprefix("0x")) // 2
        for name, artifact in artifacts.committed().items()
    }
    assert [name for name, size in sizes.items() if size > 24_576] == []  # EIP-170
    assert max(sizes.values()) > 0
