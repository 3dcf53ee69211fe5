"""The browser's arithmetic is Python's and the contracts': CIDs, trails, commitments, records."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.anchoring import AnchoredComplaint, Receipt, leaf_of, order_key, receipt_data
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, DESK
from dapp.domain.merkle import Tree
from dapp.domain.parts import Category, Order
from dapp.domain.record import chain as record_chain
from dapp.domain.rounds import Commitment, Seat, armed
from dapp.domain.signing import Place, struct_hash
from dapp.domain.types import (
    NO_ACCOUNT,
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BasisPoints,
    ChainId,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    hash32,
)
from dapp.service import views

ROOT = Path(__file__).parents[3]
FRONTEND = ROOT / "dapp" / "web" / "frontend"
TRAILS = json.loads((ROOT / "tests" / "vectors" / "trail.json").read_text())
VECTORS = json.loads((ROOT / "tests" / "vectors" / "evidence.json").read_text())
CONTRACT = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
ARMED_AT = 1_795_305_600
ARMED = 123 << 104 | 99 << 136 | ARMED_AT << 160

SCRIPT = """
import { fileCid, manifestCid, sha256, toHex } from "./cid";
import { keccak, selector, words } from "./hash";
import { leafOf, receiptHash, rootOf } from "./leaf";
import { votesAgree } from "./record";
import { fold, genesis } from "./trail";
const input = JSON.parse(process.argv[2]);
const bytes = (file) => file.text === undefined
  ? new Uint8Array(file.zeros) : new TextEncoder().encode(file.text);
const cids = [];
for (const file of input.files) cids.push(await fileCid(new Blob([bytes(file)])));
const digests = [];
const utf8 = (text) => new TextEncoder().encode(text);
for (const text of input.manifests) digests.push(toHex(await sha256(utf8(text))));
const trails = input.trails.map((subject) => {
  let trail = genesis(subject.chainId, subject.contract, subject.subject);
  const words = [trail];
  for (const event of subject.events) {
    trail = fold(trail, { ...event, words: event.arguments });
    words.push(trail);
  }
  return words;
});
console.log(JSON.stringify({
  cids, digests, manifestCids: digests.map(manifestCid),
  trails,
  agree: input.hearings.map((events) => votesAgree(events, "31337", input.contract, "7")),
  commitment: keccak(words(...input.ballot)),
  leaves: input.signed.map((one) => leafOf("31337", input.contract, one)),
  roots: input.batches.map(([leaf, proof]) => rootOf(leaf, proof)),
  receipt: receiptHash(...input.receipt),
  selector: selector("trail(uint64)"),
}));
"""

OTHER = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
_TERMS = (OrganisationId(7), 3, OTHER, NO_ACCOUNT, Hash32("0x" + "0a" * 32))
ORDER = Order(*_TERMS, order_key(keccak, *_TERMS))
PLACE = Place(ChainId(31337), CONTRACT)
SIGNED = [
    AnchoredComplaint(ORDER, BasisPoints(5000), category, digest, UnixTime(ARMED_AT), opener)
    for category in Category
    for digest in (NO_DIGEST, Digest("0x" + "c3" * 32))
    for opener in (NO_ACCOUNT, OTHER)
]
LEAVES = [leaf_of(keccak, PLACE, CONTRACT, one) for one in SIGNED]
TREE = Tree(keccak, LEAVES)
SALT, REASON = Hash32("0x" + "5a" * 32), Digest("0x" + "c3" * 32)


def hearing(vote: int = 5500, record: str | None = None) -> list[dict[str, Any]]:
    """The events of a dispute that was appealed from three seats to seven.

    Of the three, one replaced its vote; of the seven, one told it too early and one never opened
    it. The first seat is said to have opened `vote`; it committed to 5 500.
    """
    first = Panel(0, ARMED | 3 << 85 | 1 << 90, [40, 3, 17])
    for number in (*range(3), 1):
        first.commit(number)
    for number in range(3):
        first.reveal(number)
    first.events[-3]["args"]["vote"] = vote
    second = Panel(3, ARMED | 7 << 85 | 3 << 90 | 1 << 96, [5, 33, 8, 25, 11, 2, 6])
    for number in range(7):
        second.commit(number)
    second.leak(2)
    for number in (0, 1, 3, 4, 5):
        second.reveal(number)
    final = record_chain(keccak, [first.round, second.round])
    return [
        shown("Escalated", {"isOutside": False, "terms": first.word}, DESK),
        *first.events,
        shown("Appealed", {"round": second.word}),
        *second.events,
        shown("Concluded", {}),
        shown("Executed", {"record": record or final}, DESK),
    ]


def unheard() -> list[dict[str, Any]]:
    """The parties agreed without arbitrators."""
    return [shown("Executed", {"record": ZERO_HASH}, DESK)]


def void() -> list[dict[str, Any]]:
    """Nobody opened a vote; the parties settled before the second round was drawn."""
    first = Panel(0, ARMED | 3 << 85 | 1 << 90, [40, 3, 17])
    first.commit(0)
    second = Panel(1, ARMED | 3 << 85 | 1 << 90 | 1 << 94, [])
    ended = replace(second.round, drawn_at=None)
    return [
        shown("Escalated", {"isOutside": False, "terms": first.word}, DESK),
        *first.events,
        shown("RoundVoided", {"record": record_chain(keccak, [first.round])}),
        shown("RoundArmed", {"round": second.word}),
        shown("Concluded", {}),
        shown("Executed", {"record": record_chain(keccak, [first.round, ended])}, DESK),
    ]


def shown(name: str, args: dict[str, Any], contract: str = COURT) -> dict[str, Any]:
    """An event as the API tells it."""
    return {"contract": contract, "name": name, "args": args}


class Panel:
    """Seats of one round, whose every step is an event and is folded by Python as well."""

    def __init__(self, number: int, word: int, positions: list[int]) -> None:
        seats = tuple(
            Seat(seat, PositionId(position), None) for seat, position in enumerate(positions)
        )
        self.word = str(word)
        self.round = replace(armed(word), drawn_at=UnixTime(ARMED_AT + 60), seats=seats)
        assert self.round.number == number
        self.events = [shown("Drawn", {"positions": positions})]

    def commit(self, number: int) -> None:
        ballot = Ballot(ChainId(31337), CONTRACT, DisputeId(7), self.round.number, number)
        value = commitments.commitment(keccak, ballot, BasisPoints(5500 + number), SALT, REASON)
        made = Commitment(number, value, UnixTime(ARMED_AT))
        self.round = replace(self.round, commitments=(*self.round.commitments, made))
        self._seat(number, commitment=value)
        self.events.append(shown("Committed", {"seat": number, "commitment": value}))

    def reveal(self, number: int) -> None:
        vote = BasisPoints(5500 + number)
        self._seat(number, vote=vote)
        args = {"seat": number, "vote": vote, "salt": SALT, "reason": REASON}
        self.events.append(shown("Revealed", args))

    def leak(self, number: int) -> None:
        self._seat(number, leaked_at=UnixTime(ARMED_AT))
        self.events.append(shown("Leaked", {"seat": number}))

    def _seat(self, number: int, **facts: Any) -> None:
        seats = list(self.round.seats)
        seats[number] = replace(seats[number], **facts)
        self.round = replace(self.round, seats=tuple(seats))


def told(complaint: AnchoredComplaint) -> dict[str, Any]:
    """A signed complaint as the API tells it."""
    return {
        "order": views.order(complaint.order),
        "demand": complaint.demand,
        "category": views.name(complaint.category),
        "digest": views.digest(complaint.digest),
        "opener": None if complaint.opener == NO_ACCOUNT else complaint.opener,
        "anchor_by": views.time(complaint.anchor_by),
    }


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the bundled sources say, run by Node."""
    bundle = tmp_path_factory.mktemp("script") / "vectors.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=esm", "--platform=node", "--loader=ts"]
    subprocess.run(
        [esbuild, *options, f"--outfile={bundle}", "--log-level=warning"],
        input=SCRIPT.encode(),
        check=True,
        cwd=FRONTEND,
    )
    given = {
        "files": VECTORS["files"],
        "manifests": [one["canonical"] for one in VECTORS["manifests"]],
        "contract": CONTRACT,
        "trails": TRAILS["subjects"],
        "hearings": [
            hearing(),
            unheard(),
            void(),
            hearing(vote=5600),
            hearing(record="0x" + "11" * 32),
        ],
        "ballot": [31337, CONTRACT, 7, 1, 2, 5500, SALT, REASON],
        "signed": [told(one) for one in SIGNED],
        "batches": [[one, TREE.proof(one)] for one in LEAVES],
        "receipt": [LEAVES[0], CONTRACT, OTHER, ARMED_AT],
    }
    run = subprocess.run(
        ["node", bundle, json.dumps(given)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(run.stdout))


def test_files_have_the_same_cids(answers: dict[str, Any]) -> None:
    assert answers["cids"] == [file["cid"] for file in VECTORS["files"]]


def test_manifests_have_the_same_digests_and_cids(answers: dict[str, Any]) -> None:
    assert answers["digests"] == [one["digest"] for one in VECTORS["manifests"]]
    assert answers["manifestCids"] == [one["cid"] for one in VECTORS["manifests"]]


def test_trails_are_those_that_the_contracts_made(answers: dict[str, Any]) -> None:
    assert answers["trails"] == [
        [subject["genesis"], *[event["trail"] for event in subject["events"]]]
        for subject in TRAILS["subjects"]
    ]


def test_votes_are_bound_to_the_ruling(answers: dict[str, Any]) -> None:
    """As they were; then with another vote; with another record in the ruling."""
    assert answers["agree"] == [True, True, True, False, False]


def test_the_commitment_is_the_same(answers: dict[str, Any]) -> None:
    ballot = Ballot(ChainId(31337), CONTRACT, DisputeId(7), 1, 2)
    expected = commitments.commitment(keccak, ballot, BasisPoints(5500), SALT, REASON)
    assert answers["commitment"] == expected


def test_signed_complaints_have_the_same_leaves(answers: dict[str, Any]) -> None:
    assert answers["leaves"] == LEAVES


def test_every_leaf_leads_to_the_root(answers: dict[str, Any]) -> None:
    assert answers["roots"] == [TREE.root] * len(LEAVES)


def test_what_a_sender_signs_is_the_same(answers: dict[str, Any]) -> None:
    data = receipt_data(PLACE, Receipt(LEAVES[0], CONTRACT, OTHER, UnixTime(ARMED_AT)))
    assert answers["receipt"] == struct_hash(keccak, data)


def test_the_call_is_the_same(answers: dict[str, Any]) -> None:
    assert answers["selector"] == hash32(keccak(b"trail(uint64)"))[:10]
