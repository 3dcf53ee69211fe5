"""The server's meters: on a port of its own, and nowhere else."""

from contextlib import closing
from pathlib import Path

import httpx

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import environment, running, until
from tests.listening import Listener
from tests.patience import PATIENCE_SECONDS
from tests.world import HOURS, World


def values(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_what_ails_the_service_can_be_read_but_not_from_outside(
    postgres: Postgres, tmp_path: Path
) -> None:
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, tmp_path / "deployments")) as world,
    ):
        organisation = world.register()
        world.file(world.pay(organisation))
        world.warp(71 * HOURS)
        env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
        port = process.free_port()
        env["REDRESS_WEB_METRICS_PORT"] = str(port)
        with running(world, env, tmp_path) as service:
            Listener(f"{service.url}/v1/stream")
            for path in ("/metrics", "/v1/metrics"):
                assert service.http.get(path).status_code == 404
            # Each by its route, also where a kept answer saves it.
            asked = ("/v1/cases", "/v1/cases/1", "/v1/cases/1/offers")
            for path in 3 * asked:
                service.get(path)
            found: dict[str, float] = {}

            def read() -> bool:
                url = f"http://127.0.0.1:{port}/metrics"
                found.update(values(httpx.get(url, timeout=PATIENCE_SECONDS).text))
                return found.get("redress_head_block") == world.block_number()

            until(read, "measured")
            assert found["redress_head_lag_blocks"] == 0
            assert found["redress_database_up"] == 1
            assert found["redress_reorg_depth"] == 0
            for path in asked:
                route = path.replace("/1", "/{complaint}")
                counted = (
                    f'redress_http_requests_total{{method="GET",route="{route}",status="200"}}'
                )
                assert found[counted] == 3, route
            until(lambda: read() and found["redress_stream_readers"] == 1, "a reader counted")
            assert found["redress_sla_acknowledgements_late"] == 1
