"""A whole dispute by commands alone, against a service elsewhere that holds no key."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from eth_account import Account

from dapp.chain.keccak import keccak
from dapp.chain.wallet import Wallet
from tests.terminal import Terminal, refusal
from tests.town import Town, paid, shop, town
from tests.world import ETHER

__all__ = ["shop", "town"]

VOTES = ("50%", "55%", "7000bps")


def test_a_whole_dispute_by_commands_alone(town: Town, shop: Terminal, tmp_path: Path) -> None:
    customer = town.terminal()
    arbitrators = {one.address: one for one in (town.terminal() for _ in range(5))}
    for one in arbitrators.values():
        one.act("stake", "--tickets", 2)
    picture = tmp_path / "lamp.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000))
    filed = customer.act(
        "file", paid(town, customer), "--demand", "80%", "--category", "order",
        "--text", "The lamp came broken.", "--attach", picture,
    )  # fmt: skip
    complaint = filed["complaint"]
    assert filed["from"] == customer.address
    assert town.case(complaint)["demand"] == 8000
    shop.act("ack", complaint, "--text", "Hello.")
    shop.act("ask", complaint, "--text", "The switch?")
    customer.act("inform", complaint, "--text", "On.")
    shop.act("offer", complaint, "--share", "40%")
    done = customer.act("escalate", complaint, "--offer", 1, "--demand", "80%")
    assert int(done["value"]) > 0
    vote(town, arbitrators, complaint)
    anyone = town.terminal()
    executed = anyone.act("execute", complaint)
    assert "Executed" in [one["name"] for one in executed["events"]]
    customer.act("confirm", complaint)
    customer.act("rate", complaint, "--stars", 4)
    shown = town.case(complaint)
    assert (shown["ruling"]["share"], shown["phase"]) == (5500, "confirmed")
    assert shown["ratings"][0]["stars"] == 4


def vote(town: Town, arbitrators: Mapping[str, Terminal], complaint: int) -> None:
    town.world.mine(5)
    town.service.wait_for(town.world.block_number())
    current = town.case(complaint)["rounds"][-1]
    town.service.pass_time(current["commit_opens"]["unix"] - town.world.now())
    panel = town.service.get(f"/v1/cases/{complaint}/panel")["seats"]
    seats = [(one["number"], arbitrators[one["owner"]]) for one in panel]
    killed_before_it_is_sent(seats[1][1], complaint, seats[1][0])
    for number, person in seats:
        words = ("vote", complaint, "--share", VOTES[number], "--seat", number)
        done = person.act(*words, "--reason", f"Reason {number}")
        receipt = Path(done["receipt"])
        assert receipt.stat().st_mode & 0o777 == 0o600
        assert b"redress-receipt" not in receipt.read_bytes()
    # The receipt is all that a reveal needs: here on another machine, named by hand.
    number, person = seats[0]
    (kept,) = (Path(person.env["REDRESS_DATA_DIR"]) / "receipts").glob(f"*-{number}-*.age")
    elsewhere = town.folder / "copy.age"
    elsewhere.write_bytes(kept.read_bytes())
    kept.unlink()
    refusal(person.run("reveal", complaint, "--seat", number, "--yes"), "receipt-missing")
    person.act("reveal", complaint, "--receipt", elsewhere)
    for number, person in seats[1:]:
        person.act("reveal", complaint, "--seat", number)
    shown = town.case(complaint)["rounds"][-1]
    assert [one["vote"] for one in shown["seats"]] == [5000, 5500, 7000]
    reason = town.service.get(f"/v1/evidence/{shown['seats'][1]['reason']}")
    assert reason["manifest"]["text"] == "Reason 1"
    town.service.pass_time(shown["appeal_ends"]["unix"] - town.world.now())


def killed_before_it_is_sent(person: Terminal, complaint: int, seat: int) -> None:
    """What opens the vote is on the disk before anybody can have seen it."""

    async def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wallet, "send", die)
        words = ("vote", complaint, "--share", "1%", "--seat", seat, "--yes")
        assert person.run(*words).returncode == 130
    (kept,) = (Path(person.env["REDRESS_DATA_DIR"]) / "receipts").iterdir()
    taken = person.run(*words, "--receipt", kept)
    assert taken.returncode == 1
    assert b"receipt-exists" in taken.stderr


def test_a_keystore_opens_with_its_password(town: Town, tmp_path: Path) -> None:
    person = town.terminal()
    keystore, password = tmp_path / "key.json", tmp_path / "password"
    keystore.write_text(
        json.dumps(Account.encrypt(person.account.key, "hunter2", kdf="pbkdf2", iterations=2))
    )
    password.write_text("hunter2\n")
    password.chmod(0o600)
    words = ("stake", "--tickets", "1", "--keystore", keystore, "--yes")
    keyless = {"REDRESS_PRIVATE_KEY": ""}
    by_file = {**keyless, "REDRESS_PASSWORD_FILE": str(password)}
    assert person.act(*words, **by_file)["from"] == person.address
    assert person.act(*words, typed="hunter2\n", **keyless)["from"] == person.address
    refusal(person.run(*words, typed="hunter3\n", **keyless), "password-wrong")
    password.chmod(0o644)
    refusal(person.run(*words, **by_file), "secret-exposed")


def test_a_key_from_standard_input(town: Town) -> None:
    person = town.terminal()
    key = bytes(person.account.key).hex() + "\n"
    words = ("stake", "--tickets", 1, "--key-stdin")
    assert person.act(*words, typed=key, REDRESS_PRIVATE_KEY="")["from"] == person.address
    line = refusal(person.run(*words, "--yes", typed="0xnonsense\n"), "key-invalid")
    assert "nonsense" not in line


def test_nothing_is_signed_without_a_yes(town: Town) -> None:
    person = town.terminal()
    no = person.run("stake", "--tickets", 1, typed="n\n")
    assert no.returncode == 130
    assert b"ArbitrationCourt.stake(tickets 1)" in no.stderr
    assert b"public for ever" in no.stderr
    dry = person.run("stake", "--tickets", 1, "--dry-run", "--json")
    assert json.loads(dry.stdout)["sent"] is False
    without = {"REDRESS_PRIVATE_KEY": ""}
    words = ("stake", "--tickets", 1, "--dry-run")
    assert b"sent" in person.run(*words, "--from", person.address, **without).stdout
    refusal(person.run(*words, **without), "key-missing")
    assert town.world.rpc("eth_getTransactionCount", person.address, "latest") == "0x0"
    yes = person.run("stake", "--tickets", 1, typed="y\n")
    assert yes.returncode == 0
    assert b"Staked" in yes.stdout


@pytest.mark.needs("any_balance")
def test_a_wallet_without_money(town: Town) -> None:
    poor = town.terminal()
    town.world.rpc("anvil_setBalance", poor.address, "0x1")
    refusal(poor.run("stake", "--tickets", 1, "--yes"), "insufficient-funds")
    town.world.rpc("anvil_setBalance", poor.address, hex(ETHER))
    line = refusal(poor.run("stake", "--tickets", 3, "--yes"), "insufficient-funds")
    assert "money" in line


def test_what_the_rules_forbid(town: Town) -> None:
    refusal(town.terminal().run("execute", 999, "--yes"), "complaint-unknown")
    refusal(town.terminal().run("act", "dance", "--yes"), "action-unknown")


def test_another_key_than_the_one_that_is_named(town: Town) -> None:
    person, other = town.terminal(), town.terminal()
    words = ("stake", "--tickets", 1, "--from", other.address, "--yes")
    refusal(person.run(*words), "key-of-another")


def test_a_relay_gets_what_is_signed(town: Town) -> None:
    """What is printed without a relay is what the forwarder takes."""
    person = town.terminal()
    key = "0x" + keccak(b"key").hex()
    done = person.run("act", "encryption-key", f"key={key}", "--relay", "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert told["typed_data"]["message"]["actor"] == person.address
    line = person.run("stake", "--tickets", 1, "--relay", "--yes")
    assert line.returncode == 1
    assert b"not-relayed" in line.stderr
