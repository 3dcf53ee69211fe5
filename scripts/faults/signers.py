"""People who sign: what the relay sends, complaints to be anchored, and in to the service."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

from dapp.domain.events import KEYS
from scripts.faults.doors import Doors
from scripts.faults.house import House
from scripts.faults.ledger import Ledger
from scripts.faults.people import Act, prepare
from tests.api_player import Person
from tests.relaying import key, sign

_NAMES = 12


def relayed(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """Somebody new each time, who says what their key is and pays nothing for it."""
    doors, taken = Doors(house.urls, ledger), dict[str, str]()

    def act() -> None:
        person = Person()
        said = {"actor": person.address, "key": key()}
        prepared = prepare(doors, "encryption-key", said)
        body = {**prepared, "signature": sign(person, prepared["typed_data"])}
        answer = doors.ask("POST", "/v1/relay", json=body)
        assert answer.status_code in (200, 202), answer.text
        taken[answer.json()["id"]] = person.address
        ledger.acknowledged["relayed actions"] += 1
        time.sleep(lots.uniform(0.1, 0.6))

    def times(account: str) -> int:
        """How often the chain has heard it."""
        topics = [None, "0x" + account[2:].lower().rjust(64, "0")]
        which = {"address": house.world.contracts[KEYS], "fromBlock": "0x0", "topics": topics}
        return len(house.world.rpc("eth_getLogs", which))

    def lost() -> Iterator[str]:
        for id_, account in taken.items():
            if not times(account):
                yield f"action {id_}: {doors.ask('GET', f'/v1/relay/{id_}').text[:300]}"

    ledger.lost["relayed actions"] = lost
    ledger.twice["relayed actions"] = lambda: [id_ for id_, who in taken.items() if times(who) > 1]
    return act


def anchored(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """Complaints that are only signed; a receipt is a promise, and all of them are kept."""
    doors, taken = Doors(house.urls, ledger), list[str]()
    world = house.world

    def act() -> None:
        order = world.pay(house.organisation)
        digest = "0x" + lots.randbytes(32).hex()
        said = {"actor": order.customer, "order": order.key, "digest": digest}
        prepared = prepare(doors, "file", {**said, "demand": 5000, "category": 2})
        typed_data = prepared["anchored"]["typed_data"]
        signature = world.rpc("eth_signTypedData_v4", order.customer, json.dumps(typed_data))
        body = {"typed_data": typed_data, "signature": signature}
        answer = doors.ask("POST", "/v1/anchored", json=body)
        assert answer.status_code == 202, answer.text
        taken.append(answer.json()["anchored"]["leaf"])
        ledger.acknowledged["signed complaints"] += 1
        time.sleep(lots.uniform(0.2, 1.0))

    def lost() -> Iterator[str]:
        for leaf in taken:
            answer = doors.ask("GET", f"/v1/anchored/{leaf}")
            shown = answer.json().get("anchored", {})
            if shown.get("status") != "anchored" or shown["receipt"] is None:
                yield f"{leaf}: {answer.text[:300]}"

    def twice() -> Iterator[str]:
        statement = "SELECT leaf FROM anchor_leaf GROUP BY 1 HAVING count(*) > 1"
        yield from (str(leaf) for (leaf,) in house.indexed.sql(statement))

    ledger.lost["signed complaints"], ledger.twice["signed complaints"] = lost, twice
    return act


def drafters(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """One person at a desk: what was kept last is what must be there."""
    doors, kept = Doors(house.urls, ledger), dict[str, dict[str, Any]]()
    doors.sign_in(Person())

    def act() -> None:
        name = f"draft-{lots.randrange(_NAMES)}"
        draft = {"text": lots.randbytes(lots.randint(1, 2000)).hex()}
        answer = doors.ask("PUT", f"/v1/me/drafts/{name}", json=draft)
        assert answer.status_code == 200, answer.text
        kept[name] = draft
        ledger.acknowledged["writes of drafts"] += 1
        time.sleep(0.1)

    def lost() -> Iterator[str]:
        for name, draft in kept.items():
            answer = doors.ask("GET", f"/v1/me/drafts/{name}")
            if answer.status_code != 200 or draft["text"] not in answer.text:
                yield f"{name}: {answer.status_code}"

    ledger.lost["drafts"] = lost
    return act
