"""The extension of these sources, built anew; whichever is installed is left alone."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from dapp.domain.events import Event, RawLog
from dapp.native import NAME, build


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module, its types bound."""
    built: Path | None = build.build(tmp_path_factory.mktemp("native"), "-Werror")
    if built is None:
        pytest.skip("no compiler, or no Python.h")
    spec = importlib.util.spec_from_file_location(NAME, built)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.bind(RawLog, Event)
    return module
