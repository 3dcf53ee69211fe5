"""All processes of one service on loopback: two servers, and one of everything else."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from eth_account import Account

from dapp.domain.types import OrganisationId
from evidence import recipient_of
from scripts.faults.household import Household, Part
from scripts.toolchain import anvil, kubo, postgres, process
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.refusal import Refusal
from tests.api_player import environment
from tests.indexing import Indexed
from tests.patience import PATIENCE_SECONDS
from tests.replicating import Door, door
from tests.sealing_scene import CLERK
from tests.sending_scene import keystore
from tests.world import ETHER, World

_PASSWORD = "correct horse"  # noqa: S105 (of keys that hold the money of a chain of our own)
_SERVERS = ("api-1", "api-2")
SENDERS = ("relay", "keeper", "anchor")
"""The parts that send transactions, each from an account of its own."""


@dataclass(frozen=True)
class House:
    """A chain, a service of many processes before it, and whoever keeps them running.

    Attributes:
        way: the only way of the service to the node, which can be shut.
        urls: of the two servers.
        relayer: the account that the relay sends from.
    """

    folder: Path
    node: Anvil
    way: Door
    world: World
    organisation: OrganisationId
    household: Household
    env: Mapping[str, str]
    urls: tuple[str, ...]
    kubo: Kubo | None
    relayer: str

    @property
    def indexed(self) -> Indexed:
        """The index, past all processes."""
        return Indexed(self.world, self.folder / "deployments", self.env["DATABASE_URL"])

    @property
    def killable(self) -> list[str]:
        """The names of all parts."""
        return list(self.household.parts)


@contextmanager
def built(folder: Path) -> Iterator[House]:
    """Everything started and ready; ended on the way out."""
    with ExitStack() as stack:
        node = stack.enter_context(anvil.running())
        way = stack.enter_context(door(int(node.url.rsplit(":", 1)[1])))
        world = stack.enter_context(World.deployed(node.url, folder / "deployments"))
        organisation = world.register()
        world.bond(organisation, 50 * ETHER)
        world.stake(6)
        household = stack.enter_context(Household())
        database = _add_postgres(household, folder)
        ipfs = _add_kubo(household, folder)
        ports = [process.free_port() for _ in _SERVERS]
        relayer, env = _environment(folder, f"http://127.0.0.1:{way.port}", database, ipfs, world)
        _add_ours(household, folder, env, ports)
        urls = tuple(f"http://127.0.0.1:{port}" for port in ports)
        house = House(folder, node, way, world, organisation, household, env, urls, ipfs, relayer)
        ready = [_log(folder, name) for name in household.parts if name not in ("postgres", "kubo")]
        assert household.keep(PATIENCE_SECONDS, lambda: all(_has_begun(one) for one in ready))
        yield house


def _add_postgres(household: Household, folder: Path) -> str:
    cluster, log = folder / "postgres", _log(folder, "postgres")
    found: list[Postgres] = []

    def begin() -> Popen[bytes]:
        # What it says is committed must be there after a kill, so none of its work is spared.
        found[:] = [postgres.start(cluster, log=log, durable=True)]
        return found[0].process

    household.add(Part("postgres", begin, postgres.FAST_SHUTDOWN))
    return found[0].create_database("redress")


def _add_kubo(household: Household, folder: Path) -> Kubo | None:
    ports = (process.free_port(), process.free_port())
    found: list[Kubo] = []

    def begin() -> Popen[bytes]:
        log = _log(folder, "kubo")
        found[:] = [kubo.start(folder / "kubo", log=log, ports=ports)]
        return found[0].process

    try:
        kubo.find()
    except Refusal:
        return None
    household.add(Part("kubo", begin))
    return found[0]


def _environment(
    folder: Path, node_url: str, database: str, ipfs: Kubo | None, world: World
) -> tuple[str, dict[str, str]]:
    """The relay's address, and what every process is told; sender's keys come with its part."""
    named: dict[str, str] = {
        "REDRESS_CLERK_RECIPIENT": recipient_of(CLERK),
        "REDRESS_MESSAGES_LOCAL": "1",
        "REDRESS_NODE_TIMEOUT_SECONDS": "5",
        "REDRESS_SENDER_POLL_SECONDS": "0.2",
        "REDRESS_RELAY_BATCH_SECONDS": "0.5",
        "REDRESS_ANCHOR_INTERVAL_SECONDS": "2",
        # One customer complains all the time.
        "REDRESS_ANCHOR_CUSTOMER_WAITING": "10000",
        # Of many signers in a short time, all paid for by play money.
        "REDRESS_RELAY_DAY_WEI": str(1000 * ETHER),
        "REDRESS_RELAY_SIGNER_DAY_WEI": str(10 * ETHER),
        "REDRESS_RELAY_ORGANISATION_DAY_WEI": str(1000 * ETHER),
        **({} if ipfs is None else {"REDRESS_KUBO_URL": ipfs.api_url}),
    }
    accounts = {name: _sender(folder, name, world) for name in SENDERS}
    named["REDRESS_RELAY_ADDRESS"] = accounts["relay"].address
    named["REDRESS_ANCHOR_ADDRESS"] = accounts["anchor"].address
    (folder / "password").write_text(_PASSWORD + "\n")
    (folder / "clerk.age").write_text(CLERK + "\n")
    env = {**environment(node_url, database, folder / "deployments", folder / "data"), **named}
    return accounts["relay"].address, env


def _sender(folder: Path, name: str, world: World) -> Any:
    account = Account.create()
    place = folder / name
    place.mkdir()
    keystore(place, account, _PASSWORD)
    world.rpc("anvil_setBalance", account.address, hex(1000 * ETHER))
    return account


def _add_ours(household: Household, folder: Path, env: Mapping[str, str], ports: list[int]) -> None:
    words = {
        "indexer": ("index", "run", "--standby"),
        "standby": ("index", "run", "--standby"),
        **{
            name: ("serve", "--port", str(port)) for name, port in zip(_SERVERS, ports, strict=True)
        },
        "relay": ("relay", "run"),
        "keeper": ("keeper", "run", "--all", "--gas-budget", str(ETHER), "--spread-seconds", "0"),
        "anchor": ("anchor", "run"),
        "notify": ("notify", "run"),
        "clerk": (
            *("clerk", "run", "--identity", str(folder / "clerk.age")),
            *("--poll-seconds", "1"),
        ),
    }
    for name, command in words.items():
        household.add(Part(name, _command(folder, name, env, command)))


def _command(folder: Path, name: str, env: Mapping[str, str], words: tuple[str, ...]) -> Any:
    own = dict(env)
    if (folder / name).is_dir():
        own["REDRESS_SENDER_KEYSTORE"] = str(next((folder / name).iterdir()))
        own["REDRESS_SENDER_PASSWORD_FILE"] = str(folder / "password")
    command = [sys.executable, "-m", "dapp", *words]
    return lambda: process.start(command, log=_log(folder, name), env=own)


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def _has_begun(log: Path) -> bool:
    said = log.read_text() if log.exists() else ""
    return any(one in said for one in ("redress: ", '"indexed"', '"standing by"'))
