"""Finds the system's Chromium; Playwright's own download is not used."""

import shutil
from pathlib import Path

from scripts.toolchain.refusal import Refusal

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path:
    """Return the path of Chromium.

    Raises:
        Refusal: there is none on PATH.
    """
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise Refusal("Chromium is not installed", "Install the package 'chromium'")
