"""Refusals are worded for codes that exist."""

import json
import re
from pathlib import Path

from dapp.web.i18n import load
from dapp.web.refusals import refusals

ROOT = Path(__file__).parents[3]


def contract_codes() -> set[str]:
    """`contract-…` for every custom error of a contract."""
    names = set()
    for path in (ROOT / "dapp" / "chain" / "artifacts").glob("*.json"):
        abi = json.loads(path.read_text()).get("abi", [])
        names |= {entry["name"] for entry in abi if entry["type"] == "error"}
    return {"contract-" + re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower() for name in names}


def source_codes() -> set[str]:
    """Kebab-case words in quotes anywhere in the service and in evidence."""
    sources = [*(ROOT / "dapp").rglob("*.py"), *(ROOT / "evidence").rglob("*.py")]
    text = "\n".join(path.read_text() for path in sources if path.name != "refusals.py")
    found = set(re.findall(r'"([a-z]+(?:[-_][a-z]+)+)"', text))
    return {code.replace("_", "-") for code in found}


def test_every_code_exists() -> None:
    known = contract_codes() | source_codes()
    worded = {key.removeprefix("error-") for key in refusals(load("en"))}
    assert worded <= known, worded - known
