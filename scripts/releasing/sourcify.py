"""Writes what others verify the contracts' code by: metadata, sources, the compiler's question.

`python -m scripts.releasing.sourcify [--recompile]` writes build/sourcify/CONTRACT/:

    metadata.json         the bytes whose hash ends the contract's code (Sourcify's exact match)
    sources/…             each source that it names
    standard-input.json   the same as one question to solc (Etherscan, Sourcify)

and build/sourcify/index.json, which says of each the name and compiler that the services ask for.
Only what fits the committed artifacts is written. With --recompile each is compiled once more
from its own metadata and sources alone, which must give the committed code, byte for byte.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dapp.chain.keccak import keccak
from evidence.cid import DAG_PB, cid_of
from evidence.dagpb import Node, encode_node
from scripts.toolchain import artifacts, solc, sources
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import CONTRACTS, ROOT
from scripts.toolchain.refusal import Refusal, exit_code_of

FOLDER: Final = ROOT / "build" / "sourcify"


@dataclass(frozen=True)
class Verifiable:
    """A contract with its metadata.

    Attributes:
        path: of the source that declares it, from the root.
        metadata: as solc wrote it; the bytes count.
    """

    name: str
    path: str
    metadata: str

    @property
    def known(self) -> dict[str, Any]:
        return dict(json.loads(self.metadata))

    @property
    def identifier(self) -> str:
        return f"{self.path}:{self.name}"


def read() -> list[Verifiable]:
    """Have solc write the metadata of what can be deployed; no code is made for that.

    Raises:
        Refusal: the committed artifacts were made from other sources.
    """
    sources.check_openzeppelin()
    question = contracts.standard_input()
    question["settings"]["outputSelection"] = {"*": {"*": ["metadata"]}}
    code = {name: one for name, one in artifacts.committed().items() if one["bytecode"]}
    found = [
        Verifiable(name, path, one["metadata"])
        for path, declared in _answer(question, ROOT)["contracts"].items()
        for name, one in declared.items()
        if name in code and (ROOT / path).parent == CONTRACTS
    ]
    wrong = [one.name for one in found if not fits(code[one.name], one.metadata)]
    missing = code.keys() - {one.name for one in found}
    if wrong or missing:
        which = ", ".join(sorted({*wrong, *missing}))
        raise Refusal(f"the artifacts are of other sources: {which}", "Run 'make artifacts'")
    return sorted(found, key=lambda one: one.name)


def hash_of(metadata: str) -> bytes:
    """Return the CIDv0 of the metadata, as solc reckons it: one UnixFS block that holds it all.

    Source: the Solidity documentation, "Contract Metadata".
    """
    text = metadata.encode()
    size = _varint(len(text))
    block = encode_node(Node((), b"\x08\x02\x12" + size + text + b"\x18" + size))
    return b"\x12\x20" + cid_of(DAG_PB, block).digest


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def fits(artifact: Mapping[str, Any], metadata: str) -> bool:
    """Whether both its codes end with the trailer that names this metadata."""
    mark = b"\x64ipfs\x58\x22" + hash_of(metadata)
    return all(
        mark in _trailer(bytes.fromhex(artifact[kind][2:]))
        for kind in ("bytecode", "deployedBytecode")
    )


def _trailer(code: bytes) -> bytes:
    """The CBOR at a code's end; the last two bytes are its length."""
    return code[-2 - int.from_bytes(code[-2:]) : -2]


def write(contract: Verifiable, folder: Path) -> None:
    """Write its files into a folder of its own, which is made anew.

    Raises:
        Refusal: a source is another than the one that the metadata names.
    """
    shutil.rmtree(folder, ignore_errors=True)
    texts = dict(_texts(contract))
    for path, text in texts.items():
        place = folder / "sources" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)
    (folder / "metadata.json").write_text(contract.metadata, encoding="utf-8")
    given = {path: {"content": text.decode()} for path, text in texts.items()}
    question = {"language": contract.known["language"], "sources": given}
    question["settings"] = _settings(contract)
    _put(folder / "standard-input.json", question)


def _texts(contract: Verifiable) -> Iterator[tuple[str, bytes]]:
    for path, told in contract.known["sources"].items():
        text = (ROOT / path).read_bytes()
        if f"0x{keccak(text).hex()}" != told["keccak256"]:
            raise Refusal(f"{path} changed since it was compiled", "Run 'make artifacts'")
        yield path, text


def _settings(contract: Verifiable) -> dict[str, Any]:
    """Those of the metadata as solc wants them in a question."""
    settings = dict(contract.known["settings"])
    del settings["compilationTarget"]
    wanted = ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"]
    return {**settings, "outputSelection": {contract.path: {contract.name: wanted}}}


def _put(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def recompile(folder: Path) -> tuple[bytes, bytes]:
    """Compile what `write` wrote, and nothing else; return the code to create it, and its code.

    Raises:
        Refusal: it does not compile.
    """
    metadata = (folder / "metadata.json").read_text(encoding="utf-8")
    ((path, name),) = json.loads(metadata)["settings"]["compilationTarget"].items()
    contract = Verifiable(name, path, metadata)
    given = {
        path: {"content": (folder / "sources" / path).read_text(encoding="utf-8")}
        for path in contract.known["sources"]
    }
    question = {"language": contract.known["language"], "sources": given}
    question["settings"] = _settings(contract)
    return compiled(question, contract.path, contract.name)


def compiled(question: Mapping[str, Any], path: str, name: str) -> tuple[bytes, bytes]:
    """Ask solc away from our files; return as `recompile` does."""
    with tempfile.TemporaryDirectory(prefix="redress-sourcify-") as empty:
        evm = _answer(question, Path(empty))["contracts"][path][name]["evm"]
    creation, deployed = evm["bytecode"]["object"], evm["deployedBytecode"]["object"]
    return bytes.fromhex(creation), bytes.fromhex(deployed)


def _answer(question: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [solc.ensure(), "--standard-json"],
        input=json.dumps(question),
        cwd=folder,
        capture_output=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    wrong = [one for one in answer.get("errors", []) if one["severity"] == "error"]
    if wrong:
        raise Refusal(f"solc refuses: {wrong[0]['message']}", "Mend the sources")
    return answer


def is_committed(name: str, code: tuple[bytes, bytes]) -> bool:
    """Whether this is the code of the committed artifact."""
    artifact = artifacts.committed()[name]
    return tuple(f"0x{one.hex()}" for one in code) == (
        artifact["bytecode"],
        artifact["deployedBytecode"],
    )


def index(found: Sequence[Verifiable]) -> dict[str, Any]:
    """What the services ask for besides the files, by contract."""
    return {
        one.name: {
            "contractIdentifier": one.identifier,
            "compilerVersion": one.known["compiler"]["version"],
            "metadataMultihash": hash_of(one.metadata).hex(),
        }
        for one in found
    }


def write_all(folder: Path) -> list[Verifiable]:
    """Write every contract's files, and the index of them."""
    found = read()
    shutil.rmtree(folder, ignore_errors=True)
    for one in found:
        write(one, folder / one.name)
    _put(folder / "index.json", index(found))
    return found


def main(words: Sequence[str]) -> int:
    """Write everything; with --recompile prove it."""
    found = write_all(FOLDER)
    print(f"{FOLDER.relative_to(ROOT)}: {len(found)} contracts, as their code says")
    for one in found if "--recompile" in words else []:
        if not is_committed(one.name, recompile(FOLDER / one.name)):
            raise Refusal(f"{one.name} compiles to other code", "Compile with the solc it names")
        print(f"  {one.name}: compiled from its metadata, the same byte for byte", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
