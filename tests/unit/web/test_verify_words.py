"""The verifying page's script says only what the page gives it, and the page gives no more."""

import re

from dapp.web.i18n import load
from dapp.web.verify_words import verify_words
from tests.unit.web.verify_node import VERIFY

PARTS = (
    *("caption", "code", "column", "details", "exhibit-is", "outcome", "phase", "promise"),
    *("promise-is", "scope", "state", "whole"),
)


def test_keys_and_words_agree() -> None:
    sources = "\n".join(path.read_text() for path in VERIFY.glob("*.ts"))
    known = set(verify_words(load("en")))
    said = set(re.findall(r'\bsay\(\s*"([a-z-]+)"', sources))
    assert said <= known
    built = {f"{part}-" for part in PARTS}
    assert set(re.findall(r"\bsay\(\s*`([a-z-]+)\$\{", sources)) <= built
    quoted = set(re.findall(r'"([a-z-]+)"', sources))
    assert {key for key in known if key not in quoted and not key.startswith(tuple(built))} == set()


def test_every_state_and_code_has_its_words() -> None:
    sources = "\n".join(path.read_text() for path in VERIFY.glob("*.ts"))
    known = set(verify_words(load("en")))
    codes = {
        code
        for code in re.findall(r'"([a-z]+-[a-z]+)"', sources)
        if code.split("-")[1] in ("form", "unproven", "differs", "differ", "missing", "senseless")
        or code in ("event-misplaced", "nodes-disagree", "node-silent")
    }
    assert len(codes) > 14
    assert {f"code-{code}" for code in codes} <= known
    outcomes = re.search(r"OUTCOMES = \[([^\]]*)\]", sources)
    assert outcomes is not None
    for name in re.findall(r'"(\w+)"', outcomes[1]):
        assert f"outcome-{name.lower()}" in known
    phases = re.search(r"type Phase =\s*((?:\| \"\w+\"\s*)+);", sources)
    assert phases is not None
    open_phases = {f"phase-{name.lower()}" for name in re.findall(r'"(\w+)"', phases[1])}
    assert open_phases - known == {"phase-paid", "phase-closed", "phase-confirmed"}
