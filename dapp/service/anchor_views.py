"""Signed complaints, receipts and batches as JSON."""

from typing import Any

from dapp.domain.anchoring import AnchorStatus, Batch, Receipt, receipt_data
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR, FORWARDER
from dapp.domain.signing import Place, wallet_json
from dapp.domain.types import NO_ACCOUNT, raw
from dapp.service import views
from dapp.service.clock import Moment
from dapp.store.anchored_reads import AnchoredRow, Stood
from evidence import digest_to_cid

View = dict[str, Any]

OPEN, REVOKE = "open-anchored", "revoke-anchored"
_ACTIONS = {AnchorStatus.WAITING: [REVOKE], AnchorStatus.ANCHORED: [OPEN, REVOKE]}


def place_of(deployment: Deployment) -> Place:
    """Where signatures count."""
    return Place(deployment.chain_id, deployment.address_of(FORWARDER))


def complaint(row: AnchoredRow, deployment: Deployment, moment: Moment) -> View:
    """One signed complaint, what was promised about it, and what became of it."""
    said = row.complaint
    return {
        "leaf": row.leaf,
        "status": row.status.value,
        "customer": said.order.customer,
        "organisation": said.order.organisation,
        "order": views.order(said.order),
        "amount": None if row.paid is None else views.wei(row.paid.amount),
        "demand": said.demand,
        "category": views.name(said.category),
        "digest": views.digest(said.digest),
        "opener": None if said.opener == NO_ACCOUNT else said.opener,
        "anchor_by": views.time(said.anchor_by),
        "sender": row.sender,
        "taken_at": views.time(row.taken_at),
        "receipt": _receipt(row, deployment),
        "batch": None if row.stood is None else _stood(row.stood, moment),
        "proof": None if row.stood is None else list(row.stood.proof),
        "open_before": views.maybe_time(row.open_before),
        "complaint": row.opened_as,
        "revoked_at": None if row.revocation is None else views.time(row.revocation.at),
        "actions": actions(row),
    }


def actions(row: AnchoredRow) -> list[str]:
    """What its customer, or who may open it, can do with it now."""
    return [one for one in _ACTIONS.get(row.status, []) if one != OPEN or row.is_openable]


def batch(found: Batch, held: int, moment: Moment) -> View:
    """A batch on chain; `held` is how many of its complaints are here."""
    return {**_batch(found, moment), "held": held}


def _receipt(row: AnchoredRow, deployment: Deployment) -> View | None:
    """What its sender signed: whoever has it can show that a promise was broken."""
    if row.receipt is None or row.sender is None:
        return None
    promise = Receipt(row.leaf, deployment.address_of(ANCHOR), row.sender, row.complaint.anchor_by)
    return {
        "typed_data": wallet_json(receipt_data(place_of(deployment), promise)),
        "signature": row.receipt,
    }


def _stood(stood: Stood, moment: Moment) -> View:
    if stood.batch is not None:
        return _batch(stood.batch, moment)
    names = ("number", "leaves", "digest", "cid", "anchored_at", "block", "transaction", "finality")
    return {"sender": stood.sender, "root": stood.root, **dict.fromkeys(names)}


def _batch(found: Batch, moment: Moment) -> View:
    return {
        "sender": found.sender,
        "root": found.root,
        "number": found.number,
        "leaves": found.leaves,
        "digest": found.digest,
        "cid": str(digest_to_cid(raw(found.digest))),
        "anchored_at": views.time(found.anchored_at),
        "block": found.block,
        "transaction": found.transaction,
        "finality": moment.head.finality_of(found.block),
    }
