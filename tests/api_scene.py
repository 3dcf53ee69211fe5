"""A service with cases in several phases, for tests of what it refuses."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, running
from tests.world import HOURS, World

MAX_UPLOAD_BYTES = 512 * 1024
NOBODY = "0x000000000000000000000000000000000000dEaD"
NOTHING = "0x" + "00" * 31 + "01"


@dataclass(frozen=True)
class Scene:
    """Cases in several phases, and who is who in them."""

    service: Service
    names: dict[str, object]


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("refusals")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        names = play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        env["REDRESS_MAX_UPLOAD_BYTES"] = str(MAX_UPLOAD_BYTES)
        with running(world, env, folder) as service:
            yield Scene(service, names)


def play(world: World) -> dict[str, object]:
    organisation = world.register()
    world.bond(organisation)
    world.stake()
    voting = world.file(world.pay(organisation))
    world.offer(voting, 4000)
    world.escalate(voting)
    world.draw(voting)
    world.warp(24 * HOURS + 60)
    filed = world.file(world.pay(organisation))
    offered = world.file(world.pay(organisation))
    world.offer(offered, 4000)
    accepted = world.file(world.pay(organisation))
    world.offer(accepted, 4000)
    world.accept(accepted)
    held = world.pay(organisation)
    seated = {world.seat_owner(voting, seat) for seat in range(3)}
    return {
        "organisation": organisation,
        "shop": world.organisation,
        "customer": world.customer,
        "bystander": world.bystander,
        "seated": world.seat_owner(voting, 0),
        "unseated": next(one for one in world.arbitrators if one not in seated),
        "voting": voting,
        "filed": filed,
        "offered": offered,
        "accepted": accepted,
        "held": held.key,
    }


def is_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = dict(response.json())
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    assert problem["type"].endswith(code)
    assert len(problem["detail"]) > 5
    return {"remedy": None, **problem}
