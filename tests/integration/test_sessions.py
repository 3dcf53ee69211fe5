"""Sessions: how long they last, who ends them, and what opens none."""

import asyncio

import psycopg
import pytest

from dapp.domain.site import site_of
from dapp.domain.types import Address
from dapp.errors import NodeUnavailable
from dapp.service.sessions import MESSAGE_SECONDS
from dapp.store import sessions
from tests import session_hall
from tests.api_player import Person
from tests.session_hall import HOURS, NOBODYS, SITE, Hall, Place, hall, signature

place = session_hall.place


def test_a_session_lasts_its_time(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person = Person()
        opened = await hall.enter(person)
        assert opened.session.account == person.address
        assert opened.session.expires_at == 1_800_000_000 + 12 * HOURS
        assert await hall.sessions.find(opened.token) == opened.session
        hall.now += 12 * HOURS - 1
        assert await hall.sessions.find(opened.token) == opened.session
        hall.now += 1
        assert await hall.sessions.find(opened.token) is None
        assert await hall.sessions.all_of(opened.session.account) == []
        await hall.enter(Person())

    place.run(work)
    assert place.count("session") == 1, "the one that ended is cleaned up"


def test_a_message_is_good_once(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        first, *others = await asyncio.gather(
            *(hall.sessions.sign_in(asked.text, signed, asked.browser, SITE) for _ in range(6)),
            return_exceptions=True,
        )
        codes = sorted(getattr(one, "code", "") for one in (first, *others))
        assert codes == ["", *["message-unknown"] * 5]
        assert await hall.refused(asked.text, signed, asked.browser) == "message-unknown"

    place.run(work)
    assert (place.count("session"), place.count("sign_in")) == (1, 0)


def test_a_message_is_good_for_ten_minutes_in_the_browser_that_asked(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        other, _ = await hall.signed(Person())
        for browser in (other.browser, "", asked.browser + "x"):
            assert await hall.refused(asked.text, signed, browser) == "message-unknown"
        hall.now += MESSAGE_SECONDS
        assert await hall.refused(asked.text, signed, asked.browser) == "message-unknown"
        hall.now -= 1
        assert (await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)).token
        hall.now += 10 * MESSAGE_SECONDS
        await hall.sessions.ask(NOBODYS, SITE)

    place.run(work)
    assert place.count("sign_in") == 1, "what is too old is cleaned up"


def test_a_text_of_ones_own_is_unknown_though_it_is_signed(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person = Person()
        asked = await hall.sessions.ask(Address(person.address), SITE)
        for old, new in (
            ("redress.example wants", "evil.example wants"),
            ("Chain ID: 31337", "Chain ID: 1"),
            ("Nonce: ", "Nonce: 0"),
            ("no money", "much money"),
            (person.address, Person().address),
        ):
            text = asked.text.replace(old, new)
            assert text != asked.text
            signed = "0x" + signature(person, text).hex()
            assert await hall.refused(text, signed, asked.browser) == "message-unknown"

    place.run(work)


def test_a_message_of_another_site_is_refused(place: Place) -> None:
    """Such as one given out before the server was told another address."""

    async def work(hall: Hall) -> None:
        person = Person()
        asked = await hall.sessions.ask(Address(person.address), site_of("https://old.example"))
        signed = "0x" + signature(person, asked.text).hex()
        assert await hall.refused(asked.text, signed, asked.browser) == "message-mismatch"

    place.run(work)


def test_a_wrong_signature_uses_nothing_up(place: Place) -> None:
    async def work(hall: Hall) -> None:
        asked, signed = await hall.signed(Person())
        wrong = "0x" + signature(Person(), asked.text).hex()
        assert await hall.refused(asked.text, wrong, asked.browser) == "signature-wrong"
        for text in ("", "0x1", "0xzz", signed[2:], signed + "\n"):
            assert await hall.refused(asked.text, text, asked.browser) == "invalid-input"
        await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)

    place.run(work)
    assert place.count("session") == 1


def test_signing_out_ends_one_session_or_all_of_the_account(place: Place) -> None:
    async def work(hall: Hall) -> None:
        person, other = Person(), Person()
        here, there, third = [await hall.enter(person) for _ in range(3)]
        others = await hall.enter(other)
        await hall.sessions.sign_out(here.token)
        assert await hall.sessions.find(here.token) is None
        assert {one.digest for one in await hall.sessions.all_of(Address(person.address))} == {
            there.session.digest,
            third.session.digest,
        }
        await hall.sessions.sign_out_everywhere(Address(person.address))
        assert [await hall.sessions.find(one.token) for one in (there, third)] == [None, None]
        assert await hall.sessions.find(others.token) == others.session

    place.run(work)


def test_what_is_stored_opens_nothing(place: Place) -> None:
    async def work(hall: Hall) -> None:
        opened = await hall.enter(Person())
        digest = opened.session.digest
        assert len(opened.token) == 43, "256 bits"
        for guess in (digest.hex(), digest.decode("latin-1"), opened.token[:-1], "", "\x00"):
            assert await hall.sessions.find(guess) is None
        with psycopg.connect(place.database_url) as connection:
            dumped = str(connection.execute("SELECT * FROM session").fetchall())
        assert opened.token not in dumped

    place.run(work)


def test_a_flood_of_messages_locks_nobody_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_WAITING", 20)

    async def work(hall: Hall) -> None:
        oldest, by_oldest = await hall.signed(Person())
        for _ in range(60):
            await hall.sessions.ask(NOBODYS, SITE)
        assert await hall.refused(oldest.text, by_oldest, oldest.browser) == "message-unknown"
        await hall.enter(Person())

    place.run(work)
    assert place.count("sign_in") <= 20


def test_the_oldest_of_too_many_sessions_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)

    async def work(hall: Hall) -> None:
        person, other = Person(), await hall.enter(Person())
        tokens = []
        for _ in range(5):
            hall.now += 1
            tokens.append((await hall.enter(person)).token)
        found = [await hall.sessions.find(token) for token in tokens]
        assert [one is not None for one in found] == [False, False, True, True, True]
        assert await hall.sessions.find(other.token) == other.session

    place.run(work)


def test_a_session_is_of_its_chain(place: Place) -> None:
    async def work(here: Hall) -> None:
        opened = await here.enter(Person())
        async with hall(place.database_url, place.node_url, chain_id=1) as there:
            assert await there.sessions.find(opened.token) is None
            assert await there.sessions.all_of(opened.session.account) == []
            await there.sessions.sign_out(opened.token)
            await there.sessions.sign_out_everywhere(opened.session.account)
        assert await here.sessions.find(opened.token) == opened.session

    place.run(work)


def test_without_the_chain_keys_still_sign_in(database_url: str) -> None:
    place = Place(database_url, "http://127.0.0.1:1")

    async def work(hall: Hall) -> None:
        await hall.enter(Person())
        asked, signed = await hall.signed(Person(), NOBODYS)
        with pytest.raises(NodeUnavailable):
            await hall.sessions.sign_in(asked.text, signed, asked.browser, SITE)

    place.run(work)
    assert (place.count("session"), place.count("sign_in")) == (1, 1)


def test_connections_that_the_database_ends_are_made_anew(place: Place) -> None:
    async def work(hall: Hall) -> None:
        opened = await hall.enter(Person())
        with psycopg.connect(place.database_url, autocommit=True) as connection:
            # Waits until each is gone: who asks while one still ends is told that it does.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await hall.sessions.find(opened.token) == opened.session

    place.run(work)
