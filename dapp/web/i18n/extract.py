"""Finds every sentence of pages and actions; as a module, it brings the catalogues up to date.

New sentences come without a translation: a test fails until they have one.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1]
SERVICE = WEB.parent / "service"
FOLDER = Path(__file__).parent

_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_KEYWORDS = {"say": None, "html": None, "count": (1, 2), "sentence": None}

_HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: {plural}\n"

"""


def extract() -> Catalog:
    """What the sources say, in English."""
    catalogue = Catalog(project="Redress", charset="utf-8")
    for folder in (SERVICE, WEB):
        found = extract_from_dir(folder, method_map=_METHODS, keywords=_KEYWORDS)
        for file, _line, message, _comments, context in sorted(found, key=lambda one: one[:2]):
            catalogue.add(message, None, [(file, 1)], context=context)
    return catalogue


def catalogues() -> list[Path]:
    return sorted(FOLDER.glob("*/messages.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, path.parent.name)


def update(path: Path) -> None:
    """Adds what is new, drops what is gone; nothing is guessed."""
    catalogue = read(path)
    catalogue.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    out = io.BytesIO()
    write_po(out, catalogue, width=100, no_location=True, omit_header=True)
    header = _HEADER.format(language=path.parent.name, plural=catalogue.plural_forms)
    path.write_bytes(header.encode() + out.getvalue())


if __name__ == "__main__":
    for one in catalogues():
        update(one)
