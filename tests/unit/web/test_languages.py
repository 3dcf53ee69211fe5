"""No English reaches a reader of another language past the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from dapp.web.i18n import LANGUAGES, load
from dapp.web.pages.verify import saved_page
from dapp.web.presentation.panels import action_names, may
from dapp.web.presentation.status import status
from dapp.web.words import words
from tests.unit.web.looks import ALL_LOOKS, look
from tests.unit.web.reading import english, english_of, texts

WEB = Path(__file__).parents[3] / "dapp" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SOURCES = sorted(
    [
        *(WEB / "presentation").glob("*.py"),
        *(WEB / "pages").glob("*.py"),
        *(WEB / name for name in ("letters.py", "mailed.py", "report.py", "words.py")),
    ]
)
TRANSLATES = {"say", "count", "html", "sentence"}
CODE = re.compile(r"[a-z0-9_.-]*")
SENTENCE = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}")
HEADER = re.compile(r"Accept-Language, |-src ")
FIELD = re.compile(r"\{\w+\}")
OTHERS = [tag for tag in LANGUAGES if tag != "en"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_has_text_of_its_own(path: Path) -> None:
    found = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    assert list(english_of("".join(written(found)))) == []


def written(node: nodes.Node, *, is_given: bool = False) -> Iterator[str]:
    """What a template puts out by itself, in its order; a dot stands for what it is told.

    `is_given`: to a macro or a variable. What looks like a code there is one.
    """
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Const):
        if isinstance(node.value, str) and not (is_given and CODE.fullmatch(node.value)):
            yield node.value
    elif isinstance(node, nodes.Call) and getattr(node.node, "name", "") in TRANSLATES:
        yield "·"
        for one in node.kwargs:
            yield from written(one, is_given=True)
    elif not isinstance(node, nodes.Compare | nodes.Test | nodes.Getitem):
        is_given = is_given or isinstance(node, nodes.Call | nodes.Assign | nodes.Filter)
        for child in node.iter_child_nodes(exclude=("test", "iter", "defaults")):
            yield from written(child, is_given=is_given)


@pytest.mark.parametrize(
    "bare",
    [
        "<p>{{ say('Fine') }} none</p>",
        "<b title='None'></b>",
        "<p>{{ 'none' if x == 'on' else say('Fine') }}</p>",
        "<p>{{ field(say('Fine'), 'None of it') }}</p>",
        "{% set x = 'None of it' %}",
        "{% for one in all %}{% if one %}<p>none</p>{% endif %}{% endfor %}",
        "<p>{{ html('Fine {x}', x='None of it') }}</p>",
    ],
)
def test_text_in_a_template_would_be_found(bare: str) -> None:
    found = Environment(autoescape=True).parse(bare)
    assert len(list(english_of("".join(written(found))))) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "<p data-state=\"{{ 'open' if x == 'on' else 'done' }}\">{{ say('Fine') }}</p>",
        "<p>{{ field('form-key', say('Fine')) }}{{ x['key'] }} {{ x|replace('_', '-') }}</p>",
        "<code>none</code> 0xabc https://… redress.example ETH",
        "{% if x == 'none' %}{% set x = 'none' %}{% endif %}",
        "<p>{{ html('Fine {x}', x='<a href=\"/x\">'|safe ~ say('fine')) }}</p>",
    ],
)
def test_codes_and_names_are_no_text(fine: str) -> None:
    found = Environment(autoescape=True).parse(fine)
    assert list(english_of("".join(written(found)))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_page_is_given_text_of_its_own(path: Path) -> None:
    assert list(spoken(ast.parse(path.read_text(encoding="utf-8")))) == []


def spoken(node: ast.AST) -> Iterator[str]:
    """Strings of more than a word that no catalogue has seen; no documentation, no errors."""
    for child in ast.iter_child_nodes(node):
        is_quiet = isinstance(child, ast.Raise) or (
            isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        )
        if isinstance(child, ast.Call) and _name(child.func) in TRANSLATES:
            for one in child.keywords:
                yield from spoken(one)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            if SENTENCE.search(child.value) and not HEADER.search(child.value):
                yield child.value
        elif not is_quiet:
            yield from spoken(child)


def _name(func: ast.expr) -> str:
    return getattr(func, "attr", "") or getattr(func, "id", "")


@pytest.mark.parametrize("tag", OTHERS)
def test_every_state_of_a_case_is_told_without_english(tag: str) -> None:
    t = load(tag)
    told = [*words(t).values(), *action_names(t).values()]
    for case, after, block in ALL_LOOKS.values():
        seen = look(case, after, tag, block)
        told += [*texts(status(seen)), *(line.what for line in may(seen))]
    assert [one for one in told if english(FIELD.sub("", one))] == []


@pytest.mark.parametrize("tag", OTHERS)
def test_the_saved_page_has_no_english(tag: str) -> None:
    assert list(english_of(saved_page(load(tag)).decode())) == []
