"""A verdict as a page, from the vectors that every verifier must agree on."""

import json
import re
from pathlib import Path

import pytest

from dapp.audit.records import Story
from dapp.audit.verdict import Verdict
from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from dapp.web.i18n import LANGUAGES, load
from dapp.web.report import report
from tests.unit.web.reading import english_of

BUNDLES = Path(__file__).parents[2] / "vectors" / "bundles"
EXPECTED = json.loads((BUNDLES / "expected.json").read_text())


def checked(name: str) -> tuple[Verdict, list[Story]]:
    stories: list[Story] = []
    with (BUNDLES / f"{name}.zip").open("rb") as file:
        trusted = Hash32(EXPECTED[name]["block_hash"])
        return verify(file, trusted, heard=stories.append), stories


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_verdict_can_be_read(name: str, language: str) -> None:
    verdict, stories = checked(name)
    page = report(verdict, stories, load(language))
    assert page.count("<h2>") == len(verdict.entries)
    assert page.count('<svg class="lanes on-wide"') == len(stories)
    # Each picture has a title of its own for who cannot see it.
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names)) >= 2 * len(stories)
    # Nothing is loaded from anywhere, and nothing runs.
    assert not re.search(r"<script|<link|src=|url\(\s*['\"]?http", page)
    failed = {verdict.verdict, *(entry.verdict for entry in verdict.entries)} - {"verified"}
    assert all(f"<code>{code}</code>" in page for code in failed)
    contracts = set(verdict.contracts or ())
    if language != "en":
        assert [said for said, _ in english_of(page) if said not in contracts] == []


def test_a_report_says_what_was_proven_and_what_not() -> None:
    verdict, stories = checked("appeal")
    assert verdict.block is not None
    page = report(verdict, stories, load("en"))
    at = f"as of block {verdict.block['number']}."
    assert f"Verified: genuine, complete, and paid as decided, {at}" in page
    assert "opened the vote: 20% for the customer" in page
    assert "at a time that is not proven" in page
    assert "1970" not in page
    order = [page.index(word) for word in ("filed the complaint", "drew 3", "voted in secret")]
    assert order == sorted(order)


def test_a_report_does_not_hide_what_fails() -> None:
    page = report(*checked("erased"), load("en"))
    assert "NOT verified" in page
    assert "evidence-missing" in page
    assert "missing: <code>0x" in page


def test_what_strangers_wrote_is_text() -> None:
    verdict = Verdict("bundle-form", "<script>alert(1)</script>")
    page = report(verdict, [], load("en"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
