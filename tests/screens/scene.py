"""What the pages show: organisations, cases from filed to ended, disputes, sealed evidence."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from dapp.domain.types import Address, Digest
from dapp.service.messages.keys import MessageKeys
from scripts.toolchain.postgres import Postgres
from tests.anchoring import settings_of
from tests.api_player import redress
from tests.screens.places import CUSTOMER, JUDGE, NEWCOMER, NOBODY, SHOP
from tests.sealing_scene import Someone, Stage, staged
from tests.sending_house import PURSE_WEI, account_of
from tests.world import ETHER, POLICY

_TALK = b"A: The handle is broken.\nB: Sorry about that.\n"
_SESSION = "redress-session"
_MAILING = {
    # Nothing listens there: the links that a mail would bring are made here.
    "REDRESS_SMTP_HOST": "127.0.0.1",
    "REDRESS_SMTP_SENDER": "Redress <messages@redress.example>",
}


@dataclass(frozen=True)
class Reader:
    """Whose wallet a browser has; without an account, nobody's."""

    account: str = ""
    session: str = ""
    """The cookie of whoever is signed in."""


@dataclass(frozen=True)
class Scene:
    url: str
    chain_id: int
    node: str
    names: Mapping[str, object]
    """What the places' paths name."""
    readers: Mapping[str, Reader]

    def path(self, path: str, who: str) -> str:
        return path.format(**self.names, account=self.readers[who].account)


@contextmanager
def played(postgres: Postgres, folder: Path) -> Iterator[Scene]:
    """A running service in which it all has happened."""
    account, sender = account_of(folder)
    anchoring = {**sender, **settings_of(account.address)}
    with staged(postgres, folder, **_MAILING, **anchoring) as stage:
        world = stage.world
        world.rpc("anvil_setBalance", account.address, hex(PURSE_WEI))
        world.stake(6)
        shop = stage.someone(world.organisation)
        customer = stage.someone(world.customer)
        names = _play(stage, customer, shop)
        judge = stage.someone(world.seat_owner(int(str(names["voting"])), 0))
        links = _links(stage, customer)
        stage.indexed()
        people = {CUSTOMER: customer, SHOP: shop, JUDGE: judge}
        readers = {
            who: Reader(one.address, one.http.cookies[_SESSION]) for who, one in people.items()
        }
        readers |= {NOBODY: Reader(), NEWCOMER: Reader(world.accounts[8])}
        yield Scene(stage.service.url, world.chain_id, world.url, {**names, **links}, readers)


def _play(stage: Stage, customer: Someone, shop: Someone) -> dict[str, object]:
    """In the order in which time passes: what is to be open comes last."""
    world = stage.world
    agreement = _say(stage, shop, "We send it again or pay it back within two weeks.")
    one = world.register(what=agreement)
    world.bond(one, ETHER // 2)
    world.register(replace(POLICY, answer_hours=48), what=agreement)
    ended, ruled = _heard(stage, one, [5000, 5500, 7000]), _filed(stage, one)
    overdue = _filed(stage, one)
    world.acknowledge(ruled)
    _disputed(stage, ruled)
    world.vote(ruled, [4000, 4500, 9000])
    voting = _filed(stage, one)
    _disputed(stage, voting)
    world.wait_for_commits(voting)
    world.commit(voting, 1, 6000)
    withdrawn, pledged, offered = (_filed(stage, one) for _ in range(3))
    world.withdraw(withdrawn)
    world.pledge(pledged)
    world.accept(pledged)
    world.acknowledge(offered, _say(stage, shop, "We are looking at it."))
    world.ask(offered, _say(stage, shop, "Could you send a picture of the box?"))
    world.inform(offered, _say(stage, customer, "Here it is.", _PICTURE))
    world.offer(offered, 4000, _say(stage, shop, "The handle can be replaced."))
    sealed = customer.submit({"diagnosis.txt": b"I must not lift it."})
    customer.give(sealed, customer, shop)
    filed = world.file(world.pay(one), what=sealed.digest)
    world.evidence(
        filed, customer.address, _say(stage, customer, "The label.", ("label.txt", _TALK))
    )
    order = world.pay(one)
    world.publish(one, replace(POLICY, answer_hours=96))
    return {
        "ended": ended,
        "ruled": ruled,
        "overdue": overdue,
        "voting": voting,
        "withdrawn": withdrawn,
        "pledged": pledged,
        "offered": offered,
        "filed": filed,
        "order": order.key,
        "leaf": _anchored(stage, one),
        "customer": customer.address,
        "shop": shop.address,
    }


def _anchored(stage: Stage, organisation: Any) -> str:
    """What a customer has only signed, and is on chain with others."""
    world, http = stage.world, stage.service.http
    what = _said(stage, world.customer, "It came without its lid.", ("lid.txt", _TALK))
    order = world.pay(organisation)
    stage.indexed()
    asked = {"order": order.key, "demand": 2500, "category": 2, "digest": what}
    prepared = http.post("/v1/actions/file", json={"actor": order.customer, **asked}).json()
    typed_data = prepared["anchored"]["typed_data"]
    signature = world.rpc("eth_signTypedData_v4", order.customer, json.dumps(typed_data))
    taken = http.post("/v1/anchored", json={"typed_data": typed_data, "signature": signature})
    assert taken.status_code == 202, taken.text
    with redress(stage.folder / "anchor.log", stage.env, "anchor", "run", "--once") as child:
        assert child.wait() == 0, (stage.folder / "anchor.log").read_text()
    return str(taken.json()["anchored"]["leaf"])


def _filed(stage: Stage, organisation: Any) -> int:
    world = stage.world
    words = (
        "The kettle arrived with a broken handle. Nobody answers the telephone.\n\nA. <b>Buyer</b>"
    )
    what = _said(stage, world.customer, words, ("talk.txt", _TALK))
    return world.file(world.pay(organisation), what=what)


def _disputed(stage: Stage, complaint: int) -> None:
    world = stage.world
    world.offer(complaint, 2000, _said(stage, world.organisation, "A fifth for the handle."))
    world.escalate(complaint, what=_said(stage, world.customer, "It cannot be used without."))
    world.draw(complaint)


def _heard(stage: Stage, organisation: Any, votes: list[int]) -> int:
    """From the payment to both ratings."""
    world = stage.world
    complaint = _filed(stage, organisation)
    world.acknowledge(complaint)
    _disputed(stage, complaint)
    world.wait_for_commits(complaint)
    for seat, vote in enumerate(votes):
        reason = _said(
            stage, world.seat_owner(complaint, seat), f"I think {vote // 100} % is fair."
        )
        world.commit(complaint, seat, vote, reason)
    world.wait_for_reveals(complaint)
    for seat in range(len(votes)):
        world.reveal(complaint, seat)
    world.execute(complaint)
    world.confirm(complaint)
    world.rate(complaint, 4, what=_said(stage, world.customer, "It took long."))
    world.rate(complaint, 5, actor=world.organisation)
    return complaint


_File = tuple[str, bytes]
_PICTURE: _File = (
    "box.png",
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
        "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
    ),
)


def _say(stage: Stage, who: Someone, text: str, *files: _File) -> Digest:
    return _said(stage, who.address, text, *files)


def _said(stage: Stage, author: Address, text: str, *files: _File) -> Digest:
    """The digest of a statement that the service keeps."""
    parts = [("files", (name, data, "application/octet-stream")) for name, data in files]
    data = {"author": author, "text": text}
    response = stage.service.http.post("/v1/evidence", data=data, files=parts or None)
    assert response.status_code == 201, response.text
    return Digest(response.json()["digest"])


def _links(stage: Stage, reader: Someone) -> dict[str, str]:
    """Those of the mail that asks whether an address is the reader's own."""
    channel = {"kind": "email", "target": "someone@redress.example"}
    added = reader.http.post("/v1/me/notifications/channels", json=channel)
    assert added.is_success, added.text
    keys, number = MessageKeys(stage.folder / "data" / "messages.key"), UUID(added.json()["id"])
    return {
        "confirm_link": keys.link("confirm", channel=number, until=int(time.time()) + 3600),
        "refuse_link": keys.link("refuse", channel=number),
    }
