"""The index of attacks and the page of threats name tests that exist, and miss none of theirs."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

_CONTRACTS: Final = Path(__file__).parents[1] / "contracts"
_FORGE: Final = _CONTRACTS / "forge"
_TESTS: Final = Path(__file__).parents[1]
_THREATS: Final = _TESTS.parent / "docs" / "threats.md"
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


@cache
def _tests_of(file: Path) -> set[str]:
    text = file.read_text()
    if file.suffix == ".sol":
        return set(re.findall(r"function ((?:test|invariant)\w*)\(", text))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {one.name for one in ast.parse(text).body if isinstance(one, functions)}


def _missing(page: str) -> list[str]:
    """The tests that it names, by path from tests/ and name, and that are not there."""
    named = re.findall(r"`([\w./]+)::([^`]*)`", page)
    return [
        f"{path}::{name}"
        for path, name in named
        if not (_TESTS / path).is_file() or name not in _tests_of(_TESTS / path)
    ]


def _undefended(page: str) -> list[str]:
    """The threats that neither name a test nor say that they are accepted."""
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return [row[0] for row in rows if row[0] != "| threat" and not _is_answered(row)]


def _is_answered(row: list[str]) -> bool:
    return len(row) == 3 and ("::" in row[2] or row[2].startswith("accepted: "))


def test_every_test_that_a_threat_names_exists() -> None:
    page = _THREATS.read_text()
    assert page.count("::") > 120
    assert _missing(page) == []


def test_every_threat_has_a_test_or_is_accepted() -> None:
    page = _THREATS.read_text()
    assert page.count("\n| ") > 50
    assert _undefended(page) == []


def test_what_is_gone_would_be_found() -> None:
    known = "unit/test_attack_index.py"
    assert _missing(f"`{known}::test_what_is_gone_would_be_found`") == []
    lost = [f"{known}::test_gone", "unit/gone.py::test_it", f"{known}::*", f"{known}::_THREATS"]
    assert _missing(", ".join(f"`{one}`" for one in lost)) == lost
    page = "| threat | what | shown by |\n| a | b | `x::y` |\n| c | d | accepted: e |\n| f | g | |"
    assert _undefended(page) == ["| f"]


def test_every_link_of_the_page_leads_somewhere() -> None:
    page = _THREATS.read_text()
    heads = {
        re.sub(r"[^\w -]", "", head).lower().replace(" ", "-")
        for head in re.findall("^## (.+)$", page, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", page):
        path, _, head = link.partition("#")
        assert (_THREATS.parent / path).exists(), link
        assert path or head in heads, link
