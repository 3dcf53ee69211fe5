"""The index of attacks names tests that exist, and misses none of the attacks' own."""

import re
from pathlib import Path
from typing import Final

_CONTRACTS: Final = Path(__file__).parents[1] / "contracts"
_FORGE: Final = _CONTRACTS / "forge"
_TEST: Final = re.compile(r"\btest(?:Fuzz)?_\w+")


def _indexed() -> set[tuple[str, str]]:
    """Pairs of file and test, from rows whose second column is `file` test, test; `file` test."""
    found: set[tuple[str, str]] = set()
    for row in (_CONTRACTS / "attacks.md").read_text().splitlines():
        for group in row.rpartition("| `")[2].split(";") if ".t.sol`" in row else []:
            file, _, tests = group.strip(" `|").partition("`")
            names = _TEST.findall(tests)
            assert names, f"no test named in: {group}"
            found |= {(file, name) for name in names}
    return found


def _declared(file: Path) -> set[str]:
    return set(re.findall(r"function (test(?:Fuzz)?_\w+)\(", file.read_text()))


def test_every_test_of_the_index_exists() -> None:
    indexed = _indexed()
    assert len(indexed) > 60
    missing = {(f, t) for f, t in indexed if t not in _declared(_FORGE / f)}
    assert not missing


def test_every_attack_is_in_the_index() -> None:
    declared = {
        (f"attacks/{file.name}", name)
        for file in (_FORGE / "attacks").glob("*.t.sol")
        for name in _declared(file)
    }
    assert not declared - _indexed()
