"""The text of docs/events.md and docs/errors.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from dapp.chain import abi, artifacts
from dapp.chain.decode import Decoder
from dapp.chain.revert_words import WORDS
from dapp.domain import trail
from dapp.domain.events import DESK, Event, RawLog
from dapp.domain.types import Address, BlockNumber, ChainId, UnixTime, hash32
from scripts.reference import natspec
from scripts.reference.natspec import Container, Declaration
from scripts.toolchain import artifacts as committed
from scripts.toolchain import sources

_MADE = "Written by `make docs` from the contracts' ABIs and comments; do not edit."
_EVENTS = f"""# Events

{_MADE}
`indexed` arguments are in the log's topics. An event with a *trail* is folded into the rolling hash
of that argument's subject (`contracts/libraries/Trail.sol`, [how](mechanism.md#what-is-recorded)).
"""
_ERRORS = f"""# Errors

{_MADE}
A refused call answers with the selector and the ABI-encoded arguments. *Words* is what people read,
with the arguments in place of their names. The API and the command line add a code: that of
`OfferChanged` is `contract-offer-changed`.
"""


@dataclass(frozen=True)
class Contract:
    """A contract that is deployed, or that says or refuses something.

    Attributes:
        lineage: its interface, itself, and what it inherits.
        others: where it may have an error from that it did not inherit.
    """

    name: str
    abi: list[dict[str, Any]]
    lineage: Sequence[Container]
    others: Sequence[Container]

    def entries(self, kind: str) -> Iterator[tuple[dict[str, Any], Declaration]]:
        """Its events or errors with their comments, in the order of the sources."""
        left = abi.entries(self.abi, kind)
        for container in (*self.lineage, *self.others):
            for said in container.declarations:
                found = [one for one in left if (kind, one["name"]) == (said.kind, said.name)]
                left = [one for one in left if one not in found]
                yield from ((one, said) for one in found)
        # The rest is declared in other people's sources.
        yield from ((one, Declaration(kind, one["name"], "")) for one in left)


def contracts() -> list[Contract]:
    """The contracts that can be deployed, the indexed ones first."""
    known = natspec.read(sources.read().values())
    deployed = [name for name, one in committed.committed().items() if one["bytecode"]]
    first = [name for name in artifacts.CONTRACTS if name in deployed]
    rest = [name for name in deployed if name not in first]
    others = list(known.values())
    return [
        Contract(name, artifacts.load(name).abi, natspec.lineage(name, known), others)
        for name in (*first, *rest)
    ]


def events(found: Sequence[Contract]) -> str:
    """docs/events.md."""
    parts = [_EVENTS]
    for contract in found:
        rows = [_event(contract.name, *one) for one in contract.entries("event")]
        if rows:
            header = ("event", "arguments", "meaning", "trail", "topic0")
            parts.append(_section(contract, _table(header, rows)))
    return "\n".join(parts)


def errors(found: Sequence[Contract]) -> str:
    """docs/errors.md."""
    parts = [_ERRORS]
    for contract in found:
        rows = [_error(*one) for one in contract.entries("error")]
        if rows:
            header = ("error", "arguments", "words", "meaning", "selector")
            parts.append(f"## {contract.name}\n\n{_table(header, rows)}")
    return "\n".join(parts)


def _section(contract: Contract, table: str) -> str:
    said = next((one.meaning for one in contract.lineage if one.meaning), ())
    return "\n\n".join([f"## {contract.name}", *said, table])


def _event(contract: str, entry: dict[str, Any], said: Declaration) -> list[str]:
    topic0 = "0x" + abi.topic0(entry).hex()
    subject = _trail(contract, entry)
    return [f"`{said.name}`", _arguments(entry), said.meaning, subject, f"`{topic0}`"]


def _error(entry: dict[str, Any], said: Declaration) -> list[str]:
    selector = "0x" + abi.selector(entry).hex()
    words = WORDS.get(said.name, "")
    return [f"`{said.name}`", _arguments(entry), words, said.meaning, f"`{selector}`"]


def _arguments(entry: dict[str, Any]) -> str:
    return ", ".join(_argument(item) for item in entry["inputs"])


def _argument(item: dict[str, Any]) -> str:
    plain = abi.canonical(item)
    ours = item["internalType"].split()[-1]
    kind = plain if ours == plain else f"{plain} ({ours})"
    return f"`{item['name']}` {kind}{' indexed' if item.get('indexed') else ''}"


def _trail(contract: str, entry: dict[str, Any]) -> str:
    if not trail.is_folded(_decoded(contract, entry)):
        return ""
    subject = f"`{entry['inputs'][0]['name']}`"
    also = (contract, entry["name"]) == (DESK, "Filed")
    return f"{subject}, and `organisationTrail` of `organisation`" if also else subject


def _decoded(contract: str, entry: dict[str, Any]) -> Event:
    """The event with nothing but zeros in it, as the indexer would read it."""
    nowhere = Address("0x" + "00" * 20)
    decode = Decoder(ChainId(1), {contract: nowhere})
    kinds = [abi.canonical(item) for item in entry["inputs"] if not item["indexed"]]
    indexed = [bytes(32) for item in entry["inputs"] if item["indexed"]]
    event = decode(
        RawLog(
            address=nowhere,
            topics=(abi.topic0(entry), *indexed),
            data=encode(kinds, [_ZEROS[_family(kind)] for kind in kinds]),
            block_number=BlockNumber(1),
            block_hash=hash32(bytes(32)),
            timestamp=UnixTime(1),
            transaction=hash32(bytes(32)),
            transaction_index=0,
            log_index=0,
        )
    )
    assert event is not None
    return event


_ZEROS: Mapping[str, Any] = {
    "[]": (),
    "string": "",
    "bytes": b"",
    "bool": False,
    "address": "0x" + "00" * 20,
    "number": 0,
}


def _family(kind: str) -> str:
    if kind.endswith("[]"):
        return "[]"
    if kind.startswith(("uint", "int")):
        return "number"
    return "bytes" if kind.startswith("bytes") else kind


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)
