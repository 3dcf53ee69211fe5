"""Where the events about something are found is where events about it are."""

from dapp.chain import abi, artifacts
from dapp.domain.events import CLAIMS, COURT, ESCROW, OUTSIDE, Event, Value
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import raw, word
from dapp.store.subjects import Subject, places, subjects_of
from tests.unit.domain import cases

ECHOES = {
    "ActionFailed",
    "AppealFund.BondPaid",
    "Dispute",
    "EIP712DomainChanged",
    "Evidence",
    "Listed",
    "MetaEvidence",
    "NoncesCancelled",
    "PauseSet",
    "TrackSet",
}


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


def test_every_event_is_found_at_its_first_subject_or_is_an_echo() -> None:
    echoes = set()
    for contract in artifacts.CONTRACTS:
        for entry in abi.entries(artifacts.load(contract).abi, "event"):
            event, topic = _event(contract, entry)
            subjects = subjects_of(event)
            if subjects:
                assert (contract, topic) in places(subjects[0]), event.name
            else:
                shared = event.name == "BondPaid"
                echoes.add(f"{contract}.{event.name}" if shared else event.name)
    assert echoes == ECHOES


def test_what_two_share_is_folded_into_both() -> None:
    key, arbitrator = "0x" + "ab" * 32, "0x" + "cd" * 20
    split = cases.event(CLAIMS, "Split", 1, {"key": key, "organisation": 1, "complaint": 3})
    assert subjects_of(split) == (Subject("order", key), Subject("complaint", "3"))
    frozen = cases.event(ESCROW, "OrderFrozen", 1, {"key": key, "organisation": 1, "until": 9})
    assert subjects_of(frozen) == (Subject("order", key), Subject("complaints-about", key))
    said = {"_arbitrator": arbitrator, "_disputeID": 5, "_ruling": 2}
    ruling = cases.event(OUTSIDE, "Ruling", 1, said)
    assert subjects_of(ruling) == (Subject("outside-ruling", f"{arbitrator}/5"),)


def test_a_public_dispute_is_no_complaint() -> None:
    last = cases.event(COURT, "RoundArmed", 1, {"dispute": FIRST_PUBLIC_DISPUTE - 1, "round": 0})
    first = cases.event(COURT, "RoundArmed", 1, {"dispute": FIRST_PUBLIC_DISPUTE, "round": 0})
    assert [one.kind for one in subjects_of(last)] == ["complaint"]
    assert [one.kind for one in subjects_of(first)] == ["public-dispute"]
