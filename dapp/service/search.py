"""What somebody means by whatever they have: a number, an address, a hash or a CID."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dapp.domain.deployment import Deployment
from dapp.domain.events import Event
from dapp.domain.types import Address, ComplaintId, Hash32, OrganisationId, hash32
from dapp.errors import InvalidInput, NotFound
from dapp.service import inputs
from dapp.service.clock import Clock
from dapp.service.evidence import Evidence
from dapp.service.holdings import Holdings
from dapp.store.queries import Queries
from dapp.store.references import References
from dapp.store.views import CaseFilter
from evidence import EvidenceError, digest_to_cid, parse, parse_cid

_HASH = re.compile(r"(0x)?([0-9a-fA-F]{64})")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NUMBER = re.compile(r"#?([0-9]{1,18})")
_MOST_CASES = 20


class Kind(StrEnum):
    """What was taken for what: also what was looked at in vain."""

    CASE = "case"
    ORGANISATION = "organisation"
    CUSTOMER = "customer"
    ARBITRATOR = "arbitrator"
    OPERATOR = "operator"
    ORDERS = "orders"
    CONTRACT = "contract"
    ORDER = "order"
    TRANSACTION = "transaction"
    EVIDENCE = "evidence"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Hit:
    """`key` is a number, an address, a hash or a CID, as `kind` has it."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """
    Attributes:
        looked_at: what was taken for something that could be there.
        hits: what is there, without the cases.
        cases: numbers of those that it leads to.
    """

    looked_at: tuple[Kind, ...]
    hits: tuple[Hit, ...] = ()
    cases: tuple[ComplaintId, ...] = ()


class Search:
    def __init__(
        self,
        queries: Queries,
        references: References,
        evidence: Evidence,
        holdings: Holdings,
        deployment: Deployment,
        clock: Clock,
    ) -> None:
        self._queries = queries
        self._references = references
        self._evidence = evidence
        self._holdings = holdings
        self._deployment = deployment
        self._clock = clock

    async def show(self, text: str) -> dict[str, Any]:
        """What `find` gives, as JSON, and as of when."""
        found, moment = await self._clock.read(lambda: self.find(text))
        return {
            "looked_at": [str(kind) for kind in found.looked_at],
            "hits": [{"kind": str(one.kind), "key": one.key} for one in found.hits],
            "cases": list(found.cases),
            **moment.stamp(),
        }

    async def find(self, text: str) -> Found:
        """Raises InvalidInput for an address with a wrong checksum, Retryable."""
        wanted = text.strip()
        if number := _NUMBER.fullmatch(wanted):
            return await self._number(int(number[1]))
        if _ADDRESS.fullmatch(wanted):
            return await self._account(inputs.address(wanted))
        if word := _HASH.fullmatch(wanted):
            return await self._hash(Hash32(f"0x{word[2].lower()}"))
        return await self._cid(wanted.removeprefix("ipfs://").removeprefix("/ipfs/"))

    async def _number(self, number: int) -> Found:
        """A bare number is a case's; an organisation's where there is no such case."""
        looked = (Kind.CASE, Kind.ORGANISATION)
        if await self._queries.case(ComplaintId(number)) is not None:
            return Found(looked, cases=(ComplaintId(number),))
        known = await self._queries.organisation(OrganisationId(number))
        return Found(looked, (Hit(Kind.ORGANISATION, str(number)),) if known else ())

    async def _account(self, account: Address) -> Found:
        queries, hits = self._queries, list[Hit]()
        filed = await queries.case_numbers(CaseFilter(customer=account), _MOST_CASES)
        heard = await queries.case_numbers(CaseFilter(arbitrator=account), _MOST_CASES)
        houses = await queries.organisations_of(account)
        against = [
            await queries.case_numbers(CaseFilter(organisation=row.organisation.id), _MOST_CASES)
            for row in houses[:_MOST_CASES]
        ]
        orders = await queries.orders(None, 1, customer=account)
        if filed:
            hits.append(Hit(Kind.CUSTOMER, account))
        if heard or await queries.positions(account):
            hits.append(Hit(Kind.ARBITRATOR, account))
        hits += [Hit(Kind.OPERATOR, str(row.organisation.id)) for row in houses]
        if orders.items:
            hits.append(Hit(Kind.ORDERS, account))
        ours = [one.name for one in self._deployment.contracts if one.address == account]
        hits += [Hit(Kind.CONTRACT, name) for name in ours]
        looked = (Kind.CUSTOMER, Kind.ARBITRATOR, Kind.OPERATOR, Kind.ORDERS, Kind.CONTRACT)
        cases = dict.fromkeys([*filed, *heard, *(one for some in against for one in some)])
        return Found(looked, tuple(hits), tuple(cases)[:_MOST_CASES])

    async def _hash(self, word: Hash32) -> Found:
        """An order's key, a transaction, a digest; it can be but one of them."""
        looked = (Kind.ORDER, Kind.TRANSACTION, Kind.EVIDENCE)
        if (order := await self._queries.order(word)) is not None:
            cases = (order.complaint,) if order.complaint is not None else ()
            return Found(looked, (Hit(Kind.ORDER, word),), cases)
        if events := await self._queries.transaction(word):
            hits, found = await self._of(events)
            return Found(looked, (Hit(Kind.TRANSACTION, word), *hits), found)
        hits, found = await self._digest(word)
        return Found(looked, hits, found)

    async def _digest(self, digest: Hash32) -> tuple[tuple[Hit, ...], tuple[ComplaintId, ...]]:
        """Where the chain names it; and whether its manifest is here, also if nothing names it."""
        _, blocks = await self._references.first([digest])
        hits, cases = tuple[Hit, ...](), tuple[ComplaintId, ...]()
        if (block := blocks.get(digest)) is not None:
            events = await self._queries.events_of_block(block)
            hits, cases = await self._of([one for one in events if digest in one.args.values()])
        if await asyncio.to_thread(self._is_here, digest):
            cid = str(digest_to_cid(bytes.fromhex(digest[2:])))
            hits = (Hit(Kind.EVIDENCE, cid), *hits)
        return hits, cases

    def _is_here(self, digest: Hash32) -> bool:
        try:
            parse(self._evidence.manifest(digest))
        except (NotFound, EvidenceError):
            return False
        return True

    async def _cid(self, text: str) -> Found:
        """Of a manifest or of a file; of a file, all the manifests with it that are here."""
        looked = (Kind.EVIDENCE, Kind.FILE)
        try:
            cid = parse_cid(text)
        except EvidenceError as error:
            raise InvalidInput(
                "this is no number, address, hash or CID",
                remedy="Copy it again, all of it",
                fields={"field": "q"},
            ) from error
        with_it = await asyncio.to_thread(self._holdings.of, cid)
        if not with_it and len(cid.digest) == 32:
            return Found(looked, *await self._digest(hash32(cid.digest)))
        cases: list[ComplaintId] = []
        for digest in with_it[:_MOST_CASES]:
            cases += (await self._digest(digest))[1]
        hits = (Hit(Kind.FILE, str(cid)),) if with_it else ()
        return Found(looked, hits, tuple(dict.fromkeys(cases)))

    async def _of(self, events: Iterable[Event]) -> tuple[tuple[Hit, ...], tuple[ComplaintId, ...]]:
        """The cases that events are about; of those about none, the organisation or the order."""
        hits, cases = dict[Hit, None](), dict[ComplaintId, None]()
        for event in events:
            for number in _complaints(event):
                cases[number] = None
            if "key" in event.args:
                order = await self._queries.order(Hash32(event.text("key")))
                if order is not None and order.complaint is not None:
                    cases[order.complaint] = None
                elif order is not None:
                    hits[Hit(Kind.ORDER, order.paid.order.key)] = None
            elif "organisation" in event.args and not cases:
                hits[Hit(Kind.ORGANISATION, str(event.integer("organisation")))] = None
        return tuple(hits), tuple(cases)


def _complaints(event: Event) -> Iterator[ComplaintId]:
    for name in ("complaint", "dispute"):
        if name in event.args and event.integer(name) < 2**63:
            yield ComplaintId(event.integer(name))
