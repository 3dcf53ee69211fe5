"""Trails and records as the raw logs make them."""

import model
from brownie import chain, web3
from case import Case


def logs(contract, name: str | None = None) -> list[tuple[dict, dict, int]]:
    """All of a contract's events of that name: ABI entry, values, timestamp; in order."""
    known = model.events(contract.abi)
    found = []
    for log in web3.eth.get_logs({"address": contract.address, "fromBlock": 0}):
        entry = known[bytes(log["topics"][0])]
        if name in (None, entry["name"]):
            when = web3.eth.get_block(log["blockNumber"])["timestamp"]
            found.append((entry, model.arguments(entry, log), when))
    return found


def fold(contract, subject: int, events) -> bytes:
    trail = model.genesis(chain.id, contract.address, subject)
    for entry, values, when in events:
        trail = model.fold(trail, entry, values, when)
    return trail


def complaint_trail(house, number: int) -> bytes:
    """Folded from the desk's events about the complaint; ERC-1497 echoes are not folded."""
    events = [e for e in logs(house.desk) if e[1].get("complaint") == number]
    return fold(house.desk, number, events)


def court_record(house, number: int) -> bytes:
    """The record as the events of desk and court make it: one link for each round, appealed too.

    The desk tells the first round, the court every other.
    """
    escalated = [e[1] for e in logs(house.desk, "Escalated") if e[1]["complaint"] == number]
    rounds = [_Round(escalated[0]["terms"])]
    record = bytes(32)
    for entry, values, _ in logs(house.court):
        if values.get("dispute") != number:
            continue
        name, last = entry["name"], rounds[-1]
        if name == "Drawn":
            last.panel = list(values["positions"])
        elif name == "Committed":
            last.entries.append((values["seat"], values["commitment"]))
        elif name == "Revealed":
            last.votes[values["seat"]] = values["vote"]
        elif name == "Leaked":
            last.votes[values["seat"]] = model.LEAKED
        elif name == "RoundVoided":
            record = last.record(record)
            assert record == values["record"]
        elif name == "Appealed":
            record = last.record(record)
        if name in ("RoundArmed", "Appealed"):
            rounds.append(_Round(values["round"]))
    return rounds[-1].record(record)


class _Round:
    """What the events say about one panel."""

    def __init__(self, armed: int) -> None:
        self.armed = armed
        self.panel: list[int] | None = None
        self.votes: dict[int, int] = {}
        self.entries: list[tuple[int, bytes]] = []

    def record(self, prior: bytes) -> bytes:
        word, more = self.armed, []
        if self.panel is not None:
            word, more = model.seat_words(self.armed, self.panel, self.votes)
        leaked = tuple(seat for seat, vote in self.votes.items() if vote == model.LEAKED)
        return model.record(prior, word, more, model.commits_word(self.entries, leaked))


def check(house, cases: list[Case]) -> None:
    """Every trail of the house against its fold."""
    for case in cases:
        assert complaint_trail(house, case.number) == bytes(house.desk.trail(case.number))
    filed = [e for e in logs(house.desk, "Filed") if e[1]["organisation"] == 1]
    assert [e[1]["complaint"] for e in filed] == list(range(1, len(cases) + 1))
    assert fold(house.desk, 1, filed) == bytes(house.desk.organisationTrail(1))
    about = [e for e in logs(house.registry) if e[1].get("organisation") == 1]
    assert fold(house.registry, 1, about) == bytes(house.registry.trail(1))


def order_events(house, case: Case) -> list:
    """Those of the order's trail; how a complaint divides it is folded by the desk."""
    about = [e for e in logs(house.escrow) if e[1].get("key") == bytes(case.key)]
    return [e for e in about if e[0]["name"] != "Split"]


def order_trail(house, case: Case) -> bytes:
    key = int.from_bytes(bytes(case.key), "big")
    return fold(house.escrow, key, order_events(house, case))
