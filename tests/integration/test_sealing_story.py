"""Sealed evidence from the complaint to its erasure, with the clerk and the commands of people."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dapp.domain.events import COURT
from dapp.domain.types import OrganisationId
from evidence import (
    digest_to_cid,
    new_identity,
    recipient_of,
)
from scripts.toolchain.postgres import Postgres
from tests.api_player import redress, until
from tests.api_scene import is_problem
from tests.patience import PATIENCE_SECONDS
from tests.sealing_scene import CLERK, Sealed, Someone, Stage, staged
from tests.world import HOURS

FILES = {"letter.txt": b"dear shop", "photo.txt": b"a photo"}
NAMES = ["letter.txt", "photo.txt"]


@dataclass(frozen=True)
class Cast:
    stage: Stage
    organisation: OrganisationId
    customer: Someone
    shop: Someone

    @property
    def clerk_file(self) -> Path:
        return self.stage.folder / "clerk.age"


@pytest.fixture(scope="module")
def cast(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with staged(postgres, tmp_path_factory.mktemp("story")) as stage:
        world = stage.world
        organisation = world.register()
        world.bond(organisation)
        world.stake(6)
        (stage.folder / "clerk.age").write_text(CLERK + "\n")
        found = Cast(
            stage, organisation, stage.someone(world.customer), stage.someone(world.organisation)
        )
        stage.indexed()
        yield found


def command(stage: Stage, *words: str, code: int = 0, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dapp", *words],
        env={**stage.env, **more},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def clerk(cast: Cast, **more: Any) -> str:
    words = ("clerk", "run", "--identity", str(cast.clerk_file), "--once")
    return command(cast.stage, *words, **more)


def with_clerk(author: Someone, sealed: Sealed, *readers: Someone) -> None:
    answer = author.give(
        sealed,
        named=[*(one.address for one in readers), "clerk"],
        to=[*(one.recipient for one in readers), recipient_of(CLERK)],
    )
    assert answer.status_code == 201, answer.text


def filed(cast: Cast, sealed: Sealed) -> int:
    world = cast.stage.world
    complaint = world.file(world.pay(cast.organisation), what=sealed.digest)
    cast.stage.indexed()
    return complaint


def test_the_whole_story(cast: Cast) -> None:
    stage, world, customer, shop = cast.stage, cast.stage.world, cast.customer, cast.shop
    sealed = customer.submit(FILES)
    with_clerk(customer, sealed, customer)
    complaint = filed(cast, sealed)
    assert customer.missing(complaint, sealed.digest) == {shop.address}
    assert "sealed to accounts" in clerk(cast)
    assert customer.missing(complaint, sealed.digest) == set()
    assert shop.read(sealed.digest) == NAMES
    assert shop.fetch(sealed.digest).headers["sealed-by"] == "clerk"

    world.offer(complaint, 4000)
    world.escalate(complaint)
    world.draw(complaint)
    panel = [stage.someone(world.seat_owner(complaint, seat)) for seat in range(2)]
    keyless = stage.someone(world.seat_owner(complaint, 2), registered=False)
    stage.indexed()
    for one in (*panel, keyless):
        is_problem(one.fetch(sealed.digest), 404, "envelope-none")
    clerk(cast)
    for one in panel:
        assert one.read(sealed.digest) == NAMES
    is_problem(keyless.fetch(sealed.digest), 404, "envelope-none")
    keyless.register()
    stage.indexed()
    clerk(cast)
    assert keyless.read(sealed.digest) == NAMES
    envelopes = len(customer.http.get(f"/v1/evidence/{sealed.digest}/readers").json()["readers"])
    assert "0" in clerk(cast), "nothing is left to do"
    assert envelopes == 6, "customer, shop, clerk, three arbitrators"

    path = f"/v1/evidence/{sealed.digest}"
    is_problem(customer.http.delete(path), 409, "evidence-in-use")
    is_problem(shop.http.delete(path), 403, "not-the-author")
    world.warp(24 * HOURS + 60)
    world.vote(complaint, [5000, 5000, 5000])
    world.execute(complaint)
    world.confirm(complaint)
    stage.indexed()
    before = stage.service.get(f"/v1/cases/{complaint}")["case"]
    done = customer.http.delete(path)
    assert done.status_code == 200, done.text
    assert (done.json()["reason"], done.json()["erased_by"]) == ("personal", customer.address)

    gone = is_problem(shop.fetch(sealed.digest), 410, "evidence-erased")
    assert gone["fields"]["reason"] == "personal"
    is_problem(shop.http.get(path), 410, "evidence-erased")
    is_problem(shop.http.get(f"{path}/readers"), 410, "evidence-erased")
    is_problem(customer.give(sealed, customer), 410, "evidence-erased")
    cid = digest_to_cid(bytes.fromhex(sealed.digest[2:]))
    assert shop.http.get(f"/ipfs/{cid}?format=raw").status_code == 410
    assert shop.http.get(f"/c/{complaint}").status_code == 200
    # The record stands as it did, and still is what the chain says.
    after = stage.service.get(f"/v1/cases/{complaint}")["case"]
    moving = dict.fromkeys(("verification", "finality"))
    assert {**after, **moving} == {**before, **moving}
    assert after["evidence"][0]["digest"] == sealed.digest
    (report,) = json.loads(command(stage, "index", "verify", "--json")).values()
    assert (report["faults"], report["complaints"]) == ([], 1)
    clerk(cast)


def test_a_voting_key_of_its_own_reads_too(cast: Cast) -> None:
    stage, world, customer = cast.stage, cast.stage.world, cast.customer
    sealed = customer.submit(FILES)
    with_clerk(customer, sealed, customer, cast.shop)
    complaint = filed(cast, sealed)
    world.offer(complaint, 4000)
    world.escalate(complaint)
    world.draw(complaint)
    owner = world.seat_owner(complaint, 0)
    position = world.arbitrators.index(owner)
    voter = stage.someone(world.accounts[7])
    world.send(owner, COURT, "setVotingKey", (position, 1, voter.address))
    stage.indexed()
    assert {owner, voter.address} <= customer.missing(complaint, sealed.digest)
    clerk(cast)
    assert voter.read(sealed.digest) == NAMES
    said = voter.http.post(f"/v1/evidence/{sealed.digest}/unopened", json={"reason": "broken"})
    assert said.status_code == 201, said.text
    assert voter.address in customer.missing(complaint, sealed.digest)
    told = len(customer.http.get(f"/v1/evidence/{sealed.digest}/readers").json()["readers"])
    clerk(cast)
    assert voter.address in customer.missing(complaint, sealed.digest), "for the author to do"
    assert told == len(customer.http.get(f"/v1/evidence/{sealed.digest}/readers").json()["readers"])


def test_an_envelope_that_is_no_use_stops_nothing(cast: Cast) -> None:
    """Such as one for another digest, or sealed to somebody else."""
    customer, shop = cast.customer, cast.shop
    good, bad = customer.submit(FILES), customer.submit({"x.txt": b"x"})
    answer = customer.give(
        Sealed(bad.digest, good.envelope), named=["clerk"], to=[recipient_of(CLERK)]
    )
    assert answer.status_code == 201
    customer.give(bad, named=["clerk"], to=[recipient_of(new_identity())])
    with_clerk(customer, good, customer)
    first, second = filed(cast, bad), filed(cast, good)
    assert "submissions that failed" in clerk(cast)
    assert shop.address in customer.missing(first, bad.digest)
    assert customer.missing(second, good.digest) == set()
    assert shop.read(good.digest) == NAMES


def test_the_clerk_works_until_it_is_told_to_stop(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    with_clerk(cast.customer, sealed, cast.customer)
    log = cast.stage.folder / "clerk.log"
    words = ("clerk", "run", "--identity", str(cast.clerk_file), "--poll-seconds", "0.2")
    with redress(log, cast.stage.env, *words) as child:
        until(lambda: "at work" in log.read_text(), "the clerk at work")
        complaint = filed(cast, sealed)
        until(lambda: not cast.customer.missing(complaint, sealed.digest), "sealed to the shop")
        child.terminate()
        assert child.wait(timeout=PATIENCE_SECONDS) == 0
    text = log.read_text()
    assert "Traceback" not in text
    assert CLERK[20:] not in text


def test_a_clerk_with_another_key_does_not_start(cast: Cast, tmp_path: Path) -> None:
    other = tmp_path / "other.age"
    other.write_text(new_identity() + "\n")
    words = ("clerk", "run", "--identity", str(other), "--once")
    assert "(clerk-key-mismatch)" in command(cast.stage, *words, code=1)
    assert "(clerk-key-mismatch)" in clerk(cast, code=1, REDRESS_CLERK_RECIPIENT="")
    wrong = clerk(cast, code=1, REDRESS_CLERK_RECIPIENT="age1nonsense")
    assert "REDRESS_CLERK_RECIPIENT is wrong" in wrong
    typo = recipient_of(CLERK)[:-1] + ("q" if recipient_of(CLERK)[-1] != "q" else "p")
    assert "(recipient-invalid)" in clerk(cast, code=1, REDRESS_CLERK_RECIPIENT=typo)


def test_by_the_command_line(cast: Cast, tmp_path: Path) -> None:
    stage, shop = cast.stage, cast.shop
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"dear shop")
    add = ("evidence", "add", str(letter), "--author", cast.customer.address, "--sealed")
    digest = command(stage, *add, "--to-account", shop.address).strip()
    assert shop.read(digest) == ["letter.txt"]
    path = f"/v1/evidence/{digest}"
    assert shop.fetch(digest).headers["sealed-by"] == cast.customer.address

    keyless = stage.world.accounts[8]
    assert "(key-missing)" in command(stage, *add, "--to-account", keyless, code=1)
    mine = new_identity()
    kept, key = tmp_path / "mine.envelope", tmp_path / "mine.age"
    key.write_text(mine + "\n")
    both = ("--to", recipient_of(mine), "--envelope", str(kept), "--to-account", shop.address)
    second = command(stage, *add, *both).strip()
    assert shop.read(second) == ["letter.txt"]
    reader = stage.someone(stage.world.accounts[9])
    stage.indexed()
    again = ("evidence", "reseal", "--envelope", str(kept), "--identity", str(key))
    command(stage, *again, "--to-account", reader.address)
    assert reader.read(second) == ["letter.txt"]
    assert reader.fetch(second).headers["sealed-by"] == "operator"

    erase = ("evidence", "erase", digest, "--reason", "legal")
    command(stage, *erase, "--yes")
    is_problem(shop.http.get(path), 451, "evidence-erased")
    is_problem(shop.fetch(digest), 451, "evidence-erased")
    cid = digest_to_cid(bytes.fromhex(digest[2:]))
    until(lambda: shop.http.get(f"/ipfs/{cid}?format=raw").status_code == 451, "heard of")
    assert shop.read(second) == ["letter.txt"]
    assert command(stage, "evidence", "show", digest, code=1).endswith("(evidence-erased)\n")


def test_an_authors_erasure_of_what_was_never_filed(cast: Cast) -> None:
    customer = cast.customer
    sealed = customer.submit(FILES)
    customer.give(sealed, customer)
    is_problem(cast.shop.http.delete(f"/v1/evidence/{sealed.digest}"), 403, "not-the-author")
    assert customer.http.delete(f"/v1/evidence/{sealed.digest}").status_code == 200
    is_problem(customer.http.delete(f"/v1/evidence/{sealed.digest}"), 410, "evidence-erased")
