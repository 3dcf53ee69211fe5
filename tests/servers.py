"""Fixtures for the real servers: each run has its own, on free ports, and ends them.

Kubo and Chromium are not everywhere. Where one is missing its tests are skipped with the reason;
with REDRESS_REQUIRE_KUBO=1 or REDRESS_REQUIRE_BROWSER=1 they fail instead.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from scripts.toolchain import browser as browser_tool
from scripts.toolchain import deployment as deployment_tool
from scripts.toolchain import kubo as kubo_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.deployment import Deployment
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.refusal import Refusal
from tests import chains

Found = TypeVar("Found")


@pytest.fixture(scope="session")
def anvil() -> Iterator[Anvil]:
    """One local chain for the whole session; tests share it and must not count on its height."""
    with chains.running() as node:
        yield node


@pytest.fixture
def fresh_anvil() -> Iterator[Anvil]:
    """A local chain of the test's own, starting at block 0."""
    with chains.running() as node:
        yield node


@pytest.fixture(scope="session")
def deployment(anvil: Anvil, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The contracts on the session's chain; `fresh_deployment` for a chain of the test's own."""
    return deployment_tool.deploy(anvil.url, tmp_path_factory.mktemp("deployments"))


@pytest.fixture
def fresh_deployment(fresh_anvil: Anvil, tmp_path: Path) -> Deployment:
    """The contracts on the test's own chain, `fresh_anvil`."""
    return deployment_tool.deploy(fresh_anvil.url, tmp_path / "deployments")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One embedded PostgreSQL for the whole session."""
    with postgres_tool.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of the session's server (its database `postgres`)."""
    return postgres.url()


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database of the test's own, dropped afterwards."""
    with postgres_tool.database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def kubo() -> Iterator[Kubo]:
    """One off-line Kubo for the whole session."""
    find_or_skip(kubo_tool.find, "REDRESS_REQUIRE_KUBO")
    with kubo_tool.running() as node:
        yield node


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The path of the system's Chromium, for Playwright's `executable_path`."""
    return find_or_skip(browser_tool.find, "REDRESS_REQUIRE_BROWSER")


def find_or_skip(find: Callable[[], Found], required_by: str) -> Found:
    try:
        return find()
    except Refusal as refusal:
        if os.environ.get(required_by) == "1":
            pytest.fail(f"{required_by}=1, but {refusal}")
        pytest.skip(f"NOT TESTED: {refusal}")
