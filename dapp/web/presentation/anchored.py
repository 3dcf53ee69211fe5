"""Complaints that were signed to be anchored with others, as the pages show them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from dapp.domain.anchoring import AnchorStatus
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR, FORWARDER
from dapp.domain.fees import share_down
from dapp.domain.types import NO_ACCOUNT, UnixTime, raw
from dapp.service.anchor_views import OPEN, REVOKE, actions
from dapp.store.anchored_reads import AnchoredRow, Stood
from dapp.web.i18n import Language
from dapp.web.presentation.names import category_name, organisation_name
from dapp.web.presentation.people import short
from dapp.web.presentation.view import coins
from evidence import digest_to_cid

_LOOKS = {
    AnchorStatus.WAITING: "filed",
    AnchorStatus.ANCHORED: "filed",
    AnchorStatus.OVERDUE: "broken",
    AnchorStatus.LAPSED: "lapsed",
}
"""As which phase of a case a badge looks; the others are over."""


@dataclass(frozen=True, slots=True)
class SignedLine:
    leaf: str
    short: str
    looks: str
    status_name: str
    stands: Markup
    amount: str
    """Empty of an order that the index does not know."""
    asks: str
    category: str
    organisation: str
    taken_at: Markup


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """The batch that holds it; where the chain does not have it (yet), only `root` and `sender`."""

    sender: str
    root: str
    number: int | None
    leaves: str
    anchored_at: Markup | None
    block: int | None
    transaction: str
    cid: str
    others: str
    """The page of all that are in it."""


@dataclass(frozen=True, slots=True)
class SignedPage:
    """
    Attributes:
        anchor, forwarder: the contracts that hold it and judge signatures, on `chain_id`.
        openers: accounts that may open it, for the page's script.
        is_moving: something becomes of it without anybody here.
    """

    line: SignedLine
    chain_id: int
    anchor: str
    forwarder: str
    customer: str
    order: str
    opener: str
    openers: str
    anchor_by: Markup
    open_before: Markup | None
    complaint: int | None
    statement: str
    batch: BatchFacts | None
    proof: tuple[str, ...]
    has_receipt: bool
    can_open: bool
    can_revoke: bool
    is_moving: bool
    is_failed: bool


def signed_line(row: AnchoredRow, now: UnixTime, t: Language) -> SignedLine:
    said, paid = row.complaint, row.paid
    asked = "" if paid is None else coins(share_down(paid.amount, said.demand), said.order, t)
    return SignedLine(
        leaf=row.leaf,
        short=short(row.leaf),
        looks=_LOOKS.get(row.status, "closed"),
        status_name=status_name(row.status, t),
        stands=_stands(row, now, t),
        amount="" if paid is None else coins(paid.amount, said.order, t),
        asks=f"{t.share(said.demand)} = {asked}" if asked else t.share(said.demand),
        category=category_name(said.category, t),
        organisation=organisation_name(said.order.organisation, t),
        taken_at=t.time(row.taken_at),
    )


def signed_page(row: AnchoredRow, now: UnixTime, t: Language, deployment: Deployment) -> SignedPage:
    said, may = row.complaint, actions(row)
    customer, opener = said.order.customer, said.opener
    return SignedPage(
        line=signed_line(row, now, t),
        chain_id=deployment.chain_id,
        anchor=deployment.address_of(ANCHOR),
        forwarder=deployment.address_of(FORWARDER),
        customer=customer,
        order=said.order.key,
        opener=t.say("anyone") if opener == NO_ACCOUNT else opener,
        openers="any" if opener == NO_ACCOUNT else f"{customer} {opener}".lower(),
        anchor_by=t.time(said.anchor_by),
        open_before=None if row.open_before is None else t.time(row.open_before),
        complaint=row.opened_as,
        statement=str(digest_to_cid(raw(said.digest))),
        batch=None if row.stood is None else _batch(row.stood, t),
        proof=() if row.stood is None else row.stood.proof,
        has_receipt=row.receipt is not None,
        can_open=OPEN in may,
        can_revoke=REVOKE in may,
        is_moving=row.status in (AnchorStatus.WAITING, AnchorStatus.ANCHORED),
        is_failed=row.status in (AnchorStatus.OVERDUE, AnchorStatus.LAPSED),
    )


def status_name(status: AnchorStatus, t: Language) -> str:
    return {
        AnchorStatus.WAITING: t.say("Waits for the chain"),
        AnchorStatus.ANCHORED: t.say("On chain, not opened"),
        AnchorStatus.OPENED: t.say("Opened"),
        AnchorStatus.REVOKED: t.say("Taken back"),
        AnchorStatus.CLOSED: t.say("Closed"),
        AnchorStatus.OVERDUE: t.say("Promise broken"),
        AnchorStatus.LAPSED: t.say("Not put on chain"),
    }[status]


def _stands(row: AnchoredRow, now: UnixTime, t: Language) -> Markup:
    """In one sentence, with what can become of it and until when."""
    status, by = row.status, t.time(row.complaint.anchor_by, now)
    if status is AnchorStatus.WAITING:
        if row.receipt is None:
            return t.html("It was handed in. Nothing is promised yet: that takes some seconds.")
        return t.html(
            "{sender} has promised to put it on chain by {when}.",
            sender=short(row.sender or ""),
            when=by,
        )
    if status is AnchorStatus.ANCHORED:
        return _waits(row, now, t)
    if status is AnchorStatus.OPENED:
        return t.html("It was opened as case {id}.", id=row.opened_as)
    if status is AnchorStatus.REVOKED and row.revocation is not None:
        at = t.time(row.revocation.at, now)
        return t.html("Its customer took it back on {when}. Nobody can open it.", when=at)
    if status is AnchorStatus.OVERDUE:
        return t.html("It was promised to be on chain by {when}, and it is not.", when=by)
    if status is AnchorStatus.LAPSED:
        return t.html("It was not put on chain by {when}. Nobody had promised that.", when=by)
    return t.html("Its order has ended, or its money may be paid out: nobody can open it any more.")


def _waits(row: AnchoredRow, now: UnixTime, t: Language) -> Markup:
    if row.is_disputed:
        return t.html("It is on chain. While another complaint about the order is open, it waits.")
    if row.open_before is None:
        return t.html("It is on chain. Nobody must answer before it is opened.")
    return t.html(
        "It is on chain, in time. Nobody must answer before it is opened, which can be done until "
        "{when}, {left} left.",
        when=t.time(row.open_before, now),
        left=t.duration(max(0, row.open_before - now)),
    )


def _batch(stood: Stood, t: Language) -> BatchFacts:
    found = stood.batch
    others = "/anchored?" + urlencode({"sender": stood.sender, "root": stood.root})
    if found is None:
        return BatchFacts(stood.sender, stood.root, None, "", None, None, "", "", others)
    return BatchFacts(
        sender=found.sender,
        root=found.root,
        number=found.number,
        leaves=t.number(found.leaves),
        anchored_at=t.time(found.anchored_at),
        block=found.block,
        transaction=found.transaction,
        cid=str(digest_to_cid(raw(found.digest))),
        others=others,
    )
