"""Who gets a key envelope, who may put one, and what is refused; over HTTP, on a real chain."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from dapp.domain.events import REGISTRY
from dapp.domain.organisation import ROLE_ANSWER, ROLE_MONEY
from dapp.domain.types import Digest, Hash32, OrganisationId
from dapp.store.envelopes import MOST, MOST_OF_OTHERS
from evidence import (
    Envelope,
    new_identity,
    open_envelope,
    recipient_of,
    seal_envelope,
    sealed_items,
)
from evidence.envelope import MAX_SEALED_BYTES
from evidence.errors import EnvelopeMismatch, IdentityWrong
from evidence.seal import seal
from scripts.toolchain.postgres import Postgres
from tests.api_scene import NOBODY, NOTHING, is_problem
from tests.patience import PATIENCE_SECONDS
from tests.sealing_scene import CLERK, Sealed, Someone, Stage, staged
from tests.world import HOURS

FILES = {"letter.txt": b"dear shop", "photo.txt": b"a photo"}


@dataclass(frozen=True)
class Cast:
    stage: Stage
    organisation: OrganisationId
    customer: Someone
    shop: Someone
    stranger: Someone


@pytest.fixture(scope="module")
def cast(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with staged(postgres, tmp_path_factory.mktemp("envelopes")) as stage:
        world = stage.world
        organisation = world.register()
        world.bond(organisation)
        world.stake(6)
        found = Cast(
            stage,
            organisation,
            stage.someone(world.customer),
            stage.someone(world.organisation),
            stage.someone(world.other_customer),
        )
        stage.indexed()
        yield found


def filed(cast: Cast, sealed: Sealed) -> int:
    world = cast.stage.world
    complaint = world.file(world.pay(cast.organisation), what=sealed.digest)
    cast.stage.indexed()
    return complaint


def test_an_envelope_reaches_those_it_names_before_and_after_filing(cast: Cast) -> None:
    customer, shop = cast.customer, cast.shop
    sealed = customer.submit(FILES)
    given = customer.give(sealed, customer, shop)
    assert given.status_code == 201, given.text
    assert given.json() == {"recipients": [customer.address, shop.address]}
    assert shop.read(sealed.digest) == ["letter.txt", "photo.txt"]
    filed(cast, sealed)
    assert customer.read(sealed.digest) == ["letter.txt", "photo.txt"]
    answer = shop.fetch(sealed.digest)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    told = shop.http.get(f"/v1/evidence/{sealed.digest}/readers").json()["readers"]
    assert {one["account"] for one in told} == {customer.address, shop.address}
    assert told[0]["sealed_at"]["unix"] > 1_700_000_000


def test_strangers_get_nothing(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    cast.customer.give(sealed, cast.customer)
    complaint = filed(cast, sealed)
    path = f"/v1/evidence/{sealed.digest}"
    is_problem(cast.stranger.fetch(sealed.digest), 404, "envelope-none")
    is_problem(cast.stranger.http.get(f"{path}/readers"), 403, "not-a-reader")
    is_problem(cast.stranger.give(sealed, cast.stranger), 403, "not-a-reader")
    is_problem(cast.stranger.http.get(f"/v1/cases/{complaint}/sealing"), 403, "not-your-case")
    is_problem(cast.stranger.http.delete(path), 403, "not-the-author")
    said = cast.stranger.http.post(f"{path}/unopened", json={"reason": "no key"})
    is_problem(said, 403, "not-your-seat")
    is_problem(cast.stranger.http.get("/v1/cases/999/sealing"), 404, "complaint-unknown")
    is_problem(cast.stranger.fetch(NOTHING), 404, "envelope-none")
    is_problem(cast.customer.give(Sealed(Digest(NOTHING), sealed.envelope), cast.shop), 404,
               "evidence-not-here")  # fmt: skip


def test_nobody_who_is_not_signed_in_gets_anything(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    path, url = f"/v1/evidence/{sealed.digest}", cast.stage.service.url
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=PATIENCE_SECONDS) as nobody:
        for answer in (
            nobody.get(f"{path}/envelope"),
            nobody.get(f"{path}/readers"),
            nobody.get("/v1/cases/1/sealing"),
            nobody.post(f"{path}/envelopes", json={"recipients": [NOBODY], "envelope": ""}),
            nobody.post(f"{path}/unopened", json={"reason": "no key"}),
            nobody.delete(path),
        ):
            is_problem(answer, 401, "sign-in-required")


def test_whoever_submitted_it_puts_its_first_envelopes_without_signing_in(cast: Cast) -> None:
    customer, shop = cast.customer, cast.shop
    sealed, other = customer.submit(FILES), customer.submit(FILES)
    body = base64.b64encode(seal_envelope(sealed.envelope, [customer.recipient])).decode()
    given = {"recipients": [customer.address], "envelope": body, "token": sealed.token}
    with httpx.Client(base_url=cast.stage.service.url, timeout=PATIENCE_SECONDS) as nobody:
        path = f"/v1/evidence/{sealed.digest}/envelopes"
        for token in (other.token, sealed.token[:-1], f"{sealed.token}0", "\u00e9", ""):
            refused = nobody.post(path, json={**given, "token": token})
            is_problem(refused, 403, "envelope-token-wrong")
        assert nobody.post(path, json=given).status_code == 201
    filed(cast, sealed)
    assert customer.read(sealed.digest) == ["letter.txt", "photo.txt"]
    is_problem(shop.fetch(sealed.digest), 404, "envelope-none")


def test_a_token_is_only_for_what_is_certainly_new(cast: Cast) -> None:
    """Nobody may speak for an author by sending again what the author sent."""
    sealed, key = io.BytesIO(), recipient_of(new_identity())
    seal(io.BytesIO(b"dear shop"), sealed, [key])
    secret = {"commitment": "0x" + "22" * 32, "sealed_to": key}
    with httpx.Client(base_url=cast.stage.service.url, timeout=PATIENCE_SECONDS) as http:
        for more, headers, is_given in (
            (secret, {}, True),
            ({}, {}, False),
            ({**secret, "salt": "0x" + "11" * 32}, {}, False),
            (secret, {"Idempotency-Key": "kept-here"}, False),
        ):
            form = {"author": cast.customer.address, **more}
            files = [("files", ("blob", sealed.getvalue()))]
            answer = http.post("/v1/evidence", data=form, files=files, headers=headers)
            assert answer.status_code == 201, answer.text
            assert (answer.json()["envelope_token"] is not None) == is_given


def test_another_site_cannot_make_a_browser_do_it(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    evil = {"Origin": "https://evil.example"}
    answer = cast.customer.http.delete(f"/v1/evidence/{sealed.digest}", headers=evil)
    is_problem(answer, 403, "cross-site")


def test_what_a_reader_may_hand_on_comes_after_the_authors(cast: Cast) -> None:
    """Whoever can read could send nonsense to the others; it must not stand in the way."""
    customer, shop, third = cast.customer, cast.shop, cast.stranger
    sealed = customer.submit(FILES)
    customer.give(sealed, customer, shop)
    other = shop.submit({"another.txt": b"x"})
    nonsense = Sealed(sealed.digest, other.envelope)
    assert shop.give(nonsense, customer, third).status_code == 201
    assert customer.read(sealed.digest) == ["letter.txt", "photo.txt"]
    opened = open_envelope(customer.fetch(sealed.digest, skip=1).content, customer.identity)
    with pytest.raises(EnvelopeMismatch):
        sealed_items(customer.manifest(sealed.digest), opened)
    is_problem(customer.fetch(sealed.digest, skip=2), 404, "envelope-none")
    opened = open_envelope(third.fetch(sealed.digest).content, third.identity)
    with pytest.raises(EnvelopeMismatch):
        sealed_items(third.manifest(sealed.digest), opened)
    shop.give(sealed, third)
    assert third.read(sealed.digest) == ["letter.txt", "photo.txt"], "the newest comes first"


def test_what_is_sealed_to_another_key_cannot_be_seen_by_the_service(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    to = [recipient_of(new_identity())]
    assert cast.customer.give(sealed, named=[cast.shop.address], to=to).status_code == 201
    with pytest.raises(IdentityWrong):
        open_envelope(cast.shop.fetch(sealed.digest).content, cast.shop.identity)


def test_what_is_missing_is_told_to_the_parties(cast: Cast) -> None:
    world, stage, customer, shop = cast.stage.world, cast.stage, cast.customer, cast.shop
    sealed = customer.submit(FILES)
    customer.give(sealed, customer)
    complaint = filed(cast, sealed)
    todo = customer.todo(complaint)
    assert todo["clerk"] == recipient_of(CLERK)
    assert todo["panel_until"] is None
    (one,) = todo["evidence"]
    assert (one["digest"], one["author"], one["mine"]) == (sealed.digest, customer.address, True)
    assert one["missing"] == [
        {"account": shop.address, "recipient": shop.recipient, "part": "operator"}
    ]
    (theirs,) = shop.todo(complaint)["evidence"]
    assert theirs["mine"] is False
    customer.give(sealed, shop)
    assert customer.missing(complaint, sealed.digest) == set()
    # A new key cannot open what was sealed to the old one.
    shop.identity = new_identity()
    shop.register()
    stage.indexed()
    assert customer.missing(complaint, sealed.digest) == {shop.address}
    customer.give(sealed, shop)
    assert customer.missing(complaint, sealed.digest) == set()
    assert shop.read(sealed.digest) == ["letter.txt", "photo.txt"]
    world.withdraw(complaint)
    stage.indexed()
    (gone,) = customer.todo(complaint)["evidence"]
    assert gone["missing"] == [], "nobody is owed anything once it is over"


def test_an_operator_who_left_gets_nothing_new(cast: Cast) -> None:
    stage, world, customer = cast.stage, cast.stage.world, cast.customer
    operator = stage.someone(world.operator)
    args = (cast.organisation, operator.address, ROLE_ANSWER)
    world.send(world.organisation, REGISTRY, "nominateOperator", args)
    sealed = customer.submit(FILES)
    customer.give(sealed, customer, cast.shop)
    complaint = filed(cast, sealed)
    assert customer.missing(complaint, sealed.digest) == set(), "only asked so far"
    world.send(operator.address, REGISTRY, "acceptOperator", (cast.organisation,))
    stage.indexed()
    assert customer.missing(complaint, sealed.digest) == {operator.address}
    customer.give(sealed, operator)
    world.send(world.organisation, REGISTRY, "removeOperator", args[:2])
    stage.indexed()
    second = customer.submit({"second.txt": b"2"}, complaint)
    customer.give(second, customer)
    world.evidence(complaint, customer.address, second.digest)
    stage.indexed()
    assert customer.missing(complaint, second.digest) == {cast.shop.address}
    is_problem(operator.fetch(second.digest), 404, "envelope-none")
    assert operator.read(sealed.digest), "what was given was given"


def test_who_is_accused_is_owed_nothing(cast: Cast) -> None:
    stage, world, customer = cast.stage, cast.stage.world, cast.customer
    account = world.accounts[8]
    args = (cast.organisation, account, ROLE_ANSWER)
    world.send(world.organisation, REGISTRY, "nominateOperator", args)
    world.send(account, REGISTRY, "acceptOperator", (cast.organisation,))
    sealed = customer.submit(FILES)
    complaint = filed(cast, sealed)
    assert account in customer.missing(complaint, sealed.digest)
    world.accuse(complaint, account, Hash32("0x" + "07" * 32))
    stage.indexed()
    assert account not in customer.missing(complaint, sealed.digest)
    world.send(world.organisation, REGISTRY, "removeOperator", args[:2])
    stage.indexed()


def test_whoever_only_handles_money_reads_nothing(cast: Cast) -> None:
    world = cast.stage.world
    account = world.accounts[6]
    world.send(
        world.organisation, REGISTRY, "nominateOperator", (cast.organisation, account, ROLE_MONEY)
    )
    world.send(account, REGISTRY, "acceptOperator", (cast.organisation,))
    sealed = cast.customer.submit(FILES)
    complaint = filed(cast, sealed)
    assert account not in cast.customer.missing(complaint, sealed.digest)


def test_the_panel_is_owed_it_from_the_draw_to_the_end_of_commit(cast: Cast) -> None:
    stage, world, customer = cast.stage, cast.stage.world, cast.customer
    sealed = customer.submit(FILES)
    customer.give(sealed, customer, cast.shop)
    complaint = filed(cast, sealed)
    world.offer(complaint, 4000)
    world.escalate(complaint)
    stage.indexed()
    assert customer.missing(complaint, sealed.digest) == set(), "nobody is drawn yet"
    world.draw(complaint)
    stage.indexed()
    panel = {world.seat_owner(complaint, seat) for seat in range(3)}
    assert customer.missing(complaint, sealed.digest) == panel
    assert customer.todo(complaint)["panel_until"]["unix"] > 0
    seated = stage.someone(min(panel))
    outside = next(one for one in world.arbitrators[:6] if one not in panel)
    unseated = stage.someone(outside)
    stage.indexed()
    is_problem(unseated.http.get(f"/v1/cases/{complaint}/sealing"), 403, "not-your-case")
    is_problem(unseated.fetch(sealed.digest), 404, "envelope-none")
    (one,) = customer.todo(complaint)["evidence"]
    assert {each["account"]: each["recipient"] for each in one["missing"]}[
        seated.address
    ] == seated.recipient
    customer.give(sealed, seated)
    assert seated.read(sealed.digest) == ["letter.txt", "photo.txt"]
    assert customer.missing(complaint, sealed.digest) == panel - {seated.address}
    # "I cannot open it" puts the account back on the list, until something newer comes.
    path = f"/v1/evidence/{sealed.digest}/unopened"
    is_problem(unseated.http.post(path, json={"reason": "no"}), 403, "not-your-seat")
    for nothing in ("", " \n ", "a\x00b", "x" * 501):
        is_problem(seated.http.post(path, json={"reason": nothing}), 422, "invalid-input")
    said = seated.http.post(path, json={"reason": "it says\nidentity wrong"})
    assert said.status_code == 201, said.text
    assert said.json()["reason"] == "it says identity wrong"
    assert seated.address in customer.missing(complaint, sealed.digest)
    (word,) = stage.service.get(f"/v1/cases/{complaint}/unopened")["unopened"]
    assert (word["account"], word["stands"]) == (seated.address, True)
    customer.give(sealed, seated)
    (word,) = stage.service.get(f"/v1/cases/{complaint}/unopened")["unopened"]
    assert word["stands"] is False
    assert seated.address not in customer.missing(complaint, sealed.digest)
    world.vote(complaint, [5000, 5000, 5000])
    stage.indexed()
    assert customer.todo(complaint)["panel_until"] is None
    is_problem(seated.http.post(path, json={"reason": "late"}), 403, "not-your-seat")
    world.warp(48 * HOURS)


def test_limits(cast: Cast) -> None:
    customer, shop = cast.customer, cast.shop
    sealed = customer.submit(FILES)
    body = base64.b64encode(seal_envelope(sealed.envelope, [customer.recipient])).decode()
    for bad, status, code in (
        ("no base64!", 422, "base64-invalid"),
        (body[:-1], 422, "base64-invalid"),
        (body[:40] + "\n" + body[40:], 422, "base64-invalid"),
        ("", 422, "sealed-invalid"),
        (base64.b64encode(b"plain words").decode(), 422, "sealed-invalid"),
        ("A" * (MAX_SEALED_BYTES * 4 // 3 + 100), 422, "invalid-request"),
        ("A" * 900_000, 413, "body-too-large"),
    ):
        is_problem(customer.put(sealed.digest, [customer.address], bad), status, code)
    for wrong in ([], ["me"], ["0x" + "ab" * 19], [customer.address] * 65, [""], ["Clerk"]):
        answer = customer.put(sealed.digest, wrong, body)
        assert answer.status_code == 422, wrong
    largest = b"age-encryption.org/v1\n" + bytes(MAX_SEALED_BYTES - 22)
    fits = customer.put(sealed.digest, [shop.address], base64.b64encode(largest).decode())
    assert fits.status_code == 201, fits.text
    for _ in range(MOST_OF_OTHERS):
        assert shop.give(sealed, shop).status_code == 201
    is_problem(shop.give(sealed, shop), 409, "envelopes-too-many")
    for _ in range(MOST - MOST_OF_OTHERS - 1):
        assert customer.give(sealed, customer).status_code == 201
    is_problem(customer.give(sealed, customer), 409, "envelopes-too-many")


def test_what_is_public_has_no_envelope(cast: Cast) -> None:
    response = cast.customer.http.post(
        "/v1/evidence", data={"author": cast.customer.address, "text": "for all"}
    )
    sealed = Sealed(response.json()["digest"], Envelope(bytes(32), new_identity(), ()))
    is_problem(cast.customer.give(sealed, cast.customer), 409, "evidence-not-sealed")
    answer = cast.customer.http.delete(f"/v1/evidence/{sealed.digest}")
    is_problem(answer, 409, "evidence-not-sealed")


def test_sealed_uploads_say_so(cast: Cast) -> None:
    post, author = cast.customer.http.post, cast.customer.address
    file = [("files", ("a.txt", b"plain", "text/plain"))]
    commitment, to = "0x" + "ab" * 32, recipient_of(new_identity())
    form = {"author": author, "commitment": [commitment], "sealed_to": to}
    is_problem(post("/v1/evidence", data=form, files=file), 422, "sealed-invalid")
    bad = {**form, "commitment": ["0x12"]}
    is_problem(post("/v1/evidence", data=bad, files=file), 422, "invalid-input")
    nobody = {"author": author, "sealed_to": to}
    is_problem(post("/v1/evidence", data=nobody, files=file), 422, "manifest-field-invalid")
    wrong = {**form, "sealed_to": "age1nonsense"}
    body = [("files", ("a", b"age-encryption.org/v1\nx", ""))]
    is_problem(post("/v1/evidence", data=wrong, files=body), 422, "manifest-field-invalid")
    lone = {"author": author, "commitment": [commitment]}
    is_problem(post("/v1/evidence", data=lone, files=body), 422, "manifest-field-missing")


def test_keys_and_the_clerk_are_public(cast: Cast) -> None:
    get, shop = cast.stage.service.get, cast.shop
    found = get(f"/v1/keys/{shop.address}")
    assert (found["recipient"], found["version"]) == (shop.recipient, shop.version)
    assert found["since"]["unix"] > 0
    nobody = get(f"/v1/keys/{NOBODY}")
    assert (nobody["key"], nobody["recipient"], nobody["version"], nobody["since"]) == (
        None,
        None,
        0,
        None,
    )
    assert get("/v1/clerk") == {"recipient": recipient_of(CLERK)}


def test_nothing_of_an_envelope_is_in_the_log_or_the_vault(cast: Cast) -> None:
    sealed = cast.customer.submit(FILES)
    body = seal_envelope(sealed.envelope, [cast.shop.recipient])
    text = base64.b64encode(body).decode()
    assert cast.customer.put(sealed.digest, [cast.shop.address], text).status_code == 201
    cast.customer.put(sealed.digest, [cast.shop.address], text[:-1])
    log = (cast.stage.folder / "serve.log").read_text()
    assert text[100:140] not in log
    vault = cast.stage.folder / "data" / "vault"
    blocks = [path.read_bytes() for path in vault.glob("blocks/*/*")]
    assert blocks
    assert not any(body[200:240] in one for one in blocks)
