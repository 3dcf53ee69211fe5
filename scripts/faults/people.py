"""Who uses the service while it is being killed; each in a thread."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from dapp.errors import RedressError
from scripts.faults.doors import LONG_SECONDS, Doors
from scripts.faults.house import House
from scripts.faults.ledger import Ledger
from tests.faults import workload
from tests.patience import PATIENCE_SECONDS

Act = Callable[[], None]
"""One thing that somebody does."""
Comes = Callable[[House, Ledger, random.Random], Act]
"""Somebody comes in, and leaves in the ledger how to find out what was lost of theirs."""

# Those of the simulation that move no clock: what people sign is good for a while only.
_DEEDS = (
    "pay", "file", "claim", "release", "bond", "key", "acknowledge", "contest", "ask", "inform",
    "offer", "pledge", "accept", "withdraw", "escalate", "rate",
)  # fmt: skip


@contextmanager
def at_work(people: Mapping[str, Comes], house: House, ledger: Ledger, seed: int) -> Iterator[None]:
    """All of them; on the way out each ends what they have begun."""
    stop = threading.Event()
    acts = {
        name: come(house, ledger, random.Random(f"{seed} {name}")) for name, come in people.items()
    }
    threads = [
        threading.Thread(target=_live, args=(name, act, ledger, stop), name=name)
        for name, act in acts.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        # Whoever waits for an answer gets it only while somebody starts the servers again.
        house.household.keep(
            2 * PATIENCE_SECONDS, lambda: not any(thread.is_alive() for thread in threads)
        )
        for thread in threads:
            thread.join(1.0)


def _live(name: str, act: Act, ledger: Ledger, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            act()
        except Exception as error:
            at = time.strftime("%H:%M:%S")
            ledger.broken.append(f"{at} {name}: {type(error).__name__} {error}"[:600])
            return


def parties(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """Customers and the organisation: evidence, a complaint prepared by the service, answers."""
    world, doors = house.world, Doors(house.urls, ledger)
    filed: dict[int, str] = {}

    def act() -> None:
        if lots.random() < 0.4:
            number, digest = _complain(house, doors, lots)
            filed[number] = digest
            ledger.acknowledged["complaints"] += 1
            return
        complaint = lots.randint(1, max(1, len(filed)))
        try:
            with ledger.turn:
                workload.DEEDS[lots.choice(_DEEDS)](world, complaint, lots)
        except (RedressError, RuntimeError, LookupError):
            return
        ledger.acknowledged["other transactions of people"] += 1

    def lost() -> Iterator[str]:
        for number, digest in filed.items():
            answer = doors.ask("GET", f"/v1/cases/{number}")
            if answer.status_code != 200 or digest not in answer.text:
                yield f"complaint {number}: {answer.status_code}"

    def _complain(house: House, doors: Doors, lots: random.Random) -> tuple[int, str]:
        order = world.pay(house.organisation)
        said = {"author": order.customer, "text": f"It never came, says {lots.random()}."}
        stored = doors.ask("POST", "/v1/evidence", data=said)
        assert stored.status_code == 201, stored.text
        digest = str(stored.json()["digest"])
        wanted = {"order": order.key, "demand": 8000, "category": 2, "digest": digest}
        prepared = prepare(doors, "file", {"actor": order.customer, **wanted})
        with ledger.turn:
            return world.filed(prepared["transaction"], order), digest

    ledger.lost["complaints"] = lost
    return act


def prepare(doors: Doors, action: str, said: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """What to sign; the service may have to hear of an order first, which takes it a while."""
    deadline = time.monotonic() + LONG_SECONDS
    while True:
        answer = doors.ask("POST", f"/v1/actions/{action}", json=said)
        if answer.status_code == 200:
            return dict(answer.json())
        assert time.monotonic() < deadline, f"{action}: {answer.text}"
        time.sleep(0.2)


def readers(house: House, ledger: Ledger, lots: random.Random) -> Act:
    """Whoever only looks: at anything, at either server."""
    doors = Doors(house.urls, ledger)
    places = ("/v1/cases", "/v1/status", "/v1/organisations/1", "/", "/cases", "/stats")

    def act() -> None:
        number = lots.randint(1, max(1, ledger.acknowledged["complaints"]))
        path = lots.choice((*places, f"/v1/cases/{number}", f"/c/{number}"))
        doors.once("GET", path)
        time.sleep(0.05)

    return act
