"""What is signed for each function, beside the type strings in the contracts' sources."""

import re
from pathlib import Path
from typing import Any

from dapp.chain import abi, artifacts
from dapp.domain import signing
from dapp.domain.events import Value
from dapp.domain.signing import Place, Signer
from dapp.domain.types import ChainId, DisputeId, Hash32, UnixTime
from tests.unit.domain import cases

SOURCES = Path(__file__).parents[3] / "contracts"
SIGNER = Signer(cases.CUSTOMER, cases.ANYONE, 1, UnixTime(2_000_000_000))


def _declared() -> dict[str, set[str]]:
    """The type strings of signed calls, by the file that holds them."""
    found: dict[str, set[str]] = {}
    for path in SOURCES.rglob("*.sol"):
        for call in re.findall(r"keccak256\(((?:\s*\"[^\"]*\")+)\s*\)", path.read_text()):
            text = "".join(re.findall(r"\"([^\"]*)\"", call))
            if text.endswith("address actor,address target,uint256 nonce,uint256 deadline)"):
                found.setdefault(text.split("(")[0], set()).add(text)
    return found


PLACE = Place(ChainId(1), cases.OPERATOR)


def _made(entry: dict[str, Any]) -> str:
    args = tuple(_zero(item) for item in entry["inputs"])
    data = signing.action_typed_data(PLACE, entry["name"], entry["inputs"], args, SIGNER)
    return data.type_string


def _zero(item: dict[str, Any]) -> Value:
    if item["type"] == "tuple":
        return tuple(_zero(component) for component in item["components"])
    return 0 if item["type"].startswith("uint") else "0x"


def test_every_type_that_is_declared_is_what_is_signed_for_a_function() -> None:
    declared, matched = _declared(), set()
    for contract in artifacts.CONTRACTS:
        for entry in abi.entries(artifacts.load(contract).abi, "function"):
            name = entry["name"][0].upper() + entry["name"][1:]
            if name in declared and entry["stateMutability"] not in ("view", "pure"):
                matched |= {_made(entry)} & declared[name]
    assert matched == set().union(*declared.values())


def test_the_domain_and_the_hidden_votes_type_are_those_of_the_contracts() -> None:
    sources = "".join(path.read_text() for path in SOURCES.glob("*.sol"))
    assert f'EIP712("{signing.NAME}", "{signing.VERSION}")' in sources
    zero = (0, Hash32("0x" + "00" * 32))
    data = signing.commit_typed_data(PLACE, DisputeId(0), 0, zero, cases.CUSTOMER)
    assert f'"{data.type_string}"' in sources
