"""A service elsewhere that holds no key, and people with terminals who hold theirs."""

import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import PURSE_WEI, Service, environment, running
from tests.terminal import Terminal
from tests.world import World

PASSPHRASE = "several random words"


@dataclass(frozen=True)
class Town:
    """A service with contracts behind it, and people with terminals."""

    service: Service
    world: World
    folder: Path
    database_url: str

    def terminal(self) -> Terminal:
        """Of somebody with money, who has a node and a deployment file, and no database."""
        env = {
            "REDRESS_SERVICE_URL": self.service.url,
            "REDRESS_NODE_URL": self.world.url,
            "REDRESS_DEPLOYMENTS": str(self.folder / "deployments"),
            "REDRESS_DATA_DIR": str(self.folder / secrets.token_hex(4)),
            "REDRESS_PASSPHRASE": PASSPHRASE,
            "DATABASE_URL": "",
            "COLUMNS": "300",
        }
        terminal = Terminal(env)
        self.world.rpc("anvil_setBalance", terminal.address, hex(PURSE_WEI))
        return terminal

    def case(self, complaint: int) -> dict[str, Any]:
        # Whoever acts does not wait long for the index.
        self.service.wait_for(self.world.block_number())
        return dict(self.service.get(f"/v1/cases/{complaint}")["case"])


@pytest.fixture(scope="module")
def town(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Town(service, world, folder, url)


@pytest.fixture(scope="module")
def shop(town: Town) -> Terminal:
    shop = town.terminal()
    policy = {
        "peak_mask": "0",
        "acknowledge_peak_seconds": 1800,
        "acknowledge_off_peak_seconds": 600,
        "answer_hours": 72,
        "confirm_hours": 48,
        "protection_hours": 336,
        "track": 0,
        "claim_cap": 16,
    }
    done = shop.act("act", "register", f"policy={json.dumps(policy)}")
    assert "OrganisationRegistered" in [one["name"] for one in done["events"]]
    return shop


def paid(town: Town, customer: Terminal) -> str:
    ref = "0x" + secrets.token_hex(32)
    customer.act("pay", 1, "--version", 1, "--amount", "1eth", "--ref", ref)
    town.service.wait_for(town.world.block_number())
    return town.service.open_order(customer.address)
