"""The real stack, and a browser at its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.api_player import Service, environment, running
from tests.e2e.visitor import LAUNCH, PATIENCE_MS
from tests.world import World


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    # What is waited for is a condition; how long it takes is the machine's affair.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium_path, args=list(LAUNCH))
        yield found
        found.close()


@pytest.fixture(scope="module")
def service(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A chain, a database, an indexer and a server of the module's own."""
    folder = tmp_path_factory.mktemp("stack")
    deployments = folder / "deployments"
    with (
        anvil_tool.running() as anvil,
        postgres_tool.database(postgres) as database_url,
        World.deployed(anvil.url, deployments) as world,
        running(world, environment(anvil.url, database_url, deployments, folder), folder) as stack,
    ):
        yield stack
