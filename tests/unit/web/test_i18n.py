"""Nothing is untranslated, nothing is left over, and the right language is chosen."""

import re
from pathlib import Path
from string import Formatter

import pytest

from dapp.service.help.library import LANGUAGES as ARTICLES
from dapp.service.help.library import article_language
from dapp.service.words import Amount, Share, sentence
from dapp.web.i18n import LANGUAGES, choose, load
from dapp.web.i18n.extract import FOLDER, catalogues, extract, read
from dapp.web.words import words

FRONTEND = Path(__file__).parents[3] / "dapp" / "web" / "frontend"


def test_each_language_but_english_has_a_catalogue() -> None:
    names = {str(load(tag).locale) for tag in LANGUAGES if tag != "en"}
    assert {path.parent.name for path in catalogues()} == names


def test_the_sources_are_found() -> None:
    found = {message.id for message in extract()}
    assert "Report a problem" in found
    assert "The organisation must reply by {when}, {left} left." in found
    assert ("{number} star", "{number} stars") in found


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parent.name)
def test_every_sentence_is_translated(path: Path) -> None:
    catalogue = read(path)
    for message in extract():
        if not message.id:
            continue
        found = catalogue.get(message.id)
        assert found is not None, f"{message.id!r} is not in {path.relative_to(FOLDER)}"
        assert not found.fuzzy, f"{message.id!r} is fuzzy"
        forms = [found.string] if isinstance(found.string, str) else list(found.string or ())
        assert len(forms) == (catalogue.num_plurals if message.pluralizable else 1)
        for form in forms:
            assert form.strip(), f"{message.id!r} is not translated"
            source = message.id if isinstance(message.id, str) else message.id[1]
            assert fields(form) == fields(source), f"{form!r} takes other values"


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parent.name)
def test_no_translation_is_left_over(path: Path) -> None:
    said = {message.id for message in extract()}
    catalogue = read(path)
    assert [message.id for message in catalogue if message.id not in said] == []
    assert not catalogue.obsolete


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_script_says_only_what_the_server_gives_it() -> None:
    sources = "\n".join(path.read_text() for path in FRONTEND.glob("*.ts"))
    known = set(words(load("en")))
    said = set(re.findall(r'\bsay\(\s*"([a-z-]+)"', sources))
    assert said <= known
    built = {"exhibit-", "proof-source-", "wallet-", "error-", "field-"}
    used = {
        key
        for key in known
        if f'"{key}"' in sources or any(key.startswith(start) for start in built)
    }
    assert used == known


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        (None, None, None, "en"),
        ("zh-Hans", "en", "en", "zh-Hans"),
        ("zh_CN", None, None, "zh-Hans"),
        ("xx", "zh-Hans", "en", "zh-Hans"),
        (None, "zh-Hans", "en", "zh-Hans"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, None, "fr, en;q=0.3, zh;q=0.4", "zh-Hans"),
        (None, None, "zh;q=0, en;q=0.1", "en"),
        (None, None, "zh-Hant, en;q=0.5", "en"),
        (None, None, "en;q=nonsense, zh", "zh-Hans"),
        (None, None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, None, "uk, ru;q=0.7, en;q=0.5", "ru"),
        (None, None, "ru;q=0, en;q=0.1", "en"),
        ("ru_RU", "zh-Hans", "en", "ru"),
        ("RU", None, None, "ru"),
        (None, "ru", "zh-CN", "ru"),
        ("<script>", "../..", ";;;,,", "en"),
    ],
)
def test_query_before_cookie_before_header(
    query: str | None, cookie: str | None, header: str | None, expected: str
) -> None:
    assert choose(query, cookie, header) == expected


@pytest.mark.parametrize(
    ("seconds", "english", "chinese", "russian"),
    [
        (59, "less than a minute", "不到一分钟", "меньше минуты"),
        (60, "1 minute", "1 分钟", "1 минута"),
        (2 * 60, "2 minutes", "2 分钟", "2 минуты"),
        (11 * 60, "11 minutes", "11 分钟", "11 минут"),
        (21 * 60, "21 minutes", "21 分钟", "21 минута"),
        (7199, "1 hour 59 minutes", "1 小时 59 分钟", "1 час 59 минут"),
        (22 * 3600 + 5 * 60, "22 hours 5 minutes", "22 小时 5 分钟", "22 часа 5 минут"),
        (86_400 + 59, "1 day", "1 天", "1 день"),
        (3 * 86_400 + 3600, "3 days 1 hour", "3 天 1 小时", "3 дня 1 час"),
        (5 * 86_400, "5 days", "5 天", "5 дней"),
        (11 * 86_400, "11 days", "11 天", "11 дней"),
        (21 * 86_400 + 21 * 3600, "21 days 21 hours", "21 天 21 小时", "21 день 21 час"),
        (22 * 86_400 + 11 * 3600, "22 days 11 hours", "22 天 11 小时", "22 дня 11 часов"),
        (111 * 86_400, "111 days", "111 天", "111 дней"),
    ],
)
def test_durations(seconds: int, english: str, chinese: str, russian: str) -> None:
    assert load("en").duration(seconds) == english
    assert load("zh-Hans").duration(seconds) == chinese
    assert load("ru").duration(seconds) == russian


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 жалоб"),
        (1, "1 жалоба"),
        (2, "2 жалобы"),
        (5, "5 жалоб"),
        (11, "11 жалоб"),
        (12, "12 жалоб"),
        (21, "21 жалоба"),
        (22, "22 жалобы"),
        (1111, "1\u00a0111 жалоб"),
    ],
)
def test_russian_counts_in_three_forms(number: int, said: str) -> None:
    assert load("ru").count("{number} complaint", "{number} complaints", number) == said


@pytest.mark.parametrize(
    ("wei", "shown", "russian"),
    [
        (0, "0", "0"),
        (10**18, "1", "1"),
        (1_234_567 * 10**18, "1,234,567", "1\u00a0234\u00a0567"),
        (10**18 // 4, "0.25", "0,25"),
        (10**18 - 1, "0.99999999", "0,99999999"),
        (1, "0", "0"),
    ],
)
def test_amounts_are_never_rounded_up(wei: int, shown: str, russian: str) -> None:
    assert load("en").amount(wei) == f"{shown}\u00a0ETH"
    assert load("zh-Hans").amount(wei) == f"{shown}\u00a0ETH"
    assert load("ru").amount(wei) == f"{russian}\u00a0ETH"


def test_shares_sizes_and_times_are_written_as_the_language_does() -> None:
    shown = {
        tag: (t.share(4050), t.share(10_000), t.size(1536), t.size(5 << 20), t.number(1234567))
        for tag in LANGUAGES
        if (t := load(tag))
    }
    assert shown["en"] == ("40.5%", "100%", "1.5 kB", "5 MB", "1,234,567")
    assert shown["zh-Hans"] == ("40.5%", "100%", "1.5 kB", "5 MB", "1,234,567")
    number = "1\u00a0234\u00a0567"
    assert shown["ru"] == ("40,5\u00a0%", "100\u00a0%", "1,5 кБ", "5 МБ", number)
    assert [load("en").size(count) for count in (1, 17)] == ["1 byte", "17 bytes"]
    at = 1_795_305_600  # 2026-11-22 00:00 UTC
    moment = load("ru").time(at).replace("\u00a0", " ").replace("\u202f", " ")
    assert ">22 нояб. 2026 г. 00:00 UTC<" in moment  # noqa: RUF001
    assert ">2026年11月22日 00:00 UTC<" in load("zh-Hans").time(at)
    assert ">00:00 UTC<" in load("ru").time(at, at + 60)


def test_help_has_articles_in_every_language_of_the_pages() -> None:
    assert {article_language(tag) for tag in LANGUAGES} == set(ARTICLES)


def test_values_are_escaped_in_markup() -> None:
    shown = load("en").html("Case {id}", id="<b>")
    assert shown == "Case &lt;b&gt;"


def test_what_the_service_says_is_told_to_the_last_wei() -> None:
    said = sentence(
        "Offer {part} on complaint {complaint}",
        part=sentence("{share} ({amount})", share=Share(4050), amount=Amount(1234 * 10**18 + 1)),
        complaint=7,
    )
    in_english = load("en").tell(said)
    assert in_english == "Offer 40.5% (1,234.000000000000000001\u00a0ETH) on complaint 7"
    told = load("zh-Hans").tell(said)
    assert told == "就投诉 7 提出 40.5%（1,234.000000000000000001\u00a0ETH）"  # noqa: RUF001
    told = load("ru").tell(said)
    amount = "1\u00a0234,000000000000000001\u00a0ETH"
    assert told == f"Предложить 40,5\u00a0% ({amount}) по жалобе 7"
