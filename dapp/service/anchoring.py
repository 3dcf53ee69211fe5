"""Takes complaints that customers signed, and shows what became of them.

Nothing is promised here: workers hold no key. Whoever does (`dapp.service.anchorer`) signs a
receipt within seconds, and what has none is no promise.
"""

import asyncio
from collections.abc import Collection, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from dapp.chain import signed
from dapp.chain.keccak import keccak
from dapp.chain.signatures import Signatures
from dapp.domain.anchor_file import MOST_SIGNATURE_BYTES, Signed
from dapp.domain.anchoring import AnchoredComplaint, AnchorStatus, complaint_data, leaf_of
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR, FORWARDER
from dapp.domain.parts import Order
from dapp.domain.payment import OrderState
from dapp.domain.signing import struct_hash, wallet_json
from dapp.domain.types import Address, Hash32, OrganisationId, UnixTime, raw
from dapp.errors import AnchorOff, InvalidInput, NotFound, Refused
from dapp.service import anchor_views, views
from dapp.service.anchor_terms import MOST_SECONDS, AnchorTerms
from dapp.service.answers import Answer
from dapp.service.clock import Clock, Moment
from dapp.service.people import People
from dapp.store.anchored import AnchoredRows
from dapp.store.anchored_reads import AnchoredReads, AnchoredRow, Which
from dapp.store.views import Page

if TYPE_CHECKING:
    from dapp.service.anchorer import Anchorer
    from dapp.service.evidence import Evidence
    from dapp.service.outbox import Outbox
    from dapp.service.sender import Sender

View = dict[str, Any]

_LOOK_SECONDS = 0.25


class Anchoring:
    def __init__(
        self,
        rows: AnchoredRows,
        reads: AnchoredReads,
        people: People,
        signatures: Signatures,
        clock: Clock,
        deployment: Deployment,
        terms: AnchorTerms,
    ) -> None:
        self.terms = terms
        self.rows = rows
        self.reads = reads
        self.deployment = deployment
        self._people = people
        self._signatures = signatures
        self._clock = clock

    async def take(self, typed_data: Mapping[str, Any], signature: str, wait: float) -> View:
        """Queue a signed complaint, once; wait so many seconds for its receipt.

        The same again is the one that was taken before; so is another about the same order from
        which something can still come.

        Raises:
            AnchorOff: nobody anchors here.
            InvalidInput: as `signed.read_complaint`; `signature-wrong`, `signature-too-long`.
            NotFound: `order-unknown`.
            Refused: `anchor-by-too-soon`, `anchor-by-too-late`, `order-not-held`,
                `protection-over`, `anchored-opened`, `anchored-revoked`.
            TooMany: `anchor-queue-full`.
        """
        sender = self.sender()
        handed = signed.read_complaint(typed_data, signature, self.deployment)
        known, moment = await self._find(handed.leaf)
        if known is None or known.sender is None:
            await self._require(handed, moment)
            leaf = await self.rows.take(handed, sender, self.terms.limits, moment.now)
        else:
            leaf = handed.leaf
        return await self.show(leaf, wait)

    async def show(self, leaf: Hash32, wait: float = 0.0) -> Answer:
        """What became of it; waits so many seconds for its receipt. Raises NotFound."""
        ends = monotonic() + wait
        while True:
            row, moment = await self._find(leaf)
            if row is None:
                raise unknown_leaf(leaf)
            is_awaited = row.receipt is None and row.status is AnchorStatus.WAITING
            if not is_awaited or monotonic() >= ends:
                return self._answer({"anchored": self._view(row, moment)}, moment)
            await asyncio.sleep(_LOOK_SECONDS)

    async def find(self, leaf: Hash32) -> tuple[AnchoredRow, Moment]:
        """How one stands. Raises NotFound."""
        row, moment = await self._find(leaf)
        if row is None:
            raise unknown_leaf(leaf)
        return row, moment

    async def find_all(
        self, which: Which, cursor: str | None, limit: int
    ) -> tuple[Page[AnchoredRow], Moment]:
        """The newest first. Raises InvalidInput."""
        return await self._clock.read_as_of(
            "latest", lambda at: self.reads.page(which, at.now, cursor, limit)
        )

    async def list(self, which: Which, cursor: str | None, limit: int) -> Answer:
        """As `find_all`."""
        page, moment = await self.find_all(which, cursor, limit)
        rows = [self._view(row, moment) for row in page.items]
        return self._answer({"anchored": rows, "next_cursor": page.cursor}, moment)

    async def batches(self, sender: Address | None, cursor: str | None, limit: int) -> Answer:
        """Everybody's, or one sender's; the newest first. Raises InvalidInput."""
        page, moment = await self._clock.read(lambda: self.reads.batches(sender, cursor, limit))
        rows = [anchor_views.batch(*one, moment) for one in page.items]
        return self._answer({"batches": rows, "next_cursor": page.cursor}, moment)

    async def batch(self, sender: Address, root: Hash32) -> Answer:
        """Raises NotFound."""
        found, moment = await self._clock.read(lambda: self.reads.batch(sender, root))
        if found is None:
            raise NotFound(
                f"{sender} anchored no batch {root}",
                remedy="See /v1/batches for those there are",
                code="batch-unknown",
            )
        return self._answer({"batch": anchor_views.batch(*found, moment)}, moment)

    async def stands(self) -> View:
        """What waits, and what was promised and not kept. Raises Retryable."""
        moment = await self._clock.moment()
        address = self.terms.address
        waiting, unsigned, broken, first, batches = 0, 0, 0, None, 0
        if address is not None:
            waiting, unsigned, broken, first = await self.rows.stands(address, moment.now)
            batches = len(await self.rows.open(address))
        return {
            "sender": address,
            "waiting": waiting,
            "without_receipt": unsigned,
            "overdue": broken,
            "anchor_by": views.maybe_time(first),
            "batches_under_way": batches,
            **moment.stamp(),
        }

    async def prepared(
        self, order: Order, said: tuple[Any, Any, Any], moment: Moment
    ) -> View | None:
        """What the customer may sign in place of filing now; None where it could not be anchored
        in time, or nobody does that here. `said` is demand, category and digest."""
        if self.terms.address is None or order.is_claim:
            return None
        by = self.terms.proposed(moment.now, await self._protected_until(order))
        if by is None:
            return None
        # Where nobody here opens what would lapse, nobody but the customer may.
        opener = self.terms.opener or order.customer
        complaint = AnchoredComplaint(order, *said, by, opener)
        place, anchor = anchor_views.place_of(self.deployment), self._anchor
        return {
            "typed_data": wallet_json(complaint_data(place, anchor, complaint)),
            "leaf": leaf_of(keccak, place, anchor, complaint),
            "anchor_by": views.time(by),
            "opener": opener,
            "sender": self.terms.address,
        }

    def sender(self) -> Address:
        """Whose batches they are in. Raises AnchorOff."""
        if self.terms.address is None:
            raise AnchorOff(
                "nobody anchors signed complaints here",
                remedy="File it by a transaction, or give it to a service that anchors",
            )
        return self.terms.address

    def anchorer(self, sender: "Sender", evidence: "Evidence", outbox: "Outbox") -> "Anchorer":
        """What signs receipts and sends batches; `sender` has the terms' address."""
        # Here: whoever only takes complaints has nothing that sends.
        from dapp.service.anchorer import Anchorer

        return Anchorer(self, sender, self._clock, evidence, outbox)

    @property
    def _anchor(self) -> Address:
        return self.deployment.address_of(ANCHOR)

    def _view(self, row: AnchoredRow, moment: Moment) -> View:
        return anchor_views.complaint(row, self.deployment, moment)

    def _answer(self, content: View, moment: Moment) -> Answer:
        # Receipts, files and what is taken come without a block.
        return Answer(content, moment, lasts=False)

    async def _find(self, leaf: Hash32) -> tuple[AnchoredRow | None, Moment]:
        return await self._clock.read_as_of("latest", lambda at: self.reads.find(leaf, at.now))

    async def _require(self, handed: Signed, moment: Moment) -> None:
        self._require_time(handed.complaint.anchor_by, moment)
        await self._require_order(handed.complaint)
        await self._require_unspent(handed.leaf)
        await self._require_signature(handed)

    def _require_time(self, by: UnixTime, moment: Moment) -> None:
        least, most = self.terms.least(moment.now), moment.now + MOST_SECONDS
        fields = {"anchor_by": str(by), "least": least, "most": most}
        if by < least:
            raise Refused(
                "it is to be anchored sooner than can be promised here",
                remedy="Prepare it again and sign it with a later time",
                code="anchor-by-too-soon",
                fields=fields,
            )
        if by > most:
            raise Refused(
                "it is to be anchored later than is promised here",
                remedy="Prepare it again and sign it with an earlier time",
                code="anchor-by-too-late",
                fields=fields,
            )

    async def _require_order(self, complaint: AnchoredComplaint) -> None:
        row, _ = await self._people.find_order(complaint.order.key)
        if row.paid.claim is not None or row.state is not OrderState.HELD:
            raise Refused(
                "there is nothing to complain about in escrow, or a complaint is open already",
                remedy="See the order in /v1/orders",
                code="order-not-held",
                fields={"order": row.paid.order.key, "state": views.name(row.state)},
            )
        until = await self._protected_until(row.paid.order)
        if complaint.anchor_by >= until:
            raise Refused(
                "the order's protection may be over when it is anchored",
                remedy="File it by a transaction, now",
                code="protection-over",
                fields={"order": row.paid.order.key, "until": until},
            )

    async def _protected_until(self, order: Order) -> UnixTime:
        row, _ = await self._people.find_order(order.key)
        found, _ = await self._people.find_organisation(OrganisationId(order.organisation))
        policies = found.organisation.policies
        policy = next(one.policy for one in policies if one.version == order.version)
        return UnixTime(row.paid.paid_at + policy.protection_hours * 3600)

    async def _require_unspent(self, leaf: Hash32) -> None:
        opened, revoked = await self.reads.spent(leaf)
        if opened or revoked:
            raise Refused(
                f"this complaint was {'opened' if opened else 'taken back'} already",
                remedy="Prepare and sign another one",
                code="anchored-opened" if opened else "anchored-revoked",
                fields={"leaf": leaf},
            )

    async def _require_signature(self, handed: Signed) -> None:
        signature = raw(handed.signature)
        if len(signature) > MOST_SIGNATURE_BYTES:
            raise InvalidInput(
                f"a signature has at most {MOST_SIGNATURE_BYTES} bytes here",
                remedy="File it by a transaction",
                code="signature-too-long",
                fields={"field": "signature"},
            )
        customer = handed.complaint.order.customer
        place = anchor_views.place_of(self.deployment)
        data = complaint_data(place, self._anchor, handed.complaint)
        forwarder = self.deployment.address_of(FORWARDER)
        content = struct_hash(keccak, data)
        if not await self._signatures.is_signed(forwarder, customer, content, signature):
            raise InvalidInput(
                f"the signature is not that of {customer} over this complaint",
                remedy="Sign with the account that paid the order; 65 bytes, with the lower s",
                code="signature-wrong",
                fields={"field": "signature", "customer": customer},
            )


def unknown_leaf(leaf: Hash32) -> NotFound:
    return NotFound(
        f"no signed complaint {leaf} was handed in here",
        remedy="Use the leaf that POST /v1/anchored answered",
        code="anchored-unknown",
        fields={"leaf": leaf},
    )


def statuses(names: Collection[str]) -> list[AnchorStatus] | None:
    """None for none: all. Raises InvalidInput."""
    try:
        return [AnchorStatus(name) for name in names] or None
    except ValueError as error:
        raise InvalidInput(
            "that is no status of a signed complaint",
            remedy=f"Use one of {', '.join(AnchorStatus)}",
            code="status-unknown",
            fields={"field": "status"},
        ) from error
