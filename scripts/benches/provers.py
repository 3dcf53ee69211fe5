"""Who verifies the same proofs, each by itself: us, PyPI's trie, npm's @ethereumjs/mpt."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence

import rlp
from trie.hexary import HexaryTrie

from dapp.audit import mpt
from dapp.chain.keccak import keccak
from scripts.benches.proofs import Proof
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal

Prover = Callable[[Sequence[Proof], int], list[float]]
"""Seconds a proof, of each of some rounds."""
_PEER = ROOT / "scripts" / "benches" / "proofs.mjs"


def _ours(proof: Proof) -> bytes | None:
    nodes = {keccak(node): node for node in proof.nodes}
    return mpt.prove(nodes, proof.root, proof.key).value


def _trie(proof: Proof) -> bytes | None:
    nodes = [rlp.decode(node) for node in proof.nodes]
    found: bytes = HexaryTrie.get_from_proof(proof.root, proof.key, nodes)  # type: ignore[no-untyped-call]
    return found


def _here(verify: Callable[[Proof], bytes | None]) -> Prover:
    def measured(proofs: Sequence[Proof], rounds: int) -> list[float]:
        found = []
        for _ in range(rounds):
            began = time.perf_counter()
            for proof in proofs:
                if verify(proof) != proof.value:
                    raise RuntimeError("a proof has another value")
            found.append((time.perf_counter() - began) / len(proofs))
        return found

    return measured


def _ethereumjs(proofs: Sequence[Proof], rounds: int) -> list[float]:
    """Timed within node."""
    program = shutil.which("node")
    if program is None:
        raise Refusal("Node.js is not installed", "Install Node.js 22")
    task = [
        (one.root.hex(), one.key.hex(), one.value.hex(), [node.hex() for node in one.nodes])
        for one in proofs
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(task, file)
        file.flush()
        said = subprocess.check_output([program, _PEER, file.name, str(rounds)])
    return [float(seconds) for seconds in json.loads(said)]


ALL: dict[str, Prover] = {"ours": _here(_ours), "trie": _here(_trie), "ethereumjs": _ethereumjs}
