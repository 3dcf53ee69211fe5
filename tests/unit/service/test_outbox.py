"""Evidence reaches a node that was down, once it is up."""

from pathlib import Path

import pytest

from dapp.domain.types import Address, ChainId
from dapp.service.evidence import Evidence, Submission
from dapp.service.outbox import Outbox
from evidence import Vault, digest_to_cid
from evidence.kubo import Kubo
from scripts.toolchain import process
from scripts.toolchain.kubo import Kubo as KuboNode

AUTHOR = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")


def submit(vault: Vault, outbox: Outbox) -> str:
    evidence = Evidence(vault, outbox, ChainId(31337), AUTHOR, 1024)
    stored = evidence.submit(Submission(AUTHOR, "hello", None, None, None, []))
    assert stored["stored"] == ["vault"]
    return str(stored["digest"])


@pytest.fixture
def dead() -> Kubo:
    return Kubo(f"/ip4/127.0.0.1/tcp/{process.free_port()}", timeout_seconds=2)


def test_a_node_that_is_down_refuses_no_evidence(tmp_path: Path, dead: Kubo) -> None:
    vault = Vault(tmp_path / "vault")
    outbox = Outbox(tmp_path / "outbox", vault, dead)
    digest = submit(vault, outbox)
    assert outbox.send_pending(dead) is False
    assert outbox.places(bytes.fromhex(digest[2:])) == ["vault"]


def test_what_waited_is_sent_once_the_node_is_up(
    tmp_path: Path, dead: Kubo, kubo: KuboNode
) -> None:
    vault = Vault(tmp_path / "vault")
    digest = bytes.fromhex(submit(vault, Outbox(tmp_path / "outbox", vault, dead))[2:])
    node = Kubo(f"/ip4/127.0.0.1/tcp/{kubo.api_port}")
    restarted = Outbox(tmp_path / "outbox", vault, node)
    assert restarted.send_pending(node) is True
    assert restarted.places(digest) == ["vault", "kubo"]
    assert node.is_pinned(digest_to_cid(digest))
