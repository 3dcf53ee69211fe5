"""Receipts, kept and broken, on a real chain: what `redress anchored` says of them."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import anchor_file
from dapp.domain.anchor_file import Origin, Signed
from dapp.domain.anchoring import AnchoredComplaint, Receipt, receipt_data
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import Tree, root_of
from dapp.domain.signing import wallet_json
from dapp.domain.types import Address, Hash32, hash32
from evidence import Item, Kind, Manifest, Vault, Visibility, digest_to_cid, encode
from tests import anchored, chains
from tests.terminal import Done, run
from tests.world import HOURS, World


@dataclass
class Collector:
    """Whoever takes signed complaints, and a folder of what is found there.

    Attributes:
        url: of the node.
    """

    world: World
    url: str
    folder: Path

    @property
    def sender(self) -> Address:
        return self.world.bystander

    def signed(self, count: int) -> list[AnchoredComplaint]:
        return [
            anchored.complaint(self.world, self.world.pay(self.organisation)) for _ in range(count)
        ]

    def __post_init__(self) -> None:
        self.organisation = self.world.register()
        self.vault = Vault(self.folder / "vault")
        self.cars: list[str] = []

    def receipt(self, one: AnchoredComplaint, signer: Address | None = None) -> Path:
        """As the service gives it."""
        leaf = anchored.leaf(self.world, one)
        said = Receipt(leaf, self.world.contracts[ANCHOR], self.sender, one.anchor_by)
        data = wallet_json(receipt_data(anchored.place(self.world), said))
        signature = self.world.rpc("eth_signTypedData_v4", signer or self.sender, data)
        path = self.folder / f"{leaf}.json"
        path.write_text(json.dumps({"receipt": {"typed_data": data, "signature": signature}}))
        return path

    def anchor(
        self, some: Sequence[AnchoredComplaint], *, told: Sequence[Any] | None = None
    ) -> None:
        """Put them on chain, with a file that holds them, or what else is told."""
        place, anchor = anchored.place(self.world), self.world.contracts[ANCHOR]
        listed = [
            Signed(anchored.leaf(self.world, one), one, "0x" + "11" * 65) for one in told or some
        ]
        data = anchor_file.written(Origin(place, anchor, self.sender), listed)
        stored = self.vault.put_file(io.BytesIO(data))
        item = Item(
            anchor_file.NAME,
            anchor_file.MEDIA_TYPE,
            stored.size,
            stored.cid,
            Kind.FILE,
            Visibility.PUBLIC,
        )
        manifest = Manifest(
            salt=keccak(data),
            chain=f"eip155:{self.world.chain_id}",
            desk=self.world.contracts["ComplaintDesk"].lower(),
            author=self.sender.lower(),
            items=(item,),
        )
        digest = self.vault.put_manifest(encode(manifest))
        tree = Tree(keccak, [anchored.leaf(self.world, one) for one in some])
        self.world.send(self.sender, ANCHOR, "anchor", (tree.root, len(some), hash32(digest)))
        for cid in (digest_to_cid(digest), stored.cid):
            path = self.folder / f"{cid}.car"
            path.write_bytes(b"".join(self.vault.car(cid)))
            self.cars += ["--car", str(path)]

    def online(self, receipt: Path, *words: str) -> Any:
        """The verdict by the node."""
        asked = ("anchored", "check", str(receipt), "--rpc-url", self.url, "--latest", "--json")
        return said(run({"REDRESS_DATA_DIR": str(self.folder)}, *asked, *(words or self.cars)))

    def bundle(self, receipt: Path) -> tuple[Path, str]:
        """A list of batches, and the hash of its block."""
        path = self.folder / "batches.json"
        path.unlink(missing_ok=True)
        self.world.mine()
        words = ("anchored", "bundle", str(receipt), "-o", str(path), "--rpc-url", self.url)
        done = run({"REDRESS_DATA_DIR": str(self.folder)}, *words, "--latest", "--json")
        assert done.returncode == 0, done
        return path, str(json.loads(done.stdout)["block_hash"])

    def offline(self, receipt: Path, bundle: tuple[Path, str]) -> Any:
        """The verdict without a node."""
        path, block = bundle
        words = ("anchored", "check", str(receipt), "--bundle", str(path), "--block-hash", block)
        return said(run({"REDRESS_DATA_DIR": str(self.folder)}, *words, "--json", *self.cars))


def said(done: Done) -> Any:
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["verdict"] == "kept" else 1)
    return found


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with chains.running() as node, World.deployed(node.url, tmp_path) as world:
        yield Collector(world, node.url, tmp_path)


def test_a_receipt_that_was_kept(collector: Collector) -> None:
    some = collector.signed(5)
    receipt = collector.receipt(some[2])
    assert collector.online(receipt)["verdict"] == "not-yet-due"
    collector.anchor(some[:2])
    collector.anchor(some[2:])
    found = collector.online(receipt)
    assert (found["verdict"], found["kept"]["batch"]) == ("kept", 2)
    leaf = anchored.leaf(collector.world, some[2])
    assert root_of(keccak, leaf, found["kept"]["proof"]) == found["kept"]["root"]
    assert collector.offline(receipt, collector.bundle(receipt)) == found | {
        "block": found["block"] + 1
    }


@pytest.mark.parametrize("turns", [-1, 1])
def test_a_kept_receipt_is_not_broken_by_another_way_to_write_it(
    collector: Collector, turns: int
) -> None:
    """The same word is signed, modulo 2**256: as if it had been promised for long ago."""
    (one,) = collector.signed(1)
    receipt = collector.receipt(one)
    collector.anchor([one])
    found = json.loads(receipt.read_text())
    message = found["receipt"]["typed_data"]["message"]
    message["anchorBy"] = str(int(message["anchorBy"]) + turns * 2**256)
    receipt.write_text(json.dumps(found))
    asked = ("anchored", "check", str(receipt), "--rpc-url", collector.url, "--latest", "--json")
    done = run({"REDRESS_DATA_DIR": str(collector.folder)}, *asked, *collector.cars)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"receipt-malformed" in done.stderr


def test_a_receipt_that_was_broken(collector: Collector) -> None:
    mine, *others = collector.signed(4)
    receipt = collector.receipt(mine)
    collector.anchor(others)
    collector.world.warp(2 * HOURS)
    # What comes too late keeps no promise.
    collector.anchor([mine])
    found = collector.online(receipt)
    assert (found["verdict"], found["withheld"], found["kept"]) == ("broken", [], None)
    bundle = collector.bundle(receipt)
    assert collector.offline(receipt, bundle)["verdict"] == "broken"
    deployment = str(collector.folder / f"{collector.world.chain_id}.json")
    known = collector.online(receipt, "--deployment", deployment, *collector.cars)
    assert known["verdict"] == "broken"


def test_a_sender_without_a_batch_broke_it(collector: Collector) -> None:
    (mine,) = collector.signed(1)
    receipt = collector.receipt(mine)
    collector.world.warp(2 * HOURS)
    collector.world.mine()
    assert collector.offline(receipt, collector.bundle(receipt))["verdict"] == "broken"


def test_a_file_that_is_withheld_or_another_is_the_senders_fault(collector: Collector) -> None:
    mine, *others = collector.signed(4)
    receipt = collector.receipt(mine)
    collector.anchor(others[:2])
    collector.anchor([mine, others[2]], told=others[:1])
    collector.world.warp(2 * HOURS)
    collector.world.mine()
    found = collector.online(receipt)
    assert found["verdict"] == "file-withheld"
    assert [(one["batch"], one["why"]) for one in found["withheld"]] == [(2, "differs")]
    del collector.cars[:4]
    found = collector.online(receipt)
    assert [(one["batch"], one["why"]) for one in found["withheld"]] == [
        (1, "missing"),
        (2, "differs"),
    ]


def test_what_its_customer_took_back_is_no_broken_promise(collector: Collector) -> None:
    (mine,) = collector.signed(1)
    receipt = collector.receipt(mine)
    anchored.revoke(collector.world, mine)
    collector.world.warp(2 * HOURS)
    collector.world.mine()
    assert collector.offline(receipt, collector.bundle(receipt))["verdict"] == "taken-back"


def test_what_proves_nothing(collector: Collector) -> None:
    mine, other = collector.signed(2)
    forged = collector.receipt(mine, collector.world.customer)
    assert collector.online(forged)["verdict"] == "unproven"
    receipt = collector.receipt(mine)
    collector.anchor([other])
    collector.world.warp(2 * HOURS)
    path, block = collector.bundle(receipt)
    whole = json.loads(path.read_text())
    left_out = {**whole, "batches": []}
    later = {
        **whole,
        "batches": [{**whole["batches"][0], "time": whole["batches"][0]["time"] + 9999}],
    }
    foreign = {**whole, "leaf": Hash32("0x" + "22" * 32)}
    for damaged in (left_out, later, foreign, {**whole, "more": 1}, {**whole, "nodes": []}):
        text = json.dumps(damaged, sort_keys=True, separators=(",", ":"))
        path.write_text(text)
        assert collector.offline(receipt, (path, block))["verdict"] == "unproven", text
    path.write_text(json.dumps(whole))
    assert collector.offline(receipt, (path, block))["verdict"] == "unproven"
    path.write_text(json.dumps(whole, sort_keys=True, separators=(",", ":")))
    assert collector.offline(receipt, (path, "0x" + "33" * 32))["verdict"] == "unproven"
    assert collector.offline(receipt, (path, block))["verdict"] == "broken"
