"""`make docs`: writes docs/events.md and docs/errors.md."""

import sys

from scripts.reference import pages
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of


def main() -> int:
    """Write both."""
    found = pages.contracts()
    for name, text in (("events", pages.events(found)), ("errors", pages.errors(found))):
        path = ROOT / "docs" / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
