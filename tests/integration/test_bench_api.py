"""The bench of the API, played small: its shape and its agreement, not its times."""

import json
import shutil
from io import StringIO

import psycopg
import pytest
from rich.console import Console

from scripts.benches import api, api_rows, load
from scripts.benches.api_result import BESIDE, Measured, result
from scripts.benches.api_tables import AT_LEAST, AT_MOST, rates, targets
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import running as running_anvil
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.refusal import Refusal
from tests.indexing import Indexed
from tests.world import World

COPIES = 400


@pytest.fixture(scope="module")
def measured() -> Measured:
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    return api.measure(COPIES, rounds=1, seconds=1, warm_seconds=2, clients=20)


def test_the_bench_writes_what_others_read(measured: Measured) -> None:
    found = result(measured)
    assert json.loads(json.dumps(found)) == found
    named = {"ratio_case", "ratio_list", "ratio_304", "p99_ms", "sse_clients", "slowest_query_ms"}
    assert named | set(AT_LEAST) | set(AT_MOST) < set(found)
    for name in BESIDE:
        least, most = found["spread"][f"ratio_{name}"]
        assert 0 < least <= found[f"ratio_{name}"] <= most
    assert found["complaints"] == COPIES
    assert found["sse_clients"] == found["sse_asked"] == 20
    assert found["sse_events"] >= 10


def test_ours_and_the_bare_routes_answer_with_as_much(measured: Measured) -> None:
    sizes = result(measured)["bytes"]
    for name in ("case", "list"):
        ours, bare = sizes[name], sizes[f"bare_{name}"]
        # Our headers are longer.
        assert bare - 500 < ours < bare + 2000


def test_people_see_whether_targets_are_reached(measured: Measured) -> None:
    found = {**result(measured), "ratio_case": 0.7, "ratio_304": 0.8}
    console = Console(file=StringIO(), width=140)
    console.print(rates(found), targets(found))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "≥ 0.6 ✓" in shown
    assert "≥ 0.9 ✗" in shown
    assert "400 complaints" in shown


def test_without_wrk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refusal, match="Install the package 'wrk'"):
        load.program()


def test_copies_read_like_complaints_of_their_own(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    with (
        running_anvil() as node,
        postgres_tool.database(postgres) as url,
        World.deployed(node.url, folder) as world,
    ):
        organisation = world.register()
        for _ in range(2):
            world.file(world.pay(organisation))
        indexed = Indexed(world, folder, url)
        indexed.index()
        api_rows.fill(url, 5)
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT id, customer, order_key, filed_at, body FROM complaint WHERE id >= %s"
                " ORDER BY id",
                (api_rows.FIRST,),
            ).fetchall()
            facts = connection.execute("SELECT count(*) FROM case_fact").fetchone()
        assert [row[0] for row in rows] == list(range(api_rows.FIRST, api_rows.FIRST + 5))
        assert len({row[2] for row in rows}) == 5
        for number, customer, order, filed_at, body in rows:
            assert (body["id"], body["customer"], body["filed_at"]) == (number, customer, filed_at)
            assert body["order"]["key"] == order
            assert body["order"]["customer"] == customer
        assert facts == (7,)
        times = [row[3] for row in rows]
        assert times == sorted(times) and len(set(times)) == 5
