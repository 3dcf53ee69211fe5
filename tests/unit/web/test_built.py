"""The script that is served is the one that the sources give."""

import gzip
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "dapp" / "web" / "static" / "built"
SCRIPT_BYTES = 5 * 1024
"""What every page loads of our own, compressed."""
ALL_SCRIPTS_BYTES = 32 * 1024
"""All but what seals."""
SEAL_BYTES = 28 * 1024
"""Mostly age; loaded when somebody seals or opens a file."""
VERIFIER_BYTES = 33 * 1024
"""One page's alone: a whole verifier of bundles, and two hash functions."""
PRIVATE_BYTES = 9 * 1024
"""What the pages of private evidence need around it, each part when it is needed."""
PARTS_BYTES = 2 * 1024
"""Loaded when somebody sends a large file."""
MAILED_BYTES = 1024
"""Loaded for a draft that came by e-mail."""
OWN_BYTES = 2 * 1024
"""What the reader's own pages need beside it."""
SIGNED_BYTES = 1536
"""What checks a complaint that was signed to be anchored, on its page."""
PRIVATE = (
    "private",
    "choosing",
    "envelope",
    "keyring",
    "sealing",
    "reading",
    "handover",
    "keypage",
)


def test_the_committed_build_is_fresh(tmp_path: Path) -> None:
    script = ROOT / "dapp" / "web" / "frontend" / "build.mjs"
    subprocess.run(["node", script, tmp_path / "built"], check=True, cwd=ROOT)
    fresh, committed = contents(tmp_path / "built"), contents(BUILT)
    assert fresh.keys() == committed.keys(), "run `npm run build`"
    assert [name for name in fresh if fresh[name] != committed[name]] == [], "run `npm run build`"


def test_what_is_compressed_beforehand_is_what_lies_beside_it() -> None:
    script = """
        const { readdirSync, readFileSync } = require("node:fs");
        const { brotliDecompressSync } = require("node:zlib");
        const names = readdirSync(".").filter((name) => !name.endsWith(".br"));
        for (const name of names) {
          const found = brotliDecompressSync(readFileSync(`${name}.br`));
          if (!found.equals(readFileSync(name))) throw new Error(name);
        }
    """
    subprocess.run(["node", "-e", script], check=True, cwd=BUILT)


def test_the_sources_have_no_type_errors() -> None:
    subprocess.run(["npm", "run", "--silent", "types"], check=True, cwd=ROOT)


def test_the_scripts_are_small() -> None:
    sizes = {
        path.name: len(gzip.compress(path.read_bytes()))
        for path in BUILT.glob("*.js")
        if not path.name.startswith(("htmx", "verify", "mailed", "own", "signed"))
    }
    entries = [name for name in sizes if not name.startswith("chunk-")]
    rare = ("seal.", "parts-", *PRIVATE)
    everyday = loaded(name for name in entries if not name.startswith(rare))
    parts = {name for name in entries if name.startswith("parts-")}
    first, seal = static_imports("app.js"), static_imports("seal.js") - everyday
    assert "seal.js" in seal
    assert sum(sizes[name] for name in first) < SCRIPT_BYTES
    assert sum(sizes[name] for name in everyday) < ALL_SCRIPTS_BYTES
    assert sum(sizes[name] for name in seal) < SEAL_BYTES
    assert sum(sizes[name] for name in parts) < PARTS_BYTES
    assert sum(sizes[name] for name in sizes.keys() - everyday - seal - parts) < PRIVATE_BYTES
    for name, most in (("mailed", MAILED_BYTES), ("own", OWN_BYTES), ("signed", SIGNED_BYTES)):
        (one,) = BUILT.glob(f"{name}-*.js")
        assert len(gzip.compress(one.read_bytes())) < most
    assert len(gzip.compress((BUILT / "verify.js").read_bytes())) < VERIFIER_BYTES


def loaded(names: Iterable[str]) -> set[str]:
    return set().union(*map(static_imports, names))


def contents(folder: Path) -> dict[str, bytes]:
    """Another Node compresses to other bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".br"}


def static_imports(name: str) -> set[str]:
    """The file and what it loads at once; `import(…)` waits until it is needed."""
    text = (BUILT / name).read_text()
    found = {name}
    for part in text.split('from"./')[1:]:
        found |= static_imports(part.split('"')[0])
    for part in text.split('import"./')[1:]:
        found |= static_imports(part.split('"')[0])
    return found
