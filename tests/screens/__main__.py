"""`make screens`: every page, in every language, small and large, light and dark.

Pictures into build/screens/, and build/screens/axe.json, which says what axe-core finds: pages
judged, violations, and each with its page, rule and nodes. Ends with 1 where there are any.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from dapp.web.i18n import LANGUAGES
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of
from tests.screens.looking import DESKTOP, PHONE, THEMES, Eye, chromium, eye
from tests.screens.places import PLACES, Place, by_reader
from tests.screens.scene import Scene, played

FOLDER = ROOT / "build" / "screens"
_AT_ONCE = 3
"""Profiles; more do not make two cores faster."""
_SIZES = {"phone": PHONE, "desktop": DESKTOP}

Found = list[dict[str, Any]]


async def look_at_all(scene: Scene, places: Sequence[Place], folder: Path) -> Mapping[str, Any]:
    """What axe.json says."""
    readers = by_reader(places).items()
    tasks = [(who, theirs, language) for language in LANGUAGES for who, theirs in readers]
    free = asyncio.Semaphore(_AT_ONCE)
    async with chromium() as browser:

        async def one(who: str, places: Sequence[Place], language: str) -> Found:
            async with free:
                return await _look(browser, scene, who, places, language, folder)

        found = [
            each for some in await asyncio.gather(*(one(*task) for task in tasks)) for each in some
        ]
    return {
        "pages": len(places) * len(LANGUAGES) * len(THEMES),
        "violations": sum(len(each["nodes"]) for each in found),
        "languages": list(LANGUAGES),
        "found": found,
    }


async def _look(
    browser: Browser, scene: Scene, who: str, places: Sequence[Place], language: str, folder: Path
) -> Found:
    found: Found = []
    async with eye(browser, scene, who, language) as reader:
        for place in places:
            await reader.open(place)
            await reader.unfold()
            for theme in THEMES:
                await reader.theme(theme)
                for name, size in _SIZES.items():
                    await reader.size(size)
                    picture = folder / f"{place.name}.{language}.{name}.{theme}.png"
                    await _photograph(reader, picture)
                found += [
                    {"page": place.name, "language": language, "theme": theme, **violation}
                    for violation in await reader.violations(of_colours_only=theme != THEMES[0])
                ]
    return found


async def _photograph(reader: Eye, picture: Path) -> None:
    await reader.page.screenshot(path=picture, full_page=True, animations="disabled")


def main(prefix: str = "") -> int:
    began = time.monotonic()
    places = [one for one in PLACES if one.name.startswith(prefix)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory(prefix="redress-screens-") as data,
        postgres_tool.running() as postgres,
        played(postgres, Path(data)) as scene,
    ):
        told = asyncio.run(look_at_all(scene, places, FOLDER))
    (FOLDER / "axe.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for each in told["found"]:
        where = f"{each['page']} ({each['language']}, {each['theme']})"
        sys.stderr.write(f"{where}: {each['rule']}: {each['nodes'][0]['target']}\n")
    pictures, seconds = len(list(FOLDER.glob("*.png"))), time.monotonic() - began
    print(
        f"{told['pages']} pages, {told['violations']} violations, {pictures} pictures in {FOLDER}"
    )
    print(f"{seconds:.0f} s")
    return 1 if told["violations"] else 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(*sys.argv[1:2])))
