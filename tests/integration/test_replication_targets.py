"""A real Kubo node, and pinning services that fetch from it, as targets of the outbox."""

import asyncio
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from dapp.service.targets import KuboTarget, PinningTarget, TargetStuck
from evidence import CID, Vault, digest_to_cid, parse_cid
from evidence.errors import BlockMissing
from evidence.kubo import Kubo
from evidence.pinning import Pin, PinningService, Token
from scripts.toolchain.kubo import Kubo as KuboNode
from tests.pinning_server import TOKEN, PinningServer, running
from tests.replicating import door, migrated, site, until, until_all

SERVER = "pinning:127.0.0.1"


@pytest.fixture
def url(database_url: str) -> str:
    asyncio.run(migrated(database_url))
    return database_url


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def node(kubo: KuboNode) -> Kubo:
    return Kubo(kubo.api_multiaddr, timeout_seconds=10)


@pytest.fixture
def server() -> Iterator[PinningServer]:
    with running() as server:
        yield server


@pytest.fixture
def service(server: PinningServer) -> Iterator[PinningService]:
    with PinningService(server.url, Token(TOKEN, "the test")) as service:
        yield service


def stored(vault: Vault, node: Kubo | None, seed: int) -> CID:
    """A file of its own, in the vault and at the node."""
    root, _ = vault.put_file(BytesIO(random.Random(seed).randbytes(1_500_000)))
    if node is not None:
        node.add_dag(root, vault.get)
    return root


def test_a_real_node_that_was_down_gets_everything(
    url: str, vault: Vault, kubo: KuboNode, node: Kubo
) -> None:
    content = random.Random(21).randbytes(2_500_000)

    async def work() -> None:
        with door(kubo.api_port) as way:
            target = KuboTarget(Kubo(f"/ip4/127.0.0.1/tcp/{way.port}", timeout_seconds=5))
            way.shut()
            async with site(url, vault, target) as one:
                shown = one.submit("down at first", content)
                await until_all(one, "unreachable", ["kubo"], shown)
                way.open()
                await until_all(one, "pinned", ["kubo"], shown)
                way.shut()
                await until_all(one, "unreachable", ["kubo"], shown)
                way.open()
                await until_all(one, "pinned", ["kubo"], shown)
                (health,) = await one.replicas.health()
                assert health["ok"]
                assert health["detail"].startswith("Kubo 0.")
        file = parse_cid(shown["items"][0]["cid"])
        assert node.is_pinned(file)
        assert node.is_pinned(digest_to_cid(bytes.fromhex(shown["digest"][2:])))
        assert b"".join(node.cat(file)) == content

    asyncio.run(work())


def test_a_real_node_that_dies_in_the_middle_gets_the_rest(
    url: str, vault: Vault, kubo: KuboNode, node: Kubo
) -> None:
    files = [random.Random(100 + n).randbytes(3_000_000) for n in range(4)]

    async def work() -> None:
        with door(kubo.api_port) as way:
            target = KuboTarget(Kubo(f"/ip4/127.0.0.1/tcp/{way.port}", timeout_seconds=5))
            async with site(url, vault, target) as one:
                shown = one.submit("cut off", *files)
                for _ in range(5):
                    await asyncio.sleep(0.05)
                    way.shut()
                    await asyncio.sleep(0.02)
                    way.open()
                await until_all(one, "pinned", ["kubo"], shown)
        for item, content in zip(shown["items"], files, strict=True):
            assert b"".join(node.cat(parse_cid(item["cid"]))) == content

    asyncio.run(work())


def test_what_kubo_unpinned_is_pinned_again(vault: Vault, node: Kubo) -> None:
    target, root = KuboTarget(node), stored(vault, node, 31)
    assert target.check(root, None).pinned
    node.unpin(root)
    assert not target.check(root, None).pinned
    assert target.send(root, vault.get, None).pinned
    assert node.is_pinned(root)


def test_what_kubo_has_pinned_is_not_sent_again(vault: Vault, node: Kubo) -> None:
    def nothing(cid: CID) -> bytes:
        raise BlockMissing("not asked for", cid=str(cid))

    assert KuboTarget(node).send(stored(vault, node, 32), nothing, None).pinned


def test_a_service_is_followed_from_queue_to_pin(
    url: str, vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    server.first_state = "queued"
    target = PinningTarget(service, node)

    async def work() -> None:
        async with site(url, vault, KuboTarget(node), target) as one:
            shown = one.submit("to be pinned", b"by a service")
            roots = {shown["cid"], shown["items"][0]["cid"]}

            async def all_asked_for() -> bool:
                return set(server.cids("queued")) == roots

            await until(all_asked_for, "both queued")
            assert (await one.states(shown))[target.name] == {"pending"}
            server.move("pinning")
            server.first_state = "pinned"
            asked = len(server.calls)

            async def asked_again() -> bool:
                return len(server.calls) > asked + 4

            await until(asked_again, "the service is asked how far it is")
            assert (await one.states(shown))[target.name] == {"pending"}
            server.move("failed")

            async def replaced() -> bool:
                return sorted(server.cids("pinned")) == sorted(roots)

            await until(replaced, "a new request for each that failed")
            await until_all(one, "pinned", ["kubo", target.name], shown)
            assert (await one.told(shown))["stored"] == ["vault", "kubo", target.name]

    asyncio.run(work())


def test_a_service_is_asked_only_for_what_the_node_holds(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    target, root = PinningTarget(service, node), stored(vault, None, 33)
    assert not target.send(root, vault.get, None).pinned
    assert server.pins == {}


def test_an_answer_that_was_lost_makes_no_second_request(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    target, root = PinningTarget(service, node), stored(vault, node, 34)
    first = service.add(Pin(str(root)))  # and then the process died
    held = target.send(root, vault.get, None)
    assert (held.pinned, held.reference) == (True, first.request_id)
    assert server.cids() == [str(root)]


def test_a_pin_that_the_service_dropped_is_asked_for_again(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    target, root = PinningTarget(service, node), stored(vault, node, 35)
    reference = target.send(root, vault.get, None).reference
    server.pins.clear()
    assert not target.check(root, reference).pinned
    again = target.send(root, vault.get, reference)
    assert again.pinned
    assert again.reference != reference


def test_a_service_that_answers_with_other_pins_is_not_believed(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    target = PinningTarget(service, node)
    root, other = stored(vault, node, 36), stored(vault, node, 37)
    reference = target.send(other, vault.get, None).reference
    assert not target.check(root, reference).pinned


def test_a_service_that_gives_up_says_why(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    server.first_state = "failed"
    held = PinningTarget(service, node).send(stored(vault, node, 38), vault.get, None)
    assert (held.pinned, held.problem) == (False, "pinning_failed")


def test_every_request_for_what_was_erased_is_taken_back(
    vault: Vault, node: Kubo, server: PinningServer, service: PinningService
) -> None:
    target = PinningTarget(service, node)
    root, kept = stored(vault, node, 39), stored(vault, node, 40)
    service.add(Pin(str(root)))  # and then the process died
    service.add(Pin(str(root)))
    target.send(kept, vault.get, None)
    target.remove(root, "a reference that means nothing any more")
    assert server.cids() == [str(kept)]
    target.remove(root, None)
    KuboTarget(node).remove(root, None)
    KuboTarget(node).remove(root, None)
    assert not node.is_pinned(root)
    assert node.is_pinned(kept)


def test_a_service_that_keeps_what_it_was_told_to_remove_is_asked_again(
    vault: Vault, node: Kubo, service: PinningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, root = PinningTarget(service, node), stored(vault, node, 41)
    target.send(root, vault.get, None)
    monkeypatch.setattr(service, "remove", lambda request_id: None)
    with pytest.raises(TargetStuck):
        target.remove(root, None)
