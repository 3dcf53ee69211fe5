"""The IPFS project's own questions to trustless gateways, asked of ours."""

from contextlib import suppress
from pathlib import Path

from evidence import Vault
from evidence.errors import HashUnsupported
from scripts.toolchain import conformance
from tests.gateway_server import put_blocks, serving
from tests.servers import find_or_skip

SPECS = "trustless-block-gateway,trustless-car-gateway,trustless-car-gateway-optional"


def test_gateway_conformance(tmp_path: Path) -> None:
    find_or_skip(conformance.find, "REDRESS_REQUIRE_CONFORMANCE")
    vault = Vault(tmp_path / "vault")
    for car in conformance.extract_cars(tmp_path / "fixtures"):
        with suppress(HashUnsupported):
            put_blocks(vault, car.read_bytes())
    with serving(vault) as url:
        results = conformance.ask(url, SPECS, tmp_path / "report.json")
    passed, failed = (
        {name.split("/")[1] for name, became in results.items() if became == kind and "/" in name}
        for kind in ("pass", "fail")
    )
    assert failed == set()
    assert len(passed) > 60
