"""Checks a bundle against the hash of one block that the reader trusts (docs/audit.md).

Needs no network, no database and nothing of ours. Records are read line by line; the proofs' nodes
are in memory, the evidence in a temporary file.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

import msgspec
from msgspec import UNSET

from dapp.audit.archive import Archive, broken
from dapp.audit.census import Census
from dapp.audit.events import EventReader
from dapp.audit.evidence import Blocks
from dapp.audit.format import (
    CLAIMS,
    EVIDENCE,
    MAX_LINE_BYTES,
    RECORDS,
    Claims,
    HistoryScope,
    Record,
    read_claims,
    read_record,
)
from dapp.audit.headers import Headers
from dapp.audit.receipts import Receipts
from dapp.audit.records import Heard, RecordChecker
from dapp.audit.state import Nodes
from dapp.audit.verdict import VERIFIED, Entry, Previous, Verdict, refuse
from dapp.audit.words import Words
from dapp.chain.keccak import keccak
from dapp.domain import events
from dapp.domain.events import APPEALS, COURT, DESK, ESCROW, OUTSIDE, REGISTRY, Event
from dapp.domain.types import Hash32, raw
from dapp.errors import Unproven

_ALWAYS = frozenset({DESK, REGISTRY, ESCROW, COURT})
_SOMETIMES = frozenset({APPEALS, events.CLAIMS, OUTSIDE})
_HARMLESS = frozenset({VERIFIED, "evidence-missing", "unknown"})
"""Verdicts of records all of whose proofs were needed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the reader knows of the contracts.

    Attributes:
        addresses: by name, lower case; those that the bundle does not name are ignored.
        source: `deployment`, `desk`, or None where nothing is known.
        chain_id: of the chain that they are on, if that is known.
    """

    addresses: Mapping[str, str]
    source: str | None
    chain_id: int | None = None


NOTHING_KNOWN = Expected({}, None)


def claims_of(file: BinaryIO) -> Claims:
    """What a bundle says that it is; nothing of it is proven. Raises Unproven."""
    return _claims(Archive(file))[0]


def verify(
    file: BinaryIO,
    block_hash: Hash32,
    expected: Expected = NOTHING_KNOWN,
    previous: Previous | None = None,
    heard: Heard = lambda story: None,
) -> Verdict:
    """The verdict on a bundle, whatever the bytes.

    Args:
        file: that nobody writes to meanwhile.
        block_hash: of the block that the reader trusts.
        expected: what the reader knows of the contracts.
        previous: an earlier verdict, for an increment.
        heard: told of each case whose trail is proven, whatever else does not hold.
    """
    verdict = Verdict(VERIFIED, compared=expected.source)
    try:
        archive = Archive(file)
        claims, headers, nodes = _claims(archive)
        verdict = _described(verdict, claims)
        _check_members(archive, claims)
        bundle = _Bundle(claims, headers, nodes, block_hash)
        _check_expected(claims, expected)
        known = _trails(claims, previous)
        with closing(_blocks(archive, claims)) as blocks:
            return bundle.check(archive, blocks, known, verdict, heard)
    except Unproven as error:
        return replace(verdict, verdict=error.code, message=error.message)


class _Bundle:
    """A bundle whose block, headers and contracts are proven."""

    def __init__(
        self, claims: Claims, headers: list[bytes], nodes: list[bytes], block_hash: Hash32
    ) -> None:
        self._claims = claims
        try:
            self._nodes = Nodes(nodes)
        except ValueError as error:
            raise broken(str(error)) from error
        if not headers or keccak(headers[0]) != raw(block_hash):
            raise refuse("block-unproven", "the bundle was made at another block than the trusted")
        try:
            self._headers = Headers(headers, self._nodes)
        except ValueError as error:
            raise refuse("block-unproven", f"a header is not proven: {error}") from error
        trusted = self._headers.trusted
        if (claims.block.number, claims.block.hash) != (trusted.number, block_hash):
            raise refuse("block-unproven", "the trusted block is not the one that is named")
        self._words = Words(self._nodes, trusted, claims.contracts)
        self._reader = EventReader(claims, self._headers, Receipts(self._nodes))

    def check(
        self,
        archive: Archive,
        blocks: Blocks,
        known: Mapping[tuple[str, int], str],
        verdict: Verdict,
        heard: Heard,
    ) -> Verdict:
        """Every record, and what must hold for all of them together. Raises Unproven."""
        now = self._headers.trusted.time
        checker = RecordChecker(self._reader, self._words, blocks, now, heard)
        census = Census(self._claims.scope)
        entries: list[Entry] = []
        for record in _records(archive, self._claims):
            entry, filed = _checked(checker, record, known)
            census.count(entry, filed)
            entries.append(entry)
        failed = next((one for one in entries if one.verdict != VERIFIED), None)
        found = replace(verdict, entries=entries)
        if all(one.verdict in _HARMLESS for one in entries):
            try:
                census.check(self._words)
                self._check_used(blocks)
            except Unproven as error:
                return replace(found, verdict=error.code, message=error.message)
        if failed is None:
            return found
        return replace(
            found,
            verdict=failed.verdict,
            message=f"{failed.kind} {failed.number}: {failed.message}",
        )

    def _check_used(self, blocks: Blocks) -> None:
        """Nothing stands in a bundle that no proof needs."""
        if self._reader.contracts_seen | _ALWAYS != set(self._claims.contracts):
            raise broken("a contract is named that has no events")
        if not self._headers.are_needed(self._reader.blocks_seen) or not self._nodes.all_used:
            raise broken("there are headers or nodes that no proof needs")
        if not blocks.all_used:
            raise refuse("evidence-differs", "there is evidence that no record names")


def _claims(archive: Archive) -> tuple[Claims, list[bytes], list[bytes]]:
    try:
        with archive.open(CLAIMS) as stream:
            claims, headers, nodes = read_claims(stream)
    except ValueError as error:
        raise broken(f"bundle.json is not what it must be: {error}") from error
    names = set(claims.contracts)
    addresses = {contract.address for contract in claims.contracts.values()}
    if not _ALWAYS <= names <= _ALWAYS | _SOMETIMES or len(addresses) != len(names):
        raise broken("bundle.json names other contracts than it must")
    return claims, headers, nodes


def _check_members(archive: Archive, claims: Claims) -> None:
    archive.check(RECORDS, claims.members.records.size, claims.members.records.sha256)
    evidence = claims.members.evidence
    if (evidence is not UNSET) != (EVIDENCE in archive.members):
        raise broken("the evidence is not as bundle.json says")
    if evidence is not UNSET:
        archive.check(EVIDENCE, evidence.size, evidence.sha256)


def _blocks(archive: Archive, claims: Claims) -> Blocks:
    evidence = claims.members.evidence
    if evidence is UNSET:
        return Blocks(None, ())
    if not evidence.roots:
        raise broken("there is evidence without a manifest")
    with archive.open(EVIDENCE) as stream:
        return Blocks(stream, evidence.roots)


def _records(archive: Archive, claims: Claims) -> Iterator[Record]:
    """The records, one at a time."""
    count = 0
    with archive.open(RECORDS) as stream:
        while line := stream.readline(MAX_LINE_BYTES + 1):
            count += 1
            if not line.endswith(b"\n"):
                raise broken(f"line {count} of the records is too long, or cut off")
            try:
                yield read_record(line[:-1])
            except ValueError as error:
                raise broken(f"line {count} of the records: {error}") from error
    if count != claims.members.records.lines:
        raise broken("the records have another number of lines than bundle.json says")


def _checked(
    checker: RecordChecker, record: Record, known: Mapping[tuple[str, int], str]
) -> tuple[Entry, Event | None]:
    if record.events is UNSET:
        return _unchanged(checker, record, known), None
    if record.complaint is not UNSET:
        checked = checker.case(record.events, record.complaint)
        return checked.entry, checked.filed
    assert record.organisation is not UNSET
    return checker.organisation(record.events, record.organisation), None


def _unchanged(
    checker: RecordChecker, record: Record, known: Mapping[tuple[str, int], str]
) -> Entry:
    """What stands in an increment by its word alone."""
    is_case = record.complaint is not UNSET
    kind, number = (
        ("complaint", record.complaint) if is_case else ("organisation", record.organisation)
    )
    assert isinstance(number, int) and isinstance(record.trail, str)
    try:
        word = checker.complaint_word(number) if is_case else checker.organisation_word(number)
        if word != record.trail:
            raise refuse("trail-differs", "it is said to be unchanged, and has another trail")
        if known.get((kind, number)) != word:
            raise refuse("unknown", "no earlier verdict says that it was verified as it is")
    except Unproven as error:
        return Entry(kind, number, error.code, error.message)
    return Entry(kind, number, VERIFIED, trail=word)


def _check_expected(claims: Claims, expected: Expected) -> None:
    if expected.chain_id not in (None, claims.chain_id):
        raise refuse("contracts-differ", "the contracts that you know are on another chain")
    for name, address in expected.addresses.items():
        found = claims.contracts.get(name)
        if found is not None and found.address != address:
            raise refuse("contracts-differ", f"{name} is not the one that you know")


def _trails(claims: Claims, previous: Previous | None) -> Mapping[tuple[str, int], str]:
    """What an earlier verdict has verified, if it fits."""
    scope = claims.scope
    if previous is None or not isinstance(scope, HistoryScope) or scope.since is None:
        return {}
    addresses = {name: contract.address for name, contract in claims.contracts.items()}
    same = all(addresses.get(name) == previous.contracts.get(name) for name in _ALWAYS)
    if (previous.chain, previous.block.get("number")) != (claims.chain, scope.since) or not same:
        raise refuse("previous-differs", "the earlier verdict is of another block or contracts")
    return previous.trails()


def _described(verdict: Verdict, claims: Claims) -> Verdict:
    return replace(
        verdict,
        chain=claims.chain,
        block=msgspec.to_builtins(claims.block),
        scope=msgspec.to_builtins(claims.scope),
        contracts={name: one.address for name, one in sorted(claims.contracts.items())},
    )


__all__ = ["NOTHING_KNOWN", "Expected", "claims_of", "verify"]
