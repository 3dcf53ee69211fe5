"""Every page in every language: for readers with a keyboard, a small screen, other eyes, no time.

Each is opened once; `tests/screens/places.py` lists them. `make screens` shows them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dapp.web.i18n import DEFAULT, LANGUAGES
from scripts.toolchain.postgres import Postgres
from tests.screens.facts import Facts, first_paints, gather
from tests.screens.looking import SMALLEST, chromium
from tests.screens.places import PLACES
from tests.screens.scene import Scene, played

MOST_BYTES = 60 * 1024
"""Compressed: HTML, styles and scripts, as they come before anything is touched."""
MOST_REQUESTS = 24
MOST_SHIFT = 0.02
"""A fifth of what counts as good (web.dev's CLS)."""


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with played(postgres, tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture(scope="module")
def facts(chromium_path: Path, scene: Scene) -> Sequence[Facts]:
    assert chromium_path.exists()
    return asyncio.run(gather(scene, list(LANGUAGES)))


def test_axe_finds_nothing(facts: Sequence[Facts]) -> None:
    assert {one.name: one.axe for one in facts if one.axe} == {}
    assert len(facts) == len(PLACES) * len(LANGUAGES)


def test_nothing_is_wider_than_the_window(facts: Sequence[Facts]) -> None:
    """320 px: a small phone, or 1280 at 400 %."""
    assert {one.name: one.width for one in facts if one.width > SMALLEST[0]} == {}


def test_what_has_the_focus_is_seen(facts: Sequence[Facts]) -> None:
    assert {one.name: one.focus for one in facts if one.focus} == {}


def test_paper_high_contrast_and_less_motion(facts: Sequence[Facts]) -> None:
    assert {one.name: one.paper for one in facts if one.paper} == {}
    assert {one.name: one.borderless for one in facts if one.borderless} == {}
    assert {one.name: one.moving for one in facts if one.moving} == {}


def test_pages_say_their_language_and_have_one_title(facts: Sequence[Facts]) -> None:
    assert {one.name: one.language for one in facts if one.language != one.asked} == {}
    assert {one.name: one.titles for one in facts if len(one.titles) != 1} == {}


def test_pages_are_light(facts: Sequence[Facts]) -> None:
    heavy = [one for one in facts if not 0 < one.bytes <= MOST_BYTES]
    assert {one.name: one.bytes for one in heavy} == {}
    assert {one.name: one.requests for one in facts if one.requests > MOST_REQUESTS} == {}


def test_nothing_moves_by_itself(facts: Sequence[Facts]) -> None:
    assert {one.name: one.shift for one in facts if one.shift > MOST_SHIFT} == {}


def test_nobody_else_is_asked_and_nothing_breaks(facts: Sequence[Facts]) -> None:
    assert {one.name: one.outside for one in facts if one.outside} == {}
    assert {one.name: one.problems for one in facts if one.problems} == {}


def test_the_first_paint_needs_no_script(facts: Sequence[Facts], scene: Scene) -> None:
    """The one script that is waited for comes with the styles, and is tiny."""
    assert {name for one in facts for name in one.blocking} == {
        f"{scene.url}/static/built/early.js"
    }

    async def read() -> dict[str, str]:
        async with chromium() as browser:
            return await first_paints(browser, scene, PLACES)

    seen = asyncio.run(read())
    titles = {one.place.name: one.titles[0] for one in facts if one.asked == DEFAULT}
    assert {name for name, title in titles.items() if title not in seen[name]} == set()
    assert {name for name, text in seen.items() if len(text) < 40} == set()
