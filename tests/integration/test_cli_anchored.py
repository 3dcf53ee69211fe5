"""A complaint signed, kept a receipt of, opened and taken back by commands alone."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.toolchain.postgres import Postgres
from tests.anchoring import AnchorHouse, anchor_house
from tests.api_player import PURSE_WEI, redress
from tests.terminal import Terminal, refusal
from tests.town import PASSPHRASE

__all__ = ["house"]


@pytest.fixture(scope="module")
def house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnchorHouse]:
    with anchor_house(postgres, tmp_path_factory.mktemp("anchored")) as found:
        yield found


def terminal(house: AnchorHouse) -> Terminal:
    """Of somebody with money, who has a node and a deployment file, and no database."""
    made = Terminal(
        {
            "REDRESS_SERVICE_URL": house.service.url,
            "REDRESS_NODE_URL": house.world.url,
            "REDRESS_DEPLOYMENTS": house.env["REDRESS_DEPLOYMENTS"],
            "REDRESS_DATA_DIR": str(house.folder / secrets.token_hex(4)),
            "REDRESS_PASSPHRASE": PASSPHRASE,
            "DATABASE_URL": "",
            "COLUMNS": "300",
        }
    )
    house.world.rpc("anvil_setBalance", made.address, hex(PURSE_WEI))
    house.world.rpc("anvil_impersonateAccount", made.address)
    return made


@pytest.mark.needs("impersonation")
def test_by_commands_alone(house: AnchorHouse, tmp_path: Path) -> None:
    customer = terminal(house)
    keys = [house.order(customer.address).key for _ in range(2)]
    receipts = [tmp_path / "one.json", tmp_path / "two.json"]
    with house.process():
        for key, receipt in zip(keys, receipts, strict=True):
            said = ("--demand", "40%", "--category", "order", "--text", "It came broken.")
            words = ("anchored", "file", key, *said, "--receipt", receipt, "--yes")
            refusal(customer.run(*words), "opener-unnamed")
            done = customer.run(*words, "--opener", house.world.bystander)
            assert done.returncode == 0, done.stderr.decode()
        kept = [json.loads(one.read_text()) for one in receipts]
        for one in kept:
            house.becomes(one["leaf"], "anchored")
    assert kept[0]["receipt"]["typed_data"]["primaryType"] == "AnchorReceipt"
    assert kept[0]["complaint"]["typed_data"]["message"]["demand"] == "4000"
    # A node proves the list of batches, the service gives their files.
    asked = ("--rpc-url", house.world.url, "--latest")
    checked = customer.read("anchored", "check", str(receipts[0]), *asked)
    assert (checked["verdict"], checked["leaf"]) == ("kept", kept[0]["leaf"])
    listed = customer.read("anchored", "list", "--customer", customer.address)
    assert [one["leaf"] for one in listed["anchored"]] == [kept[1]["leaf"], kept[0]["leaf"]]
    opened = customer.act("anchored", "open", kept[0]["leaf"])
    assert (
        customer.read("anchored", "show", kept[0]["leaf"])["anchored"]["complaint"]
        == opened["complaint"]
    )
    customer.act("anchored", "revoke", kept[1]["leaf"])
    house.becomes(kept[1]["leaf"], "revoked")
    stranger = terminal(house)
    refused = stranger.run("anchored", "revoke", kept[1]["leaf"], "--yes")
    refusal(refused, "not-your-case")
    log = tmp_path / "stands.log"
    with redress(log, house.env, "anchor", "stands", "--json") as child:
        assert child.wait(120) == 0
    found = json.loads(log.read_text())
    assert (found["sender"], found["waiting"], found["overdue"]) == (house.sender.address, 0, 0)


def test_a_batch_is_taken_in_by_its_file(house: AnchorHouse, tmp_path: Path) -> None:
    """As another service would, which has the chain and the file."""
    leaf = house.taken(house.order())
    with house.process():
        batch = house.becomes(leaf, "anchored")["batch"]
    manifest = house.service.get(f"/v1/evidence/{batch['digest']}")
    content = house.service.http.get(f"/ipfs/{manifest['items'][0]['cid']}").content
    file, forged = tmp_path / "batch.jsonl", tmp_path / "forged.jsonl"
    file.write_bytes(content)
    forged.write_bytes(content.replace(b'"demand":5000', b'"demand":6000'))
    house.rows("TRUNCATE anchored_complaint, anchor_leaf")
    assert _imported(house, tmp_path, str(forged))[0] == 1
    code, text = _imported(house, tmp_path, str(file))
    assert (code, json.loads(text)["complaints"]) == (0, 1)
    shown = house.shown(leaf)
    assert (shown["status"], shown["sender"], shown["batch"]) == ("anchored", None, batch)
    assert _imported(house, tmp_path, batch["digest"])[0] == 0
    # Who anchors may put into a batch what nobody signed; it is shown as nobody's.
    head, line = content.splitlines(keepends=True)
    record = json.loads(line)
    unsigned = json.dumps({**record, "signature": "0x" + "11" * 65}, separators=(",", ":"))
    file.write_bytes(head + unsigned.encode() + b"\n")
    house.rows("TRUNCATE anchored_complaint, anchor_leaf")
    code, text = _imported(house, tmp_path, str(file))
    assert (json.loads(text)["complaints"], json.loads(text)["unsigned"]) == (0, 1)


def _imported(house: AnchorHouse, folder: Path, what: str) -> tuple[int, str]:
    log = folder / f"{secrets.token_hex(4)}.log"
    with redress(log, house.env, "anchor", "import", what, "--json") as child:
        code = child.wait(120)
    return code, log.read_text()
