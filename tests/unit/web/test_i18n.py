"""Nothing is untranslated, nothing is left over, and the right language is chosen."""

import re
from pathlib import Path
from string import Formatter

import pytest

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
    built = {"exhibit-", "proof-source-", "wallet-", "error-"}
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
        ("<script>", "../..", ";;;,,", "en"),
    ],
)
def test_query_before_cookie_before_header(
    query: str | None, cookie: str | None, header: str | None, expected: str
) -> None:
    assert choose(query, cookie, header) == expected


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (59, "less than a minute", "不到一分钟"),
        (60, "1 minute", "1 分钟"),
        (7199, "1 hour 59 minutes", "1 小时 59 分钟"),
        (86_400 + 59, "1 day", "1 天"),
        (3 * 86_400 + 3600, "3 days 1 hour", "3 天 1 小时"),
    ],
)
def test_durations(seconds: int, english: str, chinese: str) -> None:
    assert load("en").duration(seconds) == english
    assert load("zh-Hans").duration(seconds) == chinese


@pytest.mark.parametrize(
    ("wei", "shown"),
    [
        (0, "0"),
        (10**18, "1"),
        (1_234_567 * 10**18, "1,234,567"),
        (10**18 // 4, "0.25"),
        (10**18 - 1, "0.99999999"),
        (1, "0"),
    ],
)
def test_amounts_are_never_rounded_up(wei: int, shown: str) -> None:
    assert load("en").amount(wei) == f"{shown}\u00a0ETH"


def test_values_are_escaped_in_markup() -> None:
    shown = load("en").html("Case {id}", id="<b>")
    assert shown == "Case &lt;b&gt;"
