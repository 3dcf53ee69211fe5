"""Fixtures that every test may ask for."""

from hypothesis import settings

pytest_plugins = ["tests.servers", "tests.indexing", "tests.bundling"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("redress", deadline=None)
settings.load_profile("redress")
