"""Every custom error of the contracts is really reached, here or in forge. Runs last (conftest.py).

`verdict` remembers what calls were refused with in this run, so that this holds for the whole suite
and for nothing less.
"""

import re
from pathlib import Path

import verdict
from brownie import project

HERE = Path(__file__).parent
CONTRACTS = HERE.parent.parent / "contracts"
# Where the test is that alone reaches the error: what it needs, brownie has not.
IN_FORGE = {
    # Contracts of other people's making, and little gas.
    "DeliveryRefused": "PublicArbitrator.t.sol",
    "GasTooLow": "OutsideArbitrators.t.sol",
    "OutsideUnavailable": "OutsideArbitrators.t.sol",
    # Calls of the factory to itself, and a second deployment.
    "OnlyFactory": "Factory.t.sol",
    "PartExists": "Factory.t.sol",
    "PartFailed": "Factory.t.sol",
    # Tokens.
    "OnlySelf": "Escrow.t.sol",
    "TokenMiscounted": "EscrowCoins.t.sol",
    # Thousands of blocks, a million organisations, headers that no chain has.
    "SeedGone": "Blocks.t.sol",
    "TooManyOrganisations": "Registry.t.sol",
    "HeaderMalformed": "Libraries.t.sol",
}


def _ours() -> dict[bytes, str]:
    """Selector and name of every error that our own sources declare."""
    declared = set()
    for path in CONTRACTS.rglob("*.sol"):
        declared |= set(re.findall(r"^\s*error (\w+)\(", path.read_text(), re.MULTILINE))
    return {s: name for s, (name, _) in verdict.errors().items() if name in declared}


def test_every_error_is_reached():
    assert list(project.get_loaded_projects()[0])
    ours = _ours()
    missing = sorted(name for selector, name in ours.items() if selector not in verdict.seen)
    assert missing == sorted(IN_FORGE)


def test_what_is_left_to_forge_is_there():
    """The file named has a test that expects the error."""
    for name, file in IN_FORGE.items():
        text = (HERE / "forge" / file).read_text()
        assert re.search(rf"\b{name}\.selector\b", text), (name, file)
