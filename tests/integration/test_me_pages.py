"""The reader's own pages over HTTP: public for any account, private for whoever is signed in."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from scripts.toolchain.postgres import Postgres
from tests.api_scene import is_problem
from tests.patience import PATIENCE_SECONDS
from tests.sealing_scene import Someone, Stage, staged

PAGES = ("/me", "/me/messages", "/me/developer")
SECRETS = ("anne-hook", "anne-key", "anne-draft", "anne@", "data-send", "data-leave", "Asia/Riyadh")
"""What only Anne may find in a page about her."""


@dataclass(frozen=True)
class Scene:
    stage: Stage
    anne: Someone
    complaint: int


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("me")
    with staged(postgres, folder, REDRESS_MESSAGES_LOCAL="1") as stage:
        world = stage.world
        shop = world.register()
        complaint = world.file(world.pay(shop))
        world.pay(shop)
        world.offer(complaint, 4000)
        stage.service.wait_for(stage.service.chain.block_number())
        anne = stage.someone(world.customer, registered=False)
        furnish(anne.http)
        yield Scene(stage, anne, complaint)


def furnish(http: httpx.Client) -> None:
    """Something of each private kind."""
    wishes = "/v1/me/notifications"
    hook = {"kind": "webhook", "target": "http://127.0.0.1:65000/anne-hook"}
    for answer in (
        http.put(wishes, json={"language": "en", "time_zone": "Asia/Riyadh"}),
        http.post(f"{wishes}/channels", json=hook),
        http.post("/v1/me/api-keys", json={"name": "anne-key <b>"}),
        http.put("/v1/me/drafts/anne-draft", json={"text": "<script>alert(1)</script>"}),
    ):
        assert answer.is_success, answer.text


def read(http: httpx.Client, path: str, **query: str) -> httpx.Response:
    answer = http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer


def found_in(answer: httpx.Response) -> set[str]:
    return {secret for secret in SECRETS if secret in answer.text}


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_finds_nothing_private(scene: Scene, path: str) -> None:
    answer = read(scene.stage.service.http, path, account=scene.anne.address)
    assert found_in(answer) == set()
    assert 'data-signed="out"' in answer.text
    assert "Only for whoever is signed in as this account" in answer.text
    assert read(scene.stage.service.http, path).text.count("data-own") == 0


@pytest.mark.parametrize("path", PAGES)
def test_somebody_else_who_is_signed_in_finds_nothing_private(scene: Scene, path: str) -> None:
    other = scene.stage.someone(scene.stage.world.organisation, registered=False)
    assert found_in(read(other.http, path, account=scene.anne.address)) == set()
    # Their own, where they name nobody.
    assert other.address.lower() in read(other.http, path).text
    forged = {"Cookie": "redress-session=nonsense"}
    answer = scene.stage.service.http.get(
        path, params={"account": scene.anne.address}, headers=forged
    )
    assert found_in(answer) == set()


def test_an_api_key_opens_no_page(scene: Scene) -> None:
    made = scene.anne.http.post("/v1/me/api-keys", json={"name": "reader"}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    with httpx.Client(
        base_url=scene.stage.service.url, headers=headers, timeout=PATIENCE_SECONDS
    ) as program:
        for path in PAGES:
            assert found_in(read(program, path, account=scene.anne.address)) == set()


def test_whoever_is_signed_in_finds_all_of_it(scene: Scene) -> None:
    for spelled in (scene.anne.address, scene.anne.address.lower()):
        overview, messages, developer = (read(scene.anne.http, p, account=spelled) for p in PAGES)
        assert {"anne-draft", "data-leave"} <= found_in(overview)
        assert {"anne-hook", "Asia/Riyadh"} <= found_in(messages)
        assert "anne-key" in found_in(developer)
        for answer in (overview, messages, developer):
            assert answer.headers["cache-control"] == "no-store"
            assert "<script>alert" not in answer.text
            assert "anne-key <b>" not in answer.text


def test_signed_out_it_is_gone(scene: Scene) -> None:
    someone = scene.stage.someone(scene.stage.world.customer, registered=False)
    assert "anne-hook" in read(someone.http, "/me/messages").text
    assert someone.http.delete("/v1/session").is_success
    assert found_in(read(someone.http, "/me/messages", account=someone.address)) == set()


def test_everybody_sees_what_the_chain_tells(scene: Scene) -> None:
    text = read(scene.stage.service.http, "/me", account=scene.anne.address).text
    for fact in (
        f"Case {scene.complaint}: answer the offer",
        f'href="/c/{scene.complaint}"',
        "complaints until",
        f"/orders?account={scene.anne.address}",
        f"/keys?account={scene.anne.address}",
    ):
        assert fact in text
    shop = read(scene.stage.service.http, "/me", account=scene.stage.world.organisation).text
    assert f"Case {scene.complaint}" in shop
    assert "/desk?account=" in shop
    nobody = read(scene.stage.service.http, "/me", account="0x" + "5e" * 20).text
    assert "Nothing waits for this account." in nobody


def test_programs_read_the_same_deadlines(scene: Scene) -> None:
    found = scene.stage.service.get(f"/v1/deadlines/{scene.anne.address}")
    (one,) = found["deadlines"]
    assert (one["complaint"], one["what"], one["is_promise"]) == (
        scene.complaint,
        "decide",
        False,
    )
    assert one["opens"]["unix"] < one["until"]["unix"]
    assert found["as_of_block"]
    is_problem(scene.stage.service.http.get("/v1/deadlines/nobody"), 422, "invalid-input")


@pytest.mark.parametrize("path", PAGES)
def test_what_is_no_account_is_said_in_plain_words(scene: Scene, path: str) -> None:
    answer = scene.stage.service.http.get(path, params={"account": "0x12"})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
    assert "<h1" in answer.text
