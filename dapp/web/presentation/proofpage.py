"""The auditor's page: every event with its place on the chain, every manifest with its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.deployment import Deployment
from dapp.domain.events import CLAIMS, COURT, DESK, ESCROW, Event
from dapp.domain.trail import is_folded
from dapp.domain.types import NO_DIGEST
from dapp.web.presentation.exhibits import Manifests
from dapp.web.presentation.people import short
from dapp.web.presentation.timeline import Row, rows
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class EventLine:
    key: str
    name: str
    contract: str
    at: Markup
    block: int
    transaction: str
    short_transaction: str
    transaction_index: int
    log_index: int
    folded: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    size: str
    cid: str


@dataclass(frozen=True, slots=True)
class ManifestBox:
    digest: str
    who: str
    at: Markup
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class ProofPage:
    id: int
    chain_id: int
    desk: str
    escrow: str
    claims: str
    court: str
    rows: tuple[EventLine, ...]
    manifests: tuple[ManifestBox, ...]


def proof_page(
    look: Look, events: Sequence[Event], manifests: Manifests, deployment: Deployment
) -> ProofPage:
    """`manifests` by digest; one that is not kept here is listed without files."""
    told = [row for row in rows(look, events) if row.digest]
    return ProofPage(
        id=look.case.id,
        chain_id=look.case.chain_id,
        desk=deployment.address_of(DESK),
        escrow=deployment.address_of(ESCROW),
        claims=deployment.address_of(CLAIMS),
        court=deployment.address_of(COURT),
        rows=tuple(_event_line(look, event) for event in events),
        manifests=tuple(_box(look, row, manifests) for row in told if row.digest != NO_DIGEST),
    )


def _event_line(look: Look, event: Event) -> EventLine:
    return EventLine(
        key=f"{event.block_number}-{event.log_index}",
        name=event.name,
        contract=event.contract,
        at=look.t.time(event.timestamp),
        block=event.block_number,
        transaction=event.transaction,
        short_transaction=short(event.transaction),
        transaction_index=event.transaction_index,
        log_index=event.log_index,
        folded=is_folded(event),
    )


def _box(look: Look, row: Row, manifests: Manifests) -> ManifestBox:
    shown = manifests.get(row.digest or "")
    files = tuple(
        FileLine(item["name"], look.t.size(item["size"]), item["cid"])
        for item in (shown["items"] if shown else ())
    )
    return ManifestBox(row.digest or "", row.who, row.at, files)
