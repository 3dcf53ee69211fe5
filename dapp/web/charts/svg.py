"""The elements that charts are made of; the library escapes whatever text they carry.

Drawn as wide as the smallest phone shows, so that no page has to be moved sideways.
"""

from unicodedata import east_asian_width
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from dapp.domain.statistics import Chart, Mark
from dapp.service.stats import cases_path
from dapp.store.scores import Span

WIDTH = 288
COLOURS = ("#2f6f9f", "#c2571a", "#7a3b8f")
"""Of a chart's columns; told apart with every kind of colour vision, and never alone in telling.

Attributes, not styles: our pages allow no inline style. Their style sheet gives the classes the
colours of the reader's choice.
"""
INK = "currentColor"
"""Black, or what the page around the chart writes in."""
FAINT = {"class": "faint", "fill-opacity": "0.75"}
_WIDE = "WF"


def canvas(chart: Chart, height: float) -> Element:
    """An empty picture that says what it is."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height:g}",
            "class": f"chart {chart.shape}",
            "role": "graphics-document",
            "aria-labelledby": f"{chart.name}-title {chart.name}-text",
            "font-family": "system-ui, sans-serif",
            "font-size": "11",
            "fill": INK,
        },
    )
    SubElement(root, "title", {"id": f"{chart.name}-title"}).text = chart.title
    SubElement(root, "desc", {"id": f"{chart.name}-text"}).text = chart.description
    return root


def linked(parent: Element, chart: Chart, mark: Mark, which: Span) -> Element:
    """A link to the cases behind a mark, that says the mark's numbers."""
    counts = zip(chart.columns, mark.values, strict=True)
    said = f"{mark.label}: " + ", ".join(f"{value} {column}" for column, value in counts)
    link = SubElement(parent, "a", {"href": cases_path(chart, mark, which)})
    SubElement(link, "title").text = said
    return link


def parts(root: Element, chart: Chart) -> list[dict[str, str]]:
    """How each column's part is filled: plain, hatched, dotted; for `rectangle`."""
    found = [{"class": "part-1", "fill": COLOURS[0]}]
    for number in range(2, len(chart.columns) + 1):
        name = f"{chart.name}-part-{number}"
        _pattern(root, name, number)
        found.append({"fill": f"url(#{name})"})
    return found


def rectangle(
    parent: Element, place: tuple[float, float], size: tuple[float, float], **more: str
) -> None:
    """Of `size` (width, height) with its upper left corner at `place`."""
    attributes = {
        "x": f"{place[0]:g}",
        "y": f"{place[1]:g}",
        "width": f"{size[0]:g}",
        "height": f"{size[1]:g}",
    }
    SubElement(parent, "rect", {**attributes, **more})


def words(parent: Element, place: tuple[float, float], text: str, **more: str) -> None:
    """Text whose base line begins at `place`."""
    SubElement(parent, "text", {"x": f"{place[0]:g}", "y": f"{place[1]:g}", **more}).text = text


def length(text: str) -> float:
    """About how wide the text is drawn; nothing here knows the reader's font."""
    return sum(11 if east_asian_width(one) in _WIDE else 6 for one in text)


def text_of(root: Element, as_of: str) -> str:
    """The document, with what its description ends in."""
    described = root.find("desc")
    assert described is not None
    described.text = f"{described.text}. {as_of}."
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _pattern(root: Element, name: str, number: int) -> None:
    size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    pattern = SubElement(root, "pattern", {"id": name, **size})
    more = {"class": f"part-{number}", "fill": COLOURS[number - 1]}
    rectangle(pattern, (0, 0), (6, 6), **more)
    if number == 2:
        drawn = {"d": "M-1 5 5 -1M1 7 7 1", "stroke": "#fff", "stroke-width": "1.5"}
        SubElement(pattern, "path", {"class": "over", **drawn})
    else:
        SubElement(
            pattern, "circle", {"class": "over", "cx": "3", "cy": "3", "r": "1.3", "fill": "#fff"}
        )
