"""Fixtures that every test may ask for, and which chains a test can run on."""

import pytest
from hypothesis import settings

from tests import chains

pytest_plugins = ["tests.servers", "tests.indexing", "tests.bundling"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("redress", deadline=None)
settings.load_profile("redress")


def pytest_configure(config: pytest.Config) -> None:
    """Registers our mark."""
    config.addinivalue_line(
        "markers", "needs(want, …): what of the chain, by its name in chains.py"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips, with the reason, what the chain of this run cannot do."""
    for item in items:
        for mark in item.iter_markers("needs"):
            for reason in filter(None, map(chains.missing, mark.args)):
                item.add_marker(pytest.mark.skip(reason=reason))
