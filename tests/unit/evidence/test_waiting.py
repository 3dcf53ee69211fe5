"""What is pinned before anything speaks for it."""

import random
from io import BytesIO
from pathlib import Path

import pytest

from evidence import CID, Budget, Holder, Vault, Wait, Waiting
from evidence.errors import BudgetSpent, ShareFull

KIB = 1 << 10
ROOMY = Budget(1 << 40, 1 << 40)


def wait(size: int, client: str = "a", since: int = 1, budget: Budget = ROOMY) -> Wait:
    return Wait(Waiting("here", Holder(client), size, since), budget, 50)


def submit(vault: Vault, owner: str, data: bytes, terms: Wait | None) -> CID:
    with vault.delivery() as delivery:
        cid = delivery.put_file(BytesIO(data)).cid
        delivery.pin(owner, terms)
    return cid


def test_it_waits_until_it_is_kept_or_given_up(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    named, unnamed = (submit(vault, one, one.encode(), wait(10)) for one in ("named", "unnamed"))
    assert set(Vault(tmp_path).waiting()) == {"named", "unnamed"}
    vault.keep("named")
    assert set(vault.waiting()) == {"unnamed"}
    removed = vault.give_up(vault.waiting())
    assert removed.roots == (unnamed,)
    assert (vault.has(named), vault.has(unnamed)) == (True, False)
    assert vault.waiting() == {}
    assert set(vault.pins()) == {"named"}


def test_who_comes_again_waits_anew(tmp_path: Path) -> None:
    vault, other = Vault(tmp_path), Vault(tmp_path)
    cid = submit(vault, "one", b"one", wait(10))
    judged = vault.waiting()
    submit(other, "one", b"one", wait(10, since=2))
    assert vault.give_up(judged).blocks == 0
    assert vault.has(cid)
    assert vault.waiting()["one"].since == 2
    vault.wait_anew("one", 7)
    vault.wait_anew("nobody", 7)
    assert {name: one.since for name, one in other.waiting().items()} == {"one": 7}


def test_what_stays_already_does_not_begin_to_wait(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    submit(vault, "kept", b"kept", None)
    submit(vault, "kept", b"kept", wait(10))
    assert vault.waiting() == {}


def test_what_others_have_too_stays(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    shared = submit(vault, "kept", b"shared", None)
    submit(vault, "first", b"shared", wait(10))
    submit(vault, "second", b"second", wait(10))
    own = submit(vault, "third", b"second", wait(10))
    judged = vault.waiting()
    assert vault.give_up({name: judged[name] for name in ("first", "second")}).roots == ()
    assert vault.has(shared)
    assert vault.has(own)


def test_newcomers_have_a_share_of_what_is_left(tmp_path: Path) -> None:
    """And what was named always finds room."""
    vault = Vault(tmp_path, 400 * KIB)
    lots = random.Random(1)
    submit(vault, "settled", lots.randbytes(100 * KIB), None)
    submit(vault, "one", lots.randbytes(100 * KIB), wait(100 * KIB))
    with pytest.raises(ShareFull) as refused:  # half of 300
        submit(vault, "two", lots.randbytes(60 * KIB), wait(60 * KIB))
    assert refused.value.fields["limit"] == 150 * KIB
    assert set(vault.pins()) == {"settled", "one"}
    assert vault.used_bytes() == 200 * KIB
    submit(vault, "named", lots.randbytes(150 * KIB), None)
    with pytest.raises(ShareFull):
        submit(vault, "three", lots.randbytes(4 * KIB), wait(4 * KIB))
    vault.give_up(vault.waiting())
    submit(vault, "three", lots.randbytes(4 * KIB), wait(4 * KIB))


def test_one_client_has_a_budget(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    budget = Budget(100, 300)
    submit(vault, "one", b"1", wait(60, budget=budget))
    with pytest.raises(BudgetSpent):
        submit(vault, "two", b"2", wait(60, budget=budget))
    submit(vault, "two", b"2", wait(60, "b", budget=budget))
    submit(vault, "one", b"1", wait(60, since=9, budget=budget))  # the same, not one more
    assert vault.waiting()["one"].since == 9


def test_removed_for_other_reasons_it_waits_no_longer(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    submit(vault, "one", b"1", wait(60))
    vault.remove("one")
    assert vault.waiting() == {}


def test_what_cannot_be_read_stays(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    cid = submit(vault, "one", b"1", wait(60))
    (tmp_path / "waiting" / "one").write_bytes(b"{")
    assert vault.waiting() == {}
    assert vault.give_up(vault.waiting()).blocks == 0
    assert vault.has(cid)
