"""IPFS Cluster as a pinning service: one peer over the Kubo node that holds the evidence.

Skipped where the program is neither on PATH nor named by REDRESS_IPFS_CLUSTER.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from dapp.service.targets import PinningTarget
from evidence import Vault
from evidence.errors import PinMissing, PinningRefused
from evidence.kubo import Kubo
from evidence.pinning import Pin, PinningService, Token
from scripts.toolchain import process
from scripts.toolchain.kubo import Kubo as KuboNode
from tests.api_player import until
from tests.patience import PATIENCE_SECONDS

USER, PASSWORD = "redress", "of-the-test"


@pytest.fixture(scope="module")
def program() -> str:
    found = os.environ.get("REDRESS_IPFS_CLUSTER") or shutil.which("ipfs-cluster-service")
    if found is None:
        pytest.skip(
            "NOT TESTED: IPFS Cluster is not installed. Put ipfs-cluster-service on PATH, "
            "or name it by REDRESS_IPFS_CLUSTER"
        )
    return found


@pytest.fixture(scope="module")
def cluster(
    program: str, kubo: KuboNode, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of its Pinning Service API."""
    folder = tmp_path_factory.mktemp("cluster")
    log = folder / "cluster.log"
    ports = {
        "CLUSTER_LISTENMULTIADDRESS": process.free_port(),
        "CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS": process.free_port(),
        "CLUSTER_IPFSPROXY_LISTENMULTIADDRESS": process.free_port(),
        "CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS": process.free_port(),
        "CLUSTER_IPFSHTTP_NODEMULTIADDRESS": kubo.api_port,
    }
    env = {
        **os.environ,
        **{name: f"/ip4/127.0.0.1/tcp/{port}" for name, port in ports.items()},
        "CLUSTER_PINSVCAPI_BASICAUTHCREDENTIALS": f"{USER}:{PASSWORD}",
        "CLUSTER_MDNSINTERVAL": "0",
        "IPFS_CLUSTER_PATH": str(folder / "data"),
    }
    made = subprocess.run(
        [program, "init", "--consensus", "crdt"], env=env, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    url = f"http://127.0.0.1:{ports['CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS']}"
    child = process.start([program, "daemon"], log=log, env=env)
    try:
        process.wait_until_ready("IPFS Cluster", child, lambda: answers(url), log)
        yield url
    finally:
        process.stop(child)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/pins", timeout=5).status_code == 401
    except httpx.HTTPError:
        return False


@pytest.fixture
def service(cluster: str) -> Iterator[PinningService]:
    """As a user to whom the cluster gave a token."""
    given = httpx.post(f"{cluster}/token", auth=(USER, PASSWORD), timeout=PATIENCE_SECONDS)
    given.raise_for_status()
    with PinningService(cluster, Token(given.json()["token"], "the cluster")) as service:
        yield service


def test_the_cluster_pins_what_the_outbox_sends(
    service: PinningService, kubo: KuboNode, tmp_path: Path
) -> None:
    node, vault = Kubo(kubo.api_multiaddr), Vault(tmp_path)
    target = PinningTarget(service, node)
    root, _ = vault.put_file(BytesIO(random.Random(51).randbytes(2_500_000)))
    node.add_dag(root, vault.get)
    assert target.probe()
    assert not target.check(root, None).pinned
    reference = target.send(root, vault.get, None).reference
    until(lambda: target.check(root, reference).pinned, "pinned by the cluster")
    assert target.check(root, None).pinned
    assert target.send(root, vault.get, None).reference == reference


def test_pins_are_listed_and_removed(
    service: PinningService, kubo: KuboNode, tmp_path: Path
) -> None:
    node, vault = Kubo(kubo.api_multiaddr), Vault(tmp_path)
    root, _ = vault.put_file(BytesIO(random.Random(52).randbytes(1000)))
    node.add_dag(root, vault.get)
    added = service.add(Pin(str(root), name="a.pdf", meta={"app": "redress"}))
    (found,) = service.list(cids=[str(root)])
    assert (found.pin.cid, found.pin.name) == (str(root), "a.pdf")
    assert found.pin.meta == {"app": "redress"}
    service.remove(added.request_id)

    def gone() -> bool:
        try:
            service.get(added.request_id)
        except PinMissing:
            return True
        return False

    until(gone, "removed")


def test_a_wrong_token_is_refused(cluster: str) -> None:
    with (
        PinningService(cluster, Token("nonsense", "the test")) as service,
        pytest.raises(PinningRefused) as caught,
    ):
        list(service.list())
    assert caught.value.fields["status"] == 401
