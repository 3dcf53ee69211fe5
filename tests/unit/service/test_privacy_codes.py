"""docs/privacy.md says what every refusal about sealed evidence means."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = (
    "dapp/service/envelopes.py",
    "dapp/service/sealing.py",
    "dapp/service/erasure.py",
    "dapp/service/clerk.py",
    "dapp/cli/sealed.py",
)
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES)
def test_every_code_is_explained(source: str) -> None:
    codes = set(re.findall(r'code="([a-z0-9-]+)"', (ROOT / source).read_text(encoding="utf-8")))
    assert codes
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


@pytest.mark.parametrize("code", ["evidence-erased", "envelopes-full", "content-refused"])
def test_errors_of_their_own_kind_are_too(code: str) -> None:
    assert f"`{code}`" in PAGE
