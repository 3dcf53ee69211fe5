"""The search finds what people mean, on a real PostgreSQL; and answers are counted once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from dapp.domain.articles import Diagnosis
from dapp.domain.parts import Category
from dapp.errors import InvalidInput, NotFound
from dapp.service.help.help import Found, Help, diagnosis_named, kind_of
from dapp.service.help.library import library
from dapp.service.help.pace import Pace
from dapp.service.messages.keys import MessageKeys
from dapp.store import database
from dapp.store.help import HelpRows
from dapp.store.schema import migrate
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres

DAY = 86_400

QUESTIONS = [
    ("en", "my transaction failed", "transaction-failed"),
    ("en", "reverted out of gas", "transaction-failed"),
    ("en", "stuck, gas price too low. how do I resend?", "low-fee"),
    ("en", "pending for hours", "transaction-pending"),
    ("en", "nonce", "nonce-gap"),
    ("en", "cannot find the hash of my transaction on the network", "transaction-unknown"),
    ("en", "where is my refund", "refund-not-arrived"),
    ("en", "how much does it cost", "costs-and-deadlines"),
    ("en", "can I delete my files or keep them private", "evidence-and-privacy"),
    ("en", "someone asked for my seed phrase", "phishing"),
    ("en", "what if I ignore the offer", "offers"),
    ("en", "who are the arbitrators and how do they vote", "arbitration"),
    ("en", "the ruling is unfair", "appeal"),
    ("en", "withdraw my money", "getting-money-out"),
    ("en", "I lost the receipt of my vote", "for-arbitrators"),
    ("en", "verify a bundle offline", "for-auditors"),
    ("en", "acknowledge complaints bond", "for-organisations"),
    ("en", "wallet does not connect", "wallets-and-accounts"),
    ("zh", "交易失败了怎么办", "transaction-failed"),
    ("zh", "手续费太低卡住了", "low-fee"),
    ("zh", "退款没到账", "refund-not-arrived"),
    ("zh", "有人要我的助记词", "phishing"),
    ("zh", "不服裁决想上诉", "appeal"),
    ("zh", "投诉要花多少费用", "costs-and-deadlines"),
    ("zh", "怎么提现", "getting-money-out"),
    ("zh", "仲裁员怎么投票", "arbitration"),
    ("zh", "证据能不能加密", "evidence-and-privacy"),
    ("zh", "钱包连接不上", "wallets-and-accounts"),
    ("ru", "транзакция не прошла", "transaction-failed"),
    ("ru", "транзакции застряли из-за низких комиссий", "low-fee"),
    ("ru", "где мой возврат", "refund-not-arrived"),
    ("ru", "просят секретную фразу", "phishing"),
    ("ru", "подать апелляцию", "appeal"),
    ("ru", "сколько стоит жалоба", "costs-and-deadlines"),
    ("ru", "арбитры голосуют по жребию", "arbitration"),
    ("ru", "вывести деньги", "getting-money-out"),
    ("ru", "предложение и молчание", "offers"),
    ("ru", "кошелёк не подключается", "wallets-and-accounts"),
]


class Desk:
    """Help on a database of its own, by a clock that the test holds."""

    def __init__(self, help_: Help, rows: HelpRows) -> None:
        self.help = help_
        self.rows = rows
        self.now = 1_800_000_000.0


def at_desk(url: str, folder: Path, work: Callable[[Desk], Awaitable[None]]) -> None:
    async def session() -> None:
        async with await database.connect(url) as connection:
            await migrate(connection)
        async with database.pool(url) as pool:
            rows = HelpRows(pool)
            keys = MessageKeys(folder / "messages.key")
            desk = Desk(Help(library(), rows, keys, lambda: desk.now), rows)
            await work(desk)

    asyncio.run(session())


@pytest.fixture(scope="module")
def module_url(postgres: Postgres) -> object:
    with postgres_tool.database(postgres) as url:
        yield url


def slugs(found: list[Found]) -> list[str]:
    return [one.article.slug for one in found]


@pytest.mark.parametrize(("language", "question", "slug"), QUESTIONS)
def test_the_best_answer_comes_first(
    module_url: str, tmp_path: Path, language: str, question: str, slug: str
) -> None:
    async def work(desk: Desk) -> None:
        found = await desk.help.search(question, language)
        assert slugs(found)[0] == slug, slugs(found)
        assert found[0].article.language == language
        assert all(one.rank >= two.rank for one, two in pairwise(found))

    at_desk(module_url, tmp_path, work)


def test_snippets_mark_what_was_looked_for(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        (best, *_) = await desk.help.search("speed up", "en")
        assert ("speed", True) in [(text.lower(), match) for text, match in best.snippet]
        (best, *_) = await desk.help.search("手续费", "zh")
        assert ("手续费", True) in best.snippet
        assert " " not in "".join(text for text, _ in best.snippet).replace("nonce", "")

    at_desk(database_url, tmp_path, work)


def test_a_question_is_answered_in_its_own_language(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        for question, wished, language in [
            ("退款", "en", "zh"),
            ("возврат", "zh-Hans", "ru"),
            ("refund", "fr", "en"),
            ("gas", "zh-Hans", "zh"),
        ]:
            assert {one.article.language for one in await desk.help.search(question, wished)} == {
                language
            }

    at_desk(database_url, tmp_path, work)


def test_kind_and_diagnosis_narrow_what_is_found(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        found = await desk.help.search("fee", "en", Category.TRANSACTION, Diagnosis.PENDING_LOW_FEE)
        assert slugs(found) == ["low-fee"]
        assert slugs(desk.help.listed("ru", diagnosis=Diagnosis.FAILED)) == ["transaction-failed"]
        assert (
            slugs(desk.help.listed("en", diagnosis=Diagnosis.PENDING))[0] == "transaction-pending"
        )
        assert slugs(desk.help.listed("en", Category.SECURITY))[0] == "phishing"
        assert len(desk.help.listed("zh")) == len(library()["zh"])

    at_desk(database_url, tmp_path, work)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "the and or",
        "!!! &&& ||| <-> :* ( ) ' \\ \"",
        "refund') ; DROP TABLE help_article; --",
        "\x00refund\x00",
        "\ud800\udfff",
        "\ue000refund\ue001",
        "a" * 100_000,
        "'" * 500,
        "http://example.org/?a=1&b=2 user@example.org a/b/c -1.5e10",
        "的了吗",
        "ﷺ" * 300,
        "\u202erefund",
    ],
)
def test_any_text_is_a_query(module_url: str, tmp_path: Path, query: str) -> None:
    async def work(desk: Desk) -> None:
        for language in ("en", "zh", "ru"):
            await desk.help.search(query, language)
        assert await desk.help.search("refund", "en")

    at_desk(module_url, tmp_path, work)


def test_the_table_follows_the_files(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        await asyncio.gather(*(desk.help.search("refund", "en") for _ in range(5)))
        with psycopg.connect(database_url, autocommit=True) as connection:
            marks = connection.execute("SELECT count(*), min(xmin::text) FROM help_article")
            assert marks.fetchone() is not None
            connection.execute("UPDATE help_article SET digest = '', title = 'old'")
        others = Help(library(), desk.rows, MessageKeys(tmp_path / "k"), lambda: desk.now)
        await others.search("refund", "en")
        with psycopg.connect(database_url) as connection:
            rows = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE title = 'old') FROM help_article"
            )
            assert rows.fetchone() == (sum(len(one) for one in library().values()), 0)

    at_desk(database_url, tmp_path, work)


def test_an_answer_counts_once_and_for_what_it_was_given(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        help_ = desk.help
        link = help_.answer_link("low-fee", Category.TRANSACTION) or ""
        say = help_.answer
        assert not await say("low-fee", Category.ORDER, link, "1.1.1.1", helped=True)
        assert not await say("phishing", Category.TRANSACTION, link, "1.1.1.1", helped=True)
        assert not await say("low-fee", Category.TRANSACTION, link + "x", "1.1.1.1", helped=True)
        assert not await say("low-fee", Category.TRANSACTION, "ы", "1.1.1.1", helped=True)
        assert await say("low-fee", Category.TRANSACTION, link, "1.1.1.1", helped=True)
        assert not await say("low-fee", Category.TRANSACTION, link, "2.2.2.2", helped=True)
        late = help_.answer_link("low-fee", None) or ""
        desk.now += 3601
        assert not await say("low-fee", None, late, "1.1.1.1", helped=False)
        again = help_.answer_link("low-fee", None) or ""
        assert await say("low-fee", None, again, "1.1.1.1", helped=False)
        found = await help_.stats(30)
        assert found["articles"] == [{"slug": "low-fee", "helped": 1, "not_helped": 1}]
        assert found["kinds"] == [
            {"kind": None, "helped": 0, "not_helped": 1},
            {"kind": "transaction", "helped": 1, "not_helped": 0},
        ]
        assert (found["helped"], found["not_helped"], found["deflected"]) == (1, 1, 1)
        desk.now += 40 * DAY
        assert (await help_.stats(30))["helped"] == 0
        with pytest.raises(NotFound):
            await say("nothing", None, "x", "1.1.1.1", helped=True)

    at_desk(database_url, tmp_path, work)


def test_one_client_cannot_count_for_many_and_nothing_of_it_is_kept(
    database_url: str, tmp_path: Path
) -> None:
    async def work(desk: Desk) -> None:
        counted = [
            await desk.help.answer(
                "low-fee",
                None,
                desk.help.answer_link("low-fee", None) or "",
                f"2001:db8:1:2::{place:x}",
                helped=True,
            )
            for place in range(30)
        ]
        assert counted == [True] * 10 + [False] * 20
        desk.now += 2 * 3600
        link = desk.help.answer_link("low-fee", None) or ""
        assert await desk.help.answer("low-fee", None, link, "2001:db8:1:2::1", helped=True)

    at_desk(database_url, tmp_path, work)
    with psycopg.connect(database_url) as connection:
        for table in ("help_count", "help_answer"):
            rows = connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # noqa: S608
            assert rows
            assert "2001" not in str(rows)
        assert len(rows) == 1  # of answers that can't come again nothing stays


def test_many_answers_at_once_with_one_link_count_once(database_url: str, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        answer, day = uuid4(), date(2027, 1, 15)
        counted = await asyncio.gather(
            *(
                desk.rows.count("low-fee", "", day, helped=True, answer=answer, until=2**33)
                for _ in range(8)
            )
        )
        assert sorted(counted) == [False] * 7 + [True]
        assert [one.helped for one in await desk.rows.counts("day", day)] == [1]

    at_desk(database_url, tmp_path, work)


def test_the_memory_of_clients_is_bounded() -> None:
    pace = Pace(most=1)
    assert all(pace.allows(f"10.{a}.{b}.1", 0.0) for a in range(60) for b in range(250))
    assert len(pace._counted) == 10_000
    assert not pace.allows("10.59.249.1", 1.0)
    assert pace.allows("10.59.249.1", 3600.0)


@pytest.mark.parametrize("word", ["nonsense", "TRANSACTION", "0", "' OR 1"])
def test_unknown_words_are_refused(word: str) -> None:
    for read in (kind_of, diagnosis_named):
        with pytest.raises(InvalidInput) as error:
            read(word)
        assert error.value.code in ("kind-unknown", "diagnosis-unknown")
