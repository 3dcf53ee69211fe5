"""What the case page says of private evidence."""

from dataclasses import replace
from typing import Any

from dapp.domain.keys import EncryptionKey
from dapp.domain.parts import EvidenceItem
from dapp.domain.types import BlockNumber, ChainId, Digest, Hash32, UnixTime
from dapp.web.i18n import load
from dapp.web.presentation.exhibits import exhibits
from dapp.web.presentation.sealed import NOTHING_PRIVATE, PrivateFacts, key_line, private_box
from dapp.web.presentation.view import Look
from tests.unit.web.looks import (
    ARBITRATORS,
    CUSTOMER,
    FILED,
    FILED_AT,
    OPERATOR,
    ORGANISATION,
    WITHDRAWN,
    hearing,
    look,
)

EN = load("en")
DIGEST = Digest("0x" + "11" * 32)
PARTIES = f"{CUSTOMER} {OPERATOR}".lower()


def item(cid: str, visibility: str) -> dict[str, Any]:
    return {
        "name": "sealed-1.age",
        "media_type": "application/octet-stream",
        "size": 7,
        "cid": cid,
        "kind": "file",
        "visibility": visibility,
        "stored": ["vault"],
    }


def submission(*items: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    manifest = {"author": CUSTOMER, "text": text}
    return {"digest": DIGEST, "manifest": manifest, "items": list(items)}


def with_evidence(before: Look) -> Look:
    one = EvidenceItem(DIGEST, CUSTOMER, True, UnixTime(FILED_AT), "Filed")
    return replace(before, case=replace(before.case, evidence=(one,)))


MIXED = submission(item("a", "sealed"), item("b", "public"), item("c", "sealed"))
SEALED = submission(item("a", "sealed"), item("c", "sealed"))


def test_private_files_are_numbered_and_placed_in_their_submission() -> None:
    found = exhibits(with_evidence(look(FILED, 1)), {DIGEST: MIXED})
    assert [one.name for one in found] == ["Private file 1", "sealed-1.age", "Private file 2"]
    places = [one.sealed for one in found]
    assert places[1] is None
    assert [one.number for one in places if one] == [0, 1]
    assert [one.is_last for one in places if one] == [False, True]
    assert {one.author for one in places if one} == {CUSTOMER.lower()}


def test_only_what_is_private_throughout_can_be_erased_and_once_the_case_is_over() -> None:
    def may_erase(before: Look, shown: dict[str, Any]) -> bool:
        found = exhibits(with_evidence(before), {DIGEST: shown})
        return any(one.sealed.may_erase for one in found if one.sealed)

    over, open_ = look(WITHDRAWN, 1), look(FILED, 1)
    assert may_erase(over, SEALED)
    assert not may_erase(open_, SEALED)
    assert not may_erase(over, MIXED)
    assert not may_erase(over, {**SEALED, "manifest": {"author": CUSTOMER, "text": "Public."}})


def test_before_the_draw_the_parties_read() -> None:
    box = private_box(look(FILED, 1), ORGANISATION, NOTHING_PRIVATE)
    assert box.accounts == PARTIES
    assert (box.panel, box.until, box.has_panel) == ("", "", False)


def test_while_votes_are_given_the_panel_may_say_that_it_cannot_open_something() -> None:
    current = hearing().rounds[-1]
    opens, ends = current.commit_opens - FILED_AT, current.commit_ends - FILED_AT
    box = private_box(look(hearing(), opens), ORGANISATION, NOTHING_PRIVATE)
    panel = " ".join(one.lower() for one in ARBITRATORS)
    assert (box.accounts, box.panel) == (f"{PARTIES} {panel}", panel)
    assert box.until
    later = private_box(look(hearing(), ends), ORGANISATION, NOTHING_PRIVATE)
    assert (later.panel, later.until, later.has_panel) == ("", "", True)


def test_what_was_erased_says_so() -> None:
    facts = PrivateFacts(erased={DIGEST: {"erased_at": {"unix": FILED_AT}}})
    box = private_box(with_evidence(look(FILED, 1)), ORGANISATION, facts)
    assert [one.who for one in box.erased] == ["Customer"]
    assert "the digest stays in the record." in box.erased[0].sentence


def test_a_word_that_is_no_key_is_shown_as_one_that_nothing_can_be_sealed_to() -> None:
    def key(text: str | None) -> EncryptionKey:
        found = None if text is None else Hash32(text)
        return EncryptionKey(CUSTOMER, ChainId(1), 1, found, UnixTime(FILED_AT), BlockNumber(1))

    assert key_line(None, EN) is None
    assert key_line(key(None), EN) is None
    bad, good = key_line(key("0x" + "00" * 32), EN), key_line(key("0x" + "09" + "00" * 31), EN)
    assert bad is not None and bad.recipient == ""
    assert good is not None and good.recipient.startswith("age1")
