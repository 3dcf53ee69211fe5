"""What is measured of a page, each once; tests judge it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser

from tests.screens.looking import PAPER, PHONE, SMALLEST, Eye, chromium, eye
from tests.screens.places import Place, by_reader
from tests.screens.scene import Scene

_AT_ONCE = 3
_OUTLINE = """() => ({
  language: document.documentElement.lang,
  titles: [...document.querySelectorAll("h1")].map((one) => one.innerText),
  blocking: [...document.scripts]
    .filter((one) => one.src && !one.defer && one.type !== "module").map((one) => one.src),
})"""
# Compressed bytes of what came before anything was touched; pictures count for themselves.
_CAME = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .filter((one) => !["img", "beacon"].includes(one.initiatorType))
  .filter((one) => !/\\/v1\\/|\\/ipfs\\/|\\.svg$/.test(new URL(one.name).pathname))
  .map((one) => [one.name, one.encodedBodySize])"""
_SHIFT = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 50);
})"""
# Whatever has the focus has an outline and is in sight, with nothing over it.
_FOCUS = """() => {
  const names = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const wrong = [], of = new Map();
  for (const one of document.querySelectorAll(names)) {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    // A table's are all alike, and a week has 168.
    const table = one.closest("table") ?? one;
    of.set(table, (of.get(table) ?? 0) + 1);
    if (of.get(table) > 10) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    if (!outlined && style.boxShadow === "none") wrong.push(`no outline: ${name(one)}`);
    // Of a long one it is enough that a part is in sight (WCAG 2.2, 2.4.11).
    const box = one.getClientRects()[0];
    const ends = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const top = document.elementFromPoint(box.x + box.width / 2, (ends[0] + ends[1]) / 2);
    if (!top || !(one.contains(top) || top.contains(one))) wrong.push(`not in sight: ${name(one)}`);
  }
  function name(one) { return one.outerHTML.slice(0, 120); }
  return wrong;
}"""
# On paper: dark ink on what is white, the title there, nothing cut off, nothing that only moves.
_PAPER = """() => {
  const title = document.querySelector("h1");
  const ink = getComputedStyle(title).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const wrong = [];
  if (!title.checkVisibility()) wrong.push("no title");
  if (Math.max(...ink) > 127) wrong.push(`pale ink: ${ink}`);
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("cut off");
  return wrong;
}"""
# Where the reader's system chooses all colours, what can be pressed is known by its border.
_BORDERS = """() => [...document.querySelectorAll("main :is(button, input, .badge), .top button")]
  .filter((one) => !["checkbox", "radio", "range", "file"].includes(one.type))
  .filter((one) => one.checkVisibility())
  .filter((one) => parseFloat(getComputedStyle(one).borderTopWidth) < 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
_MOVING = """() => document.getAnimations().filter((one) => one.playState === "running").length"""
_DIALOGS = "() => [...document.querySelectorAll('dialog[id]')].map((one) => one.id)"
_SHOW = "(id) => document.getElementById(id).showModal()"
_HIDE = "(id) => document.getElementById(id).close()"


@dataclass(frozen=True)
class Facts:
    """Of one page in one language."""

    place: Place
    asked: str
    """The language that its reader wants."""
    language: str
    """What it says of itself."""
    titles: Sequence[str]
    blocking: Sequence[str]
    """Scripts that hold up the first paint."""
    bytes: int
    requests: int
    shift: float
    """What moved without being touched, as Cumulative Layout Shift counts it."""
    axe: Sequence[str]
    focus: Sequence[str]
    paper: Sequence[str]
    """What is wrong when it is printed."""
    borderless: Sequence[str]
    """With forced colours."""
    moving: int
    """Of what must not, for a reader who asked for less motion."""
    width: int
    """In CSS pixels, in a window of `SMALLEST`."""
    outside: Sequence[str]
    problems: Sequence[str]

    @property
    def name(self) -> str:
        return f"{self.place.name} ({self.asked})"


async def gather(scene: Scene, languages: Sequence[str]) -> list[Facts]:
    """Of every page in every language."""
    free = asyncio.Semaphore(_AT_ONCE)
    async with chromium() as browser:

        async def one(who: str, places: Sequence[Place], language: str) -> list[Facts]:
            async with free, eye(browser, scene, who, language) as reader:
                seen: set[str] = set()
                return [await _measure(reader, place, seen) for place in places]

        tasks = [
            one(who, places, language)
            for language in languages
            for who, places in by_reader().items()
        ]
        return [facts for found in await asyncio.gather(*tasks) for facts in found]


async def _measure(reader: Eye, place: Place, dialogs: set[str]) -> Facts:
    await reader.theme("light")
    await reader.size(PHONE)
    await reader.open(place)
    page = reader.page
    came = dict(await page.evaluate(_CAME))
    # What the browser has already counts as if it had come anew.
    for name, size in came.items():
        reader.weights[name] = max(size, reader.weights.get(name, 0))
    shift: float = await page.evaluate(_SHIFT)
    outline: Mapping[str, Any] = await page.evaluate(_OUTLINE)
    await reader.unfold()
    axe = _said(await reader.violations(), "light") + await _dialogs(reader, dialogs)
    # From here on the browser takes it that whoever reads uses the keyboard.
    await page.keyboard.press("Tab")
    focus: list[str] = await page.evaluate(_FOCUS)
    await reader.theme("dark")
    axe += _said(await reader.violations(of_colours_only=True), "dark")
    await reader.size(SMALLEST)
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    moving: int = await page.evaluate(_MOVING)
    borderless, paper = await _elsewhere(reader)
    outside, problems = list(reader.outside), list(reader.problems)
    reader.outside.clear()
    reader.problems.clear()
    return Facts(
        place=place,
        asked=reader.language,
        shift=shift,
        axe=axe,
        focus=focus,
        paper=paper,
        borderless=borderless,
        moving=moving,
        width=width,
        outside=outside,
        problems=problems,
        bytes=sum(reader.weights[name] for name in came),
        requests=len(came),
        **outline,
    )


async def _elsewhere(reader: Eye) -> tuple[list[str], list[str]]:
    """In high contrast, and on paper; the reader's screen is dark."""
    page = reader.page
    await page.emulate_media(forced_colors="active")
    borderless: list[str] = await page.evaluate(_BORDERS)
    await page.emulate_media(forced_colors="none", media="print")
    await reader.size(PAPER)
    paper: list[str] = await page.evaluate(_PAPER)
    await page.emulate_media(media="screen")
    return borderless, paper


async def _dialogs(reader: Eye, seen: set[str]) -> list[str]:
    """Each once; they are the same on every page."""
    found: list[str] = []
    for name in await reader.page.evaluate(_DIALOGS):
        if name not in seen:
            seen.add(name)
            await reader.page.evaluate(_SHOW, name)
            found += _said(await reader.violations(within=f"#{name}"), f"dialog {name}")
            await reader.page.evaluate(_HIDE, name)
    return found


def _said(violations: Sequence[Mapping[str, Any]], where: str) -> list[str]:
    return [
        f"{where}: {one['rule']}: {node['html']}" for one in violations for node in one["nodes"]
    ]


async def first_paints(browser: Browser, scene: Scene, places: Sequence[Place]) -> dict[str, str]:
    """What a reader without script sees, by the place's name."""
    found = {}
    async with eye(browser, scene, "", "en", java_script_enabled=False) as reader:
        for place in places:
            await reader.page.goto(scene.path(place.path, place.who))
            found[place.name] = await reader.page.locator("main").inner_text()
    return found
