"""Every article is there in every language, is the same in shape, and is safe to show."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from dapp.domain.articles import Article, Diagnosis, diagnosis_of
from dapp.domain.parts import Category
from dapp.service.help.library import LANGUAGES, article_language, folder, library, parse
from dapp.service.help.words import plain_text, query_words, searched
from dapp.store.help import MARKS
from dapp.web import markdown
from dapp.web.pages import audit, desk, file, keys, orders, panel, verify

ROOT = Path(__file__).parents[3]
PLACES = {
    route.path
    for part in (audit, desk, file, keys, orders, panel, verify)
    for route in part.router.routes
    if isinstance(route, APIRoute)
}
ARTICLES = [one for language in library().values() for one in language.values()]


def key(article: Article) -> str:
    return f"{article.language}/{article.slug}"


def headings(article: Article) -> list[str]:
    return re.findall(r"^(#+) ", article.body, re.MULTILINE)


def test_they_are_found_beside_the_package() -> None:
    assert folder() == ROOT / "docs" / "help"
    assert len(library()["en"]) >= 14


@pytest.mark.parametrize("slug", sorted(library()["en"]))
def test_each_is_in_every_language_and_of_one_shape(slug: str) -> None:
    own = [library()[language][slug] for language in LANGUAGES]
    for one in own:
        assert (one.kinds, one.diagnoses) == (own[0].kinds, own[0].diagnoses)
        assert headings(one) == headings(own[0])
        assert len(re.findall(r"^\s*([-*]|\d+\.|\|) ", one.body, re.MULTILINE)) == len(
            re.findall(r"^\s*([-*]|\d+\.|\|) ", own[0].body, re.MULTILINE)
        )
        assert sorted(links(one)) == sorted(links(own[0]))
        assert len(one.tags) >= 5
        assert one.title
    assert len({one.title for one in own}) == len(own)


def test_no_language_has_one_of_its_own() -> None:
    assert all(own.keys() == library()["en"].keys() for own in library().values())


def test_every_kind_and_every_diagnosis_has_articles() -> None:
    english = library()["en"].values()
    assert {kind for one in english for kind in one.kinds} == set(Category)
    assert {found for one in english for found in one.diagnoses} == set(Diagnosis)


def test_no_article_has_the_name_of_another_address() -> None:
    assert not {"stats", "suggested"} & library()["en"].keys()


@pytest.mark.parametrize("article", ARTICLES, ids=key)
def test_each_is_shown_without_anything_of_html_and_leads_to_pages_that_are_there(
    article: Article,
) -> None:
    assert "<" not in article.body
    assert not set(MARKS) & set(article.body)
    shown = markdown.html(article.body)
    assert shown.count("<h2>") == len(headings(article)) > 0
    assert "**" not in shown
    assert "](" not in shown
    assert not re.findall(r"[*`#\[\]]", plain_text(article.body))
    for place in links(article):
        assert markdown.is_own(place)
        name = place.removeprefix("/help/")
        assert place in PLACES or name in library()[article.language], place


def links(article: Article) -> list[str]:
    return re.findall(r"\]\(([^)]*)\)", article.body)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](//evil.example/)",
        "[x](https://evil.example/)",
        "[x](/\\evil.example)",
        "![x](/static/mark.svg)",
        '[x](/help "onmouseover=alert(1)")<b onclick=x>',
        "<https://evil.example>",
    ],
)
def test_html_and_foreign_links_stay_text(written: str) -> None:
    shown = markdown.html(written)
    assert "<script" not in shown
    assert "<b" not in shown
    assert "<img" not in shown
    assert 'href="http' not in shown
    assert 'href="//' not in shown
    assert 'href="javascript' not in shown
    assert "evil.example/" not in re.sub(r">[^<]*<", "><", shown)


@pytest.mark.parametrize("text", ["", "no facts", "---\ntitle: x\n", "---\nodd: x\n---\nbody\n"])
def test_what_is_no_article_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        parse(text, "a-b", "en")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("failed", Diagnosis.FAILED),
        ("pending-low-fee", Diagnosis.PENDING_LOW_FEE),
        ("tip-too-low", Diagnosis.PENDING_LOW_FEE),
        ("fee-too-low", Diagnosis.PENDING_LOW_FEE),
        ("nonce-gap", Diagnosis.NONCE_GAP),
        ("nonsense", None),
        ("", None),
    ],
)
def test_diagnoses_by_name_and_by_reason(word: str, found: Diagnosis | None) -> None:
    assert diagnosis_of(word) == found


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-Hans", "zh"), ("zh_CN", "zh"), ("ru-RU", "ru"), ("RU", "ru"), ("fr", "en"), ("", "en")],
)
def test_the_language_of_articles(tag: str, language: str) -> None:
    assert article_language(tag) == language


def test_chinese_is_searched_by_words() -> None:
    assert "手续费" in searched(library()["zh"]["low-fee"]).title_words.split()
    assert query_words("交易失败了怎么办", "zh").split() == ["交易", "失败"]


@pytest.mark.parametrize("query", ["a & b | !c", "x' OR 1=1 --", "\x00\ud800<>", "((((", ":*"])
def test_a_query_is_words_and_nothing_else(query: str) -> None:
    for language in LANGUAGES:
        assert re.fullmatch(r"[\w ]*", query_words(query, language))
    assert len(query_words("я " * 10_000, "ru")) < 400


def test_a_wheel_brings_them_along(tmp_path: Path) -> None:
    build = "from hatchling.builders.wheel import WheelBuilder as W; import sys;"
    build += "print(*W(sys.argv[1]).build(directory=sys.argv[2], versions=['standard']))"
    subprocess.run(
        [sys.executable, "-c", build, str(ROOT), str(tmp_path)], check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = "from dapp.service.help.library import folder, library;"
    code += "print(folder(), len(library()['ru']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed")},
        check=True,
        capture_output=True,
        text=True,
    )
    where, number = done.stdout.split()
    assert Path(where) == tmp_path / "installed" / "dapp" / "help"
    assert int(number) == len(library()["ru"])
