"""Messages get there at least once, in good order, and never as a flood."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from dapp.domain.notices import Kind
from dapp.errors import Refused
from dapp.service.messages.courier import Pace
from dapp.service.messages.sending import Letter, Written
from dapp.store.subscribers import ChannelKind
from tests.messaging import ANNE, BEN, DAY, Office, Receiver, at_work

SLOW = Pace(retry=10, max_retry=600, most_tries=4, give_up=3000)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


def test_a_webhook_is_signed_as_the_spec_says(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        _, secret = await office.webhook(receiver.url)
        await office.happen("7/offer/1", Kind.OFFER, complaint=7, until=2**33, share=4050)
        assert await office.deliver() == 1
        (post,) = receiver.posts
        said = Webhook(secret).verify(post.body, dict(post.headers))
        assert said["type"] == "case.offer"
        assert said["data"]["complaint"] == 7
        assert said["data"]["url"] == "https://redress.example/c/7"
        assert said["data"]["facts"] == {"share": 4050}
        assert said["data"]["as_of_block"] == 0
        assert "40.5%" in said["data"]["text"]
        assert post.headers["webhook-id"].startswith("msg_")
        assert await office.deliver() == 0

    at_work(database_url, tmp_path, work)


def test_what_failed_is_tried_again_later_and_later_under_the_same_id(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        office.pace = SLOW
        receiver.answers = [500, 503, 302]
        await office.webhook(receiver.url)
        await office.happen("a")
        assert await office.deliver() == 1
        for seconds in (10, 30, 90):
            office.ahead += seconds - 1
            assert await office.deliver() == 0
            office.ahead += 2
            assert await office.deliver() == 1
        assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
        assert len({post.body for post in receiver.posts}) == 1
        assert len({post.headers["webhook-timestamp"] for post in receiver.posts}) == 4
        assert [code for _, code in office.said] == ["status-500", "status-503", "redirected", None]
        office.ahead += DAY
        assert await office.deliver() == 0

    at_work(database_url, tmp_path, work)


def test_what_fails_too_often_is_given_up_and_shown(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        office.pace = SLOW
        receiver.answers = [500] * 4
        channel, _ = await office.webhook(receiver.url)
        await office.happen("a")
        states: list[tuple[str, int]] = []
        for _ in range(6):
            await office.deliver()
            office.ahead += 400
            (tried,) = (await office.channels.deliveries(ANNE))["deliveries"]
            states.append((tried["state"], tried["tries"]))
        pending: list[tuple[str, int]] = [("pending", number) for number in (1, 2, 3)]
        assert [*dict.fromkeys(states)] == [*pending, ("dead", 4)]
        assert tried["settled_at"] is not None
        shown = await office.channels.failures(ANNE)
        (dead,) = shown["failures"]
        assert (dead["tries"], dead["error_code"]) == (4, "status-500")
        assert dead["channel"] == str(channel)
        assert (await office.letters.waiting()).dead == 1
        assert (await office.channels.failures(BEN))["failures"] == []
        assert (await office.channels.deliveries(BEN))["deliveries"] == []

    at_work(database_url, tmp_path, work)


def test_a_webhook_that_fails_for_too_long_is_off_and_its_owner_told_elsewhere(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        office.pace = SLOW
        with Receiver() as other:
            broken, _ = await office.webhook(receiver.url)
            await office.webhook(other.url)
            receiver.answers = [500] * 99
            for number in range(12):
                await office.happen(f"n{number}")
                await office.deliver()
                office.ahead += 400
            shown = {one["id"]: one for one in await office.channels.list(ANNE)}
            assert shown[str(broken)]["state"] == "disabled"
            said = [json.loads(post.body)["type"] for post in other.posts]
            assert said.count("channel-disabled") == 1
            before = len(receiver.posts)
            office.ahead += DAY
            await office.courier.tidy()
            await office.deliver()
            assert len(receiver.posts) == before
            receiver.answers = []
            assert (await office.channels.enable(ANNE, broken))["state"] == "active"
            await office.happen("after")
            await office.deliver()
            assert len(receiver.posts) == before + 1

    at_work(database_url, tmp_path, work)


def test_gone_is_for_good(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    async def work(office: Office) -> None:
        receiver.answers = [410]
        await office.webhook(receiver.url)
        await office.happen("a")
        await office.happen("b")
        await office.deliver()
        assert [one["state"] for one in await office.channels.list(ANNE)] == ["disabled"]
        assert len(receiver.posts) == 1

    at_work(database_url, tmp_path, work)


def test_two_secrets_sign_for_a_day_after_a_rotation(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        channel, first = await office.webhook(receiver.url)
        second = str((await office.channels.rotate(ANNE, channel))["secret"])
        assert first != second
        await office.happen("a")
        await office.deliver()
        office.ahead += DAY + 1
        await office.happen("b")
        await office.deliver()
        within, after = receiver.posts
        assert (within.signed_with(first), within.signed_with(second)) == (True, True)
        assert (after.signed_with(first), after.signed_with(second)) == (False, True)

    at_work(database_url, tmp_path, work)


def test_no_secret_and_no_address_is_in_the_database(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        _, secret = await office.webhook(receiver.url + "/hush")
        token = await office.preferences.new_calendar(ANNE)
        rows = str(office.sql("SELECT c::text FROM channel c")) + str(
            office.sql("SELECT s::text FROM subscriber s")
        )
        key = (tmp_path / "messages.key").read_text().strip()
        for hidden in (secret, "hush", b"hush".hex(), token, token.encode().hex(), key):
            assert hidden not in rows
        assert (tmp_path / "messages.key").stat().st_mode & 0o077 == 0

    at_work(database_url, tmp_path, work)


def test_many_messages_come_as_one(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    async def work(office: Office) -> None:
        await office.webhook(receiver.url)
        for number in range(75):
            await office.happen(f"n{number}", complaint=number)
        assert await office.deliver() == 20
        last = json.loads(receiver.posts[-1].body)
        digest = next(
            said for post in receiver.posts if (said := json.loads(post.body))["type"] == "digest"
        )
        assert last["type"] in ("digest", "case.acknowledged")
        assert (len(digest["data"]["messages"]), digest["data"]["not_shown"]) == (50, 6)
        assert "6 more messages" in digest["data"]["text"]

    at_work(database_url, tmp_path, work)


def test_a_person_has_a_rest_between_two_messages(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        chat = f"json://127.0.0.1:{receiver.port}/chat"
        await office.preferences.add_channel(ANNE, ChannelKind.CHAT, chat)
        await office.happen("a", complaint=1)
        assert await office.deliver() == 1
        for number in range(2, 9):
            await office.happen(f"n{number}", complaint=number)
            assert await office.deliver() == 0
        office.ahead += 301
        assert await office.deliver() == 1
        alone, together = (json.loads(post.body) for post in receiver.posts)
        assert alone["title"] == "The organisation has acknowledged case 1."
        assert together["title"] == "7 messages from Redress"
        assert together["message"].count("/c/") == 7

    at_work(database_url, tmp_path, work)


def test_the_same_thing_is_told_once(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    async def work(office: Office) -> None:
        await office.webhook(receiver.url)
        await office.happen("a")
        await office.happen("a")
        await office.deliver()
        await office.happen("a")
        await office.deliver()
        await office.happen("a", account=BEN)
        await office.deliver()
        assert len(receiver.posts) == 1

    at_work(database_url, tmp_path, work)


def test_only_the_chosen_kinds_come(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    async def work(office: Office) -> None:
        await office.webhook(receiver.url)
        await office.want(kinds=["ruling"])
        await office.happen("a", Kind.ACKNOWLEDGED, complaint=1)
        await office.happen("b", Kind.RULING, complaint=1, share=100)
        await office.happen("c", Kind.OFFER, complaint=1, until=1, share=100)
        await office.deliver()
        assert [json.loads(post.body)["type"] for post in receiver.posts] == ["case.ruling"]

    at_work(database_url, tmp_path, work)


def test_one_letter_that_breaks_us_holds_up_no_other(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        write = office.write

        def breaks(letter: Letter) -> Written:
            if letter.reader.account == ANNE:
                raise ZeroDivisionError
            return write(letter)

        office.write = breaks
        with Receiver() as other:
            await office.webhook(receiver.url)
            await office.webhook(other.url, BEN)
            await office.happen("a")
            await office.happen("a", account=BEN)
            await office.deliver()
            assert (len(receiver.posts), len(other.posts)) == (0, 1)
        assert ("webhook", "internal-error") in office.said

    at_work(database_url, tmp_path, work)


def test_a_test_reaches_every_channel_and_not_too_often(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        with pytest.raises(Refused) as none:
            await office.channels.test(ANNE)
        assert none.value.code == "channels-none"
        await office.webhook(receiver.url)
        await office.channels.test(ANNE)
        await office.deliver()
        assert json.loads(receiver.posts[0].body)["type"] == "test"
        with pytest.raises(Refused) as soon:
            await office.channels.test(ANNE)
        assert soon.value.code == "test-too-soon"

    at_work(database_url, tmp_path, work)


def test_an_answer_without_end_is_cut_off(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async def work(office: Office) -> None:
        receiver.answer_bytes = 8 * 1024 * 1024
        await office.webhook(receiver.url)
        await office.happen("a")
        assert await office.deliver() == 1
        assert office.said == [("webhook", None)]

    at_work(database_url, tmp_path, work)


def test_a_redirect_is_not_followed(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    async def work(office: Office) -> None:
        with Receiver() as inner:
            receiver.answers, receiver.headers = [307], {"Location": inner.url}
            await office.webhook(receiver.url)
            await office.happen("a")
            await office.deliver()
            assert inner.posts == []
        assert office.said == [("webhook", "redirected")]

    at_work(database_url, tmp_path, work)


def test_a_name_that_leads_inside_when_it_matters_is_refused(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    """A rebound name: public as it is saved, then this machine."""

    async def work(office: Office) -> None:
        answers = [["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "10.0.0.1"]]

        async def rebound(_host: str, _port: int) -> list[str]:
            return answers.pop(0)

        office.allow_local, office.resolver = False, rebound
        await office.webhook(f"https://desk.example:{receiver.port}/hook")
        await office.happen("a")
        await office.deliver()
        office.ahead += 60
        await office.deliver()
        assert office.said == [("webhook", "address-private")] * 2
        assert receiver.posts == []

    at_work(database_url, tmp_path, work)


def test_what_was_looked_up_is_what_is_connected_to(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    """No second look: a name that exists nowhere still gets there, under its own name."""

    async def work(office: Office) -> None:
        async def ours(_host: str, _port: int) -> list[str]:
            return ["127.0.0.1"]

        office.resolver = ours
        await office.webhook(f"http://desk.invalid:{receiver.port}/hook")
        await office.happen("a")
        await office.deliver()
        (post,) = receiver.posts
        assert post.headers["host"] == f"desk.invalid:{receiver.port}"

    at_work(database_url, tmp_path, work)
