"""Every kind of message has words in every language."""

from typing import Any
from uuid import uuid4

import pytest

from dapp.domain.notices import Kind, Notice
from dapp.domain.types import NATIVE_COIN, Address, BlockNumber, ComplaintId, UnixTime
from dapp.service.messages.sending import Letter
from dapp.store.letters import LetterKind
from dapp.store.notice_turn import Due
from dapp.store.subscribers import Subscriber
from dapp.web.i18n import LANGUAGES, load
from dapp.web.letters import sentence, write
from dapp.web.presentation.names import deadline_name
from tests.unit.web.reading import english

ANNE = Address("0x" + "A1" * 20)
DEADLINES = [
    *("acknowledge", "answer", "deliver", "inform", "decide", "confirm-delivery", "confirm"),
    *("commit", "reveal", "appeal"),
]
MONEY = {"to_customer": str(10**18), "to_organisation": "0", "token": NATIVE_COIN}
WITH_FACTS = (Kind.DEADLINE_NEAR, Kind.BREACH_NEAR, Kind.MONEY_PAID)
FACTS: list[tuple[Kind, dict[str, Any]]] = [
    *((kind, {}) for kind in Kind if kind not in WITH_FACTS),
    *((Kind.DEADLINE_NEAR, {"what": name}) for name in DEADLINES),
    (Kind.OFFER, {"share": 4000}),
    (Kind.OFFER, {"share": 0, "pledge": "send_again"}),
    (Kind.RULING, {"share": 0}),
    (Kind.MONEY_PAID, MONEY),
    (Kind.MONEY_PAID, {**MONEY, "token": "0x" + "cc" * 20}),
    (Kind.CORRECTION, {"of": "ruling"}),
    (Kind.CORRECTION, {"of": "money-paid"}),
]


def reader(language: str) -> Subscriber:
    return Subscriber(ANNE, language, "Asia/Shanghai", None, None, 86_400, UnixTime(0))


def notice(kind: Kind, facts: dict[str, Any]) -> Notice:
    at = UnixTime(1_800_000_000)
    return Notice("k", kind, ANNE, at, at, ComplaintId(77), UnixTime(at + 60), facts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "facts"), FACTS, ids=str)
def test_each_kind_says_something(language: str, kind: Kind, facts: dict[str, Any]) -> None:
    said = sentence(load(language), notice(kind, facts), reader(language))
    assert "{" not in said
    assert "77" in said or kind is Kind.CHANNEL_DISABLED
    original = sentence(load("en"), notice(kind, facts), reader("en"))
    assert (said == original) == (language == "en")
    if language != "en":
        assert english(said.replace("(Asia/Shanghai)", "")) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DEADLINES)
def test_each_deadline_has_a_name_in_calendars(language: str, name: str) -> None:
    assert "77" in deadline_name(name, 77, load(language))


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_have_links_as_they_need_them(kind: LetterKind, language: str) -> None:
    told = [Due(1, BlockNumber(1), notice(Kind.DRAWN, {}))] if kind is LetterKind.NOTICES else []
    site = "https://redress.example"
    letter = Letter(uuid4(), kind, reader(language), told, site, "CONFIRM", "STOP")
    found = write(letter)
    for text in (found.text, found.html):
        assert ("CONFIRM" in text) == (kind is LetterKind.CONFIRM)
        assert "STOP" in text
        assert (f"{site}/c/77" in text) == (kind is LetterKind.NOTICES)
    assert found.subject
    assert f'<html lang="{language}">' in found.html
