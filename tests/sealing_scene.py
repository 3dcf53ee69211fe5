"""A running service, people who are signed in with keys of their own, and what they sealed."""

import base64
import hashlib
import io
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dapp.domain.events import KEYS
from dapp.domain.types import Address, Digest
from evidence import (
    Enclosed,
    Envelope,
    Kind,
    digest_to_cid,
    key_of,
    new_identity,
    open_envelope,
    recipient_of,
    seal_envelope,
    sealed_items,
)
from evidence.seal import seal
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, running
from tests.world import World

CLERK = new_identity()


@dataclass
class Someone:
    """An account of the chain with a browser, and a key that may be registered."""

    world: World
    http: httpx.Client
    """With this browser's cookies."""
    address: Address
    identity: str = field(default_factory=new_identity, repr=False)
    version: int = 0

    @property
    def recipient(self) -> str:
        return recipient_of(self.identity)

    def sign_in(self) -> "Someone":
        asked = self.http.post("/v1/session/message", json={"address": self.address})
        text = asked.json()["message"]
        signature = self.world.rpc("personal_sign", "0x" + text.encode().hex(), self.address)
        opened = self.http.post("/v1/session", json={"message": text, "signature": signature})
        assert opened.status_code == 201, opened.text
        return self

    def register(self) -> "Someone":
        """The public half goes on chain."""
        self.version += 1
        key = key_of(self.recipient)
        self.world.send(self.address, KEYS, "setKey", (self.version, key))
        return self

    def submit(self, files: dict[str, bytes], complaint: int | None = None) -> "Sealed":
        """Sealed by this account's own machine, stored by the service."""
        content_key, enclosed, parts = new_identity(), [], []
        for name, data in files.items():
            sink = io.BytesIO()
            seal(io.BytesIO(data), sink, [recipient_of(content_key)])
            salt = secrets.token_bytes(32)
            sha256 = hashlib.sha256(data).digest()
            enclosed.append(Enclosed(name, "text/plain", Kind.FILE, len(data), sha256, salt))
            parts.append(("files", ("blob", sink.getvalue(), "application/octet-stream")))
        form: dict[str, Any] = {
            "author": self.address,
            "commitment": ["0x" + one.commitment.hex() for one in enclosed],
            "sealed_to": recipient_of(content_key),
        }
        if complaint is not None:
            form["complaint"] = str(complaint)
        response = self.http.post("/v1/evidence", data=form, files=parts)
        assert response.status_code == 201, response.text
        shown = response.json()
        digest = Digest(shown["digest"])
        envelope = Envelope(bytes.fromhex(digest[2:]), content_key, tuple(enclosed))
        return Sealed(digest, envelope, shown["envelope_token"])

    def give(
        self,
        sealed: "Sealed",
        *readers: "Someone",
        named: Sequence[str] | None = None,
        to: Sequence[str] | None = None,
    ) -> httpx.Response:
        """An envelope sealed to the readers' keys (or `to`), for their accounts (or `named`)."""
        recipients = to or [one.recipient for one in readers]
        body = seal_envelope(sealed.envelope, recipients)
        accounts = list(named or [one.address for one in readers])
        return self.put(sealed.digest, accounts, base64.b64encode(body).decode())

    def put(self, digest: str, recipients: Sequence[str], envelope: str) -> httpx.Response:
        path = f"/v1/evidence/{digest}/envelopes"
        return self.http.post(path, json={"recipients": recipients, "envelope": envelope})

    def fetch(self, digest: str, skip: int = 0) -> httpx.Response:
        return self.http.get(f"/v1/evidence/{digest}/envelope", params={"skip": skip})

    def read(self, digest: str) -> list[str]:
        """The names of what is sealed, all hashes checked."""
        answer = self.fetch(digest)
        assert answer.status_code == 200, answer.text
        opened = open_envelope(answer.content, self.identity)
        return [one.name for _, one in sealed_items(self.manifest(digest), opened)]

    def manifest(self, digest: str) -> bytes:
        cid = digest_to_cid(bytes.fromhex(digest[2:]))
        answer = self.http.get(f"/ipfs/{cid}?format=raw")
        assert answer.status_code == 200, answer.text
        return answer.content

    def todo(self, complaint: int) -> dict[str, Any]:
        answer = self.http.get(f"/v1/cases/{complaint}/sealing")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def missing(self, complaint: int, digest: str) -> set[str]:
        (one,) = (one for one in self.todo(complaint)["evidence"] if one["digest"] == digest)
        return {each["account"] for each in one["missing"]}


@dataclass(frozen=True)
class Sealed:
    """Attributes: token: lets whoever submitted it put its envelopes."""

    digest: Digest
    envelope: Envelope
    token: str = ""


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    env: dict[str, str]
    folder: Path
    browsers: ExitStack

    def someone(self, address: Address, *, registered: bool = True) -> Someone:
        """Signed in, and with a key that others find."""
        url = self.service.url
        browser = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
        found = Someone(self.world, self.browsers.enter_context(browser), address).sign_in()
        return found.register() if registered else found

    def indexed(self) -> None:
        self.service.wait_for(self.world.block_number())


@contextmanager
def staged(postgres: Postgres, folder: Path, **more: str) -> Iterator[Stage]:
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        env |= {"REDRESS_CLERK_RECIPIENT": recipient_of(CLERK), **more}
        with running(world, env, folder) as service, ExitStack() as browsers:
            yield Stage(service, world, env, folder, browsers)
