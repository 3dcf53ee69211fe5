"""A service beside a process that sends transactions, behind a proxy that a test may cut."""

import asyncio
import secrets
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from eth_account import Account

from dapp.bootstrap.parts import build
from dapp.service.parts import Parts
from dapp.settings import Settings
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, redress, running, until
from tests.lying_node import LyingNode, lying_node
from tests.sending_scene import keystore
from tests.world import World

PURSE_WEI = 10**18
PASSWORD = "correct horse"


@dataclass(frozen=True)
class SendingHouse:
    """A world, its service, and what the process needs.

    Attributes:
        env: of the process, which asks the chain through `lying`.
        sender: the account that it sends from.
    """

    world: World
    service: Service
    lying: LyingNode
    env: dict[str, str]
    sender: Any
    folder: Path

    @contextmanager
    def run(
        self, name: str, words: tuple[str, ...], says: str, **env: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A command of ours, once its log says that it has begun."""
        log = self.folder / f"{name}-{secrets.token_hex(4)}.log"
        with redress(log, {**self.env, **env}, *words) as child:
            until(lambda: says in log.read_text(), f"{log.name}: {log.read_text()}")
            yield child

    def within(self, work: Callable[[Parts], Awaitable[None]], **settings: Any) -> None:
        """With parts of the test's own, from the service's settings and these."""
        settings = {
            "node_url": self.world.url,
            "database_url": self.env["DATABASE_URL"],
            "deployments_dir": Path(self.env["REDRESS_DEPLOYMENTS"]),
            "data_dir": self.folder / "data",
            "sender_keystore": Path(self.env["REDRESS_SENDER_KEYSTORE"]),
            "sender_password_file": Path(self.env["REDRESS_SENDER_PASSWORD_FILE"]),
            **settings,
        }

        async def session() -> None:
            async with build(Settings(**settings)) as parts:
                await work(parts)

        asyncio.run(session())

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def forget(self, *tables: str) -> None:
        """Nothing waits to be sent any more, and the proxy hides nothing."""
        self.lying.heard = self.lying.twist = None
        self.lying.faults.clear()
        self.world.rpc("evm_setAutomine", True)
        self.world.mine()
        self.service.wait_for(self.world.block_number())
        self.rows(f"TRUNCATE {', '.join(tables)}, outgoing, outgoing_attempt")


def account_of(folder: Path) -> tuple[Any, dict[str, str]]:
    """Who sends, and what a process must know of it."""
    account = Account.create()
    file = keystore(folder, account, PASSWORD)
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    return account, {
        "REDRESS_SENDER_KEYSTORE": str(file),
        "REDRESS_SENDER_PASSWORD_FILE": str(password),
        "REDRESS_SENDER_POLL_SECONDS": "0.05",
    }


@dataclass(frozen=True)
class Ground:
    """What such a house stands on."""

    world: World
    lying: LyingNode
    sender: Any
    env: dict[str, str]

    @contextmanager
    def served(self, folder: Path, **named: str) -> Iterator[tuple[Service, dict[str, str]]]:
        """The service, and what the process is told, which reaches the node by the proxy only."""
        env = {**self.env, **named}
        with running(self.world, env, folder) as service:
            yield service, {**env, "REDRESS_NODE_URL": self.lying.url}


@contextmanager
def ground(postgres: Postgres, folder: Path) -> Iterator[Ground]:
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
        lying_node(node.url) as lying,
    ):
        sender, named = account_of(folder)
        world.rpc("anvil_setBalance", sender.address, hex(PURSE_WEI))
        env = environment(node.url, url, folder / "deployments", folder / "data")
        yield Ground(world, lying, sender, {**env, **named})
