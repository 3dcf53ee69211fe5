"""Where the events about something are found is where events about it are."""

from dapp.chain import abi, artifacts
from dapp.domain.events import Event, Value
from dapp.domain.types import raw, word
from dapp.store.subjects import places, subject_of
from tests.unit.domain import cases


def _event(contract: str, entry: dict[str, object]) -> tuple[Event, bytes]:
    """An event whose number or key is 7, and its first topic after the signature."""
    args: dict[str, Value] = {}
    topic = b""
    inputs = entry["inputs"]
    assert isinstance(inputs, list)
    for item in inputs:
        kind = item["type"]
        text = {"address": "0x" + "07" * 20, "bytes32": "0x" + "07" * 32}.get(kind)
        value: Value = (7,) if kind.endswith("[]") else 7 if text is None else text
        args[item["name"]] = value
        if item["indexed"] and not topic:
            topic = word(7) if text is None else raw(text).rjust(32, b"\0")
    return cases.event(contract, str(entry["name"]), 1, args), topic


def test_every_event_is_found_at_its_subject() -> None:
    echoes = []
    for contract in artifacts.CONTRACTS:
        for entry in abi.entries(artifacts.load(contract).abi, "event"):
            event, topic = _event(contract, entry)
            subject = subject_of(event)
            if subject is None:
                echoes.append(event.name)
            else:
                assert (contract, topic) in places(subject), event.name
    assert echoes == ["Evidence"]
