"""docs/events.md and docs/errors.md say what the contracts say, all of it."""

import string

import pytest

from dapp.chain import abi
from dapp.chain.revert_words import WORDS
from scripts.reference import natspec, pages
from scripts.toolchain.paths import ROOT

CONTRACTS = pages.contracts()
EVENTS = pages.events(CONTRACTS)
ERRORS = pages.errors(CONTRACTS)
SOURCE = """
/// Somebody else's.
interface IBase {
    /// Gone for good.
    error Gone(uint256 id);
}

/// Says
/// two lines.
///
/// And a paragraph.
interface IThing is IBase {
    /// @param id Which one; `by` who did it.
    event Made(
        uint256 indexed id,
        address by
    );
    event Lost(uint256 indexed id);

    /// Does it.
    function make() external;
}

contract Thing is IThing, Ownable {
    error Late();
}
"""


@pytest.mark.parametrize(("name", "text"), [("events", EVENTS), ("errors", ERRORS)])
def test_the_page_is_what_the_contracts_say(name: str, text: str) -> None:
    committed = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert committed == text, f"docs/{name}.md is stale: run 'make docs' and commit it"


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_no_event_and_no_error_is_missing(contract: pages.Contract) -> None:
    for event in abi.entries(contract.abi, "event"):
        assert f"| `{event['name']}` | " in EVENTS
        assert f"`0x{abi.topic0(event).hex()}` |\n" in EVENTS
    for error in abi.entries(contract.abi, "error"):
        assert f"| `{error['name']}` | " in ERRORS
        assert f"`0x{abi.selector(error).hex()}` |\n" in ERRORS


# Only whoever deploys, or the timelock's proposers, ever meet these; they read the error itself.
NOT_FOR_PEOPLE = ("Cradle", "Factory", "Timelock")


@pytest.mark.parametrize(
    "contract",
    [one for one in CONTRACTS if one.name not in NOT_FOR_PEOPLE],
    ids=lambda contract: contract.name,
)
def test_every_error_has_words_that_name_its_arguments(contract: pages.Contract) -> None:
    for error in abi.entries(contract.abi, "error"):
        named = {field for _, field, _, _ in string.Formatter().parse(WORDS[error["name"]])}
        # Where the case stands is made of the number that the error carries.
        known = {item["name"] for item in error["inputs"]} | {"phase", None}
        assert named <= known, error["name"]


@pytest.mark.parametrize(
    ("event", "trail"),
    [
        ("Filed", "`complaint`, and `organisationTrail` of `organisation`"),
        ("Offered", "`complaint`"),
        ("PolicyPublished", "`organisation`"),
        ("Paid", "`key`"),
        ("Committed", ""),
        ("Staked", ""),
        ("OrganisationWithdrew", ""),
    ],
)
def test_trails(event: str, trail: str) -> None:
    (row,) = (line for line in EVENTS.splitlines() if line.startswith(f"| `{event}` |"))
    assert row.split(" | ")[3].strip() == trail


def test_comments_are_found_by_what_they_stand_above() -> None:
    known = natspec.read([SOURCE])
    assert known["IThing"].meaning == ["Says two lines.", "And a paragraph."]
    assert [one.name for one in natspec.lineage("Thing", known)] == ["IThing", "Thing", "IBase"]
    assert [(one.kind, one.name, one.meaning) for one in known["IThing"].declarations] == [
        ("event", "Made", "`id`: Which one; `by` who did it."),
        ("event", "Lost", ""),
    ]
    assert known["IBase"].declarations[0].meaning == "Gone for good."
