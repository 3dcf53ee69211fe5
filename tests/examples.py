"""Examples for the API's description: what was asked and answered as a scene was played.

`python -m tests.examples` writes them anew, into dapp/web/api/examples/OPERATION.json.
"""

import email
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from dapp.domain.parts import Order
from dapp.domain.types import caip2
from dapp.service.charts import CHARTS
from evidence import digest_to_cid
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.paths import ROOT
from scripts.toolchain.postgres import Postgres
from tests.api_player import redress, until
from tests.listening import Listener
from tests.sealing_scene import Someone, Stage, staged
from tests.world import POLICY

FOLDER = ROOT / "dapp" / "web" / "api" / "examples"
_MOST_ITEMS = 2
_MOST_CHARS = 700
_PARTS = ("evidence", "payments", "proof", "offers", "votes", "ratings", "sla")
_MORE = {
    # Nobody sends what is relayed, and nothing listens where messages go.
    "REDRESS_RELAY_ADDRESS": "0x" + "5e" * 20,
    "REDRESS_MESSAGES_LOCAL": "true",
    # The local node's tenth account.
    "REDRESS_ANCHOR_ADDRESS": "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
}

Example = dict[str, Any]


@dataclass
class Recorder:
    """Keeps the first answer of each operation that was one.

    Attributes:
        operations: method, pattern of the path, and id of each.
    """

    operations: list[tuple[str, re.Pattern[str], str]]
    found: dict[str, Example] = field(default_factory=dict)

    def watch(self, http: httpx.Client) -> None:
        http.event_hooks = {"request": [httpx.Request.read], "response": [self._keep]}

    def _keep(self, response: httpx.Response) -> None:
        response.read()
        request = response.request
        name = self.operation(request.method, request.url.path)
        if name is None or name in self.found or not 200 <= response.status_code < 300:
            return
        body = {"body": _asked(request)} if request.content else {}
        asked = request.url.raw_path.decode()
        self.found[name] = {"path": asked, **body, "answer": _answered(response)}

    def operation(self, method: str, path: str) -> str | None:
        """The one with the fewest names in it that fits."""
        fitting = [name for verb, at, name in self.operations if verb == method and at.match(path)]
        return fitting[0] if fitting else None


def operations(description: Mapping[str, Any]) -> list[tuple[str, re.Pattern[str], str]]:
    found = []
    for path, methods in sorted(description["paths"].items(), key=lambda one: one[0].count("{")):
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$")
        found += [(name.upper(), pattern, one["operationId"]) for name, one in methods.items()]
    return found


def played(postgres: Postgres, folder: Path) -> dict[str, Example]:
    """By operation."""
    with staged(postgres, folder, **_MORE) as stage:
        description = stage.service.http.get("/v1/openapi.json").json()
        recorder = Recorder(operations(description))
        recorder.watch(stage.service.http)
        _play(stage, recorder)
        listener = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
        until(lambda: bool(listener.said.heard), "the stream tells something")
        one = listener.said.heard[0]
        text = f"event: {one.event}\ndata: {json.dumps(one.data)}\nid: {one.id}\n\n"
        recorder.found["live-stream"] = {"path": "/v1/stream", "answer": text}
        return recorder.found


def _play(stage: Stage, recorder: Recorder) -> None:
    world = stage.world
    organisation = world.register()
    world.bond(organisation)
    world.publish(organisation, replace(POLICY, answer_hours=48))
    world.stake(6)
    customer, shop = (_joined(stage, recorder, one) for one in (world.customer, world.organisation))
    sealed = customer.submit({"letter.txt": b"dear shop"})
    customer.give(sealed, customer, shop)
    order = world.pay(organisation)
    complaint = world.file(order, what=sealed.digest)
    world.offer(complaint, 4000)
    fresh = world.file(world.pay(organisation))
    stage.indexed()
    arguments = {"actor": shop.address, "complaint": fresh}
    _asks(stage, shop, f"/v1/evidence/{sealed.digest}", complaint)
    prepared = shop.http.post("/v1/actions/acknowledge", json=arguments).json()
    _relayed(stage, shop, prepared["typed_data"])
    _anchored(stage, world.pay(organisation))
    _uploads(stage.service.http)
    _help(stage.service.http)
    _drafts(shop)
    _messages(shop)
    _keys(shop)
    world.escalate(complaint)
    world.draw(complaint)
    stage.indexed()
    judge = _joined(stage, recorder, world.seat_owner(complaint, 0))
    reason = {"reason": "My key is on a machine that broke"}
    judge.http.post(f"/v1/evidence/{sealed.digest}/unopened", json=reason)
    other = customer.submit({"draft.txt": b"never mind"})
    customer.http.delete(f"/v1/evidence/{other.digest}")
    _reads(stage, organisation, complaint, order.key, judge)
    _opens(stage, complaint)
    customer.http.delete("/v1/session")


def _joined(stage: Stage, recorder: Recorder, address: Any) -> Someone:
    someone = stage.someone(address)
    recorder.watch(someone.http)
    # Signing in went unrecorded.
    return someone.sign_in()


def _asks(stage: Stage, shop: Someone, evidence: str, complaint: int) -> None:
    for path in (
        evidence,
        f"{evidence}/envelope",
        f"{evidence}/readers",
        f"/v1/cases/{complaint}/sealing",
        "/v1/session",
    ):
        shop.http.get(path)
    digest = bytes.fromhex(evidence.rpartition("/0x")[2])
    stage.service.http.get(f"/ipfs/{digest_to_cid(digest)}?format=raw")


def _relayed(stage: Stage, signer: Someone, typed_data: Mapping[str, Any]) -> None:
    text = json.dumps(typed_data)
    signature = stage.world.rpc("eth_signTypedData_v4", signer.address, text)
    body = {"typed_data": typed_data, "signature": signature}
    taken = signer.http.post("/v1/relay", json=body)
    assert taken.status_code == 202, taken.text
    signer.http.get(taken.headers["location"])


def _anchored(stage: Stage, order: Order) -> None:
    stage.indexed()
    http, asked = stage.service.http, {"order": order.key, "demand": 5000, "category": 2}
    prepared = http.post("/v1/actions/file", json={"actor": order.customer, **asked}).json()
    typed_data = prepared["anchored"]["typed_data"]
    text = json.dumps(typed_data)
    signature = stage.world.rpc("eth_signTypedData_v4", order.customer, text)
    taken = http.post("/v1/anchored", json={"typed_data": typed_data, "signature": signature})
    assert taken.status_code == 202, taken.text
    env = {**stage.env, "REDRESS_SIGNER_URL": stage.world.url}
    log = stage.folder / "anchor.log"
    with redress(log, env, "anchor", "run", "--once") as child:
        assert child.wait(60) == 0, log.read_text()
    stage.indexed()
    shown = http.get(taken.headers["location"]).json()["anchored"]
    assert (shown["status"], len(http.get("/v1/anchored").json()["anchored"])) == ("anchored", 1)
    (batch,) = http.get("/v1/batches").json()["batches"]
    assert http.get(f"/v1/batches/{batch['sender']}/{batch['root']}").is_success


def _opens(stage: Stage, complaint: int) -> None:
    stage.world.wait_for_commits(complaint)
    for seat in range(3):
        stage.world.commit(complaint, seat, 4500)
    stage.indexed()
    secret = stage.world.secret(complaint, 0)
    told = {"complaint": complaint, "seat": 0, "vote": secret.vote, "salt": secret.salt}
    taken = stage.service.http.post("/v1/relay/openings", json=told)
    assert taken.status_code == 202, taken.text


def _uploads(http: httpx.Client) -> None:
    at, tus = "/v1/uploads", {"Tus-Resumable": "1.0.0"}
    part = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert http.options(at).is_success
    one = http.post(at, headers={**tus, "Upload-Length": "5"}).headers["location"]
    assert http.patch(one, content=b"hello", headers={**tus, **part}).is_success
    assert http.head(one, headers=tus).is_success
    assert http.delete(one, headers=tus).is_success
    other = http.post(at, headers={**tus, "Upload-Length": "5"}).headers["location"]
    override = {**tus, "X-HTTP-Method-Override": "DELETE"}
    assert http.post(other, headers=override).is_success


def _help(http: httpx.Client) -> None:
    assert http.get("/v1/help?q=fee+too+low").json()["articles"]
    article = http.get("/v1/help/low-fee?kind=transaction").json()
    said = {"helped": True, "answer": article["answer"], "kind": "transaction"}
    assert http.post("/v1/help/low-fee/helped", json=said).json()["counted"]
    assert http.get("/v1/help/stats").is_success


def _drafts(writer: Someone) -> None:
    at, http = "/v1/me/drafts/parcel", writer.http
    assert http.put(at, json={"order": None, "text": "It came broken"}).is_success
    assert http.get(at).is_success
    assert http.get("/v1/me/drafts").is_success
    assert http.delete(at).is_success


def _keys(owner: Someone) -> None:
    at = "/v1/me/api-keys"
    made = owner.http.post(at, json={"name": "our desk", "days": 90}).json()
    assert owner.http.get(at).is_success
    assert owner.http.delete(f"{at}/{made['id']}").is_success


def _messages(reader: Someone) -> None:
    """Everything that one may say about the messages that one gets."""
    at, http = "/v1/me/notifications", reader.http
    wanted = {
        "language": "zh-Hans",
        "time_zone": "Asia/Shanghai",
        "quiet_hours": {"from": "22:00", "to": "07:00"},
        "kinds": ["offer", "deadline-near", "ruling"],
        "lead_seconds": 86_400,
    }
    assert http.put(at, json=wanted).is_success
    webhook = {"kind": "webhook", "target": "http://127.0.0.1:65000/redress"}
    added = http.post(f"{at}/channels", json=webhook)
    assert added.is_success, added.text
    channel = f"{at}/channels/{added.json()['id']}"
    assert http.post(f"{channel}/secret").is_success
    assert http.post(f"{channel}/enable").is_success
    assert http.post(f"{at}/test").is_success
    assert http.get(at).is_success
    assert http.get(f"{at}/failures").is_success
    assert http.get(f"{at}/deliveries").is_success
    calendar = http.post(f"{at}/calendar").json()["url"]
    assert http.get(calendar).is_success
    assert http.delete(f"{at}/calendar").is_success
    assert http.delete(channel).is_success


def _reads(stage: Stage, organisation: int, complaint: int, order: str, judge: Someone) -> None:
    for path in (
        "/healthz",
        "/readyz",
        "/v1/status",
        "/v1/actions",
        "/v1/deployments",
        "/v1/deployments/KeyRegistry/abi",
        "/v1/deployments/KeyRegistry/erc7730",
        "/v1/governance",
        "/v1/clerk",
        "/v1/cases?state=escalated&limit=2",
        "/v1/search?q=1",
        "/v1/cases.csv?state=escalated&limit=2",
        f"/v1/cases/{complaint}",
        f"/v1/cases/{complaint}/panel",
        f"/v1/cases/{complaint}/timeline",
        f"/v1/cases/{complaint}/unopened",
        f"/v1/cases/{complaint}/bundle",
        *(f"/v1/cases/{complaint}/{part}" for part in _PARTS),
        "/v1/organisations?limit=2",
        f"/v1/organisations/{organisation}",
        f"/v1/organisations/{organisation}/bundle",
        f"/v1/organisations/{organisation}/queue",
        f"/v1/organisations/{organisation}/queue.csv",
        f"/v1/organisations/{organisation}/scorecard",
        f"/v1/organisations/{organisation}/policies",
        f"/v1/organisations/{organisation}/policies/1",
        f"/v1/organisations/{organisation}/policies/1/diff/2",
        "/v1/scorecards?limit=2",
        "/v1/scorecards.csv?sort=-on-time",
        "/v1/stats",
        "/v1/stats/overall",
        "/v1/stats/cases?mark=funnel.escalated",
        *(f"/v1/stats/{name}{kind}" for name in CHARTS for kind in ("", ".csv", ".svg")),
        _transaction(stage, complaint),
        "/v1/orders?limit=2",
        f"/v1/orders/{order}",
        "/v1/arbitrators?limit=2",
        f"/v1/arbitrators/{judge.address}",
        f"/v1/arbitrators/{judge.address}/foreseen",
        f"/v1/arbitrators/{judge.address}/duties",
        f"/v1/arbitrators/{judge.address}/duties.ics",
        f"/v1/keys/{judge.address}",
        f"/v1/deadlines/{judge.address}",
    ):
        answer = stage.service.http.get(path)
        assert answer.is_success, f"{path}: {answer.text}"


def _transaction(stage: Stage, complaint: int) -> str:
    """The one that the case began with."""
    told = stage.service.http.get(f"/v1/cases/{complaint}/timeline").json()
    return f"/v1/tx/{caip2(stage.world.chain_id)}/{told['events'][0]['transaction']}"


def _asked(request: httpx.Request) -> Any:
    kind = request.headers["content-type"]
    if kind == "application/json":
        return _short(json.loads(request.content))
    if not kind.startswith("multipart/"):
        return "(bytes)"
    head = b"Content-Type: " + kind.encode() + b"\r\n\r\n"
    form: dict[str, Any] = {}
    for part in [*email.message_from_bytes(head + request.content).walk()][1:]:
        name = str(part.get_param("name", header="content-disposition"))
        value = "(bytes)" if part.get_filename() else str(part.get_payload())
        form[name] = [value] if name in ("files", "commitment", "kind") else value
    return form


def _answered(response: httpx.Response) -> Any:
    kind = response.headers.get("content-type", "")
    return _short(response.json()) if kind == "application/json" else "(bytes)"


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value[:_MOST_ITEMS]]
    return value[:_MOST_CHARS] if isinstance(value, str) else value


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two examples have other names or kinds of values; what is null says nothing."""
    if one is None or other is None:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        missing = sorted(set(one) ^ set(other))
        inner = [differences(one[key], other[key], f"{at}.{key}") for key in set(one) & set(other)]
        return [f"{at}.{key}" for key in missing] + [line for lines in inner for line in lines]
    if isinstance(one, list) and isinstance(other, list):
        return differences(one[0], other[0], f"{at}[]") if one and other else []
    return [] if type(one) is type(other) else [at]


def main() -> None:
    with postgres_tool.running() as postgres:
        found = played(postgres, Path(tempfile.mkdtemp(prefix="redress-examples-")))
    FOLDER.mkdir(exist_ok=True)
    for name, example in found.items():
        file = FOLDER / f"{name}.json"
        # Another scene has other addresses: only what reads otherwise is written anew.
        if not file.exists() or differences(json.loads(file.read_text("utf-8")), example):
            text = json.dumps(example, indent=1, ensure_ascii=False) + "\n"
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
