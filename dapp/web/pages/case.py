"""The case page, and the proof behind it."""

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from dapp.domain.case import Case
from dapp.domain.events import Event
from dapp.domain.rounds import Seat
from dapp.domain.types import NO_DIGEST, ComplaintId, Hash32
from dapp.errors import NotFound, RedressError
from dapp.service.cases import Standing
from dapp.service.evidence import Evidence
from dapp.service.replicas import Replicas
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of, with_own_node
from dapp.web.presentation.casepage import CasePage, Sources, case_page
from dapp.web.presentation.exhibits import Manifests
from dapp.web.presentation.proofpage import proof_page
from dapp.web.presentation.sealed import PrivateFacts
from dapp.web.presentation.view import Look
from evidence import EvidenceError

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/c/{complaint}")
async def case(request: Request, complaint: Id) -> Response:
    """The whole page, or only what changes, for the script that keeps an open page up to date."""
    is_update = request.headers.get("hx-request") == "true"
    template = "parts/case.html" if is_update else "case.html"
    _, view, _ = await view_of(request, ComplaintId(complaint))
    return page(request, template, view=view, address=str(request.url.replace(query="")))


@router.get("/c/{complaint}/proof")
async def proof(request: Request, complaint: Id) -> Response:
    """Every event with its place on the chain; the reader's browser does the rest."""
    parts = parts_of(request)
    standing = await parts.cases.find(ComplaintId(complaint))
    events, _ = await parts.cases.find_timeline(ComplaintId(complaint))
    view = proof_page(
        look_at(standing.row, standing.moment, language_of(request)),
        events,
        await _manifests(parts.evidence, standing.case),
        parts.deployment,
    )
    return with_own_node(page(request, "proof.html", view=view))


async def view_of(request: Request, complaint: ComplaintId) -> tuple[Look, CasePage, Manifests]:
    """The case as it stands, its page, and what is kept here of what it names."""
    parts = parts_of(request)
    standing: Standing = await parts.cases.find(complaint)
    events, _ = await parts.cases.find_timeline(complaint)
    organisation, _ = await parts.people.find_organisation(standing.case.organisation)
    head = standing.moment.head
    foreseen = await _foreseen(request, standing)
    manifests = await _manifests(parts.evidence, standing.case)
    sources = Sources(
        events=events,
        organisation=organisation.organisation,
        deployment=parts.deployment,
        manifests=await _with_replicas(parts.replicas, manifests),
        verification=standing.row.verification,
        finality=head.finality_of(standing.case.updated_block),
        final_block=head.finalized_block,
        level=head.level,
        halted=head.halted is not None,
        foreseen=foreseen,
        private=await _private(request, complaint, manifests),
        signed=await _signed(request, events),
    )
    look = look_at(standing.row, standing.moment, language_of(request))
    return look, case_page(look, sources), manifests


async def _private(request: Request, complaint: ComplaintId, manifests: Manifests) -> PrivateFacts:
    """What arbitrators said of it, and what became of manifests that are not here."""
    parts = parts_of(request)
    said = await parts.envelopes.unopened(complaint)
    erased = {}
    for digest in (one for one, shown in manifests.items() if shown is None):
        if (told := await parts.erasure.told(Hash32(digest))) is not None:
            erased[digest] = told
    return PrivateFacts(unopened=said["unopened"], erased=erased)


async def _signed(request: Request, events: Sequence[Event]) -> Hash32 | None:
    """The leaf of a complaint that was signed first. Another service may hold what was signed."""
    for event in events:
        if event.name == "FiledAnchored":
            leaf = Hash32(event.text("leaf"))
            try:
                await parts_of(request).anchoring.find(leaf)
            except NotFound:
                return None
            return leaf
    return None


async def _foreseen(request: Request, standing: Standing) -> tuple[Seat, ...]:
    """The panel that the first vote would seat. A node that is away leaves it out."""
    try:
        found = await parts_of(request).draws.foresee(standing)
    except RedressError:
        return ()
    return found.seats if found is not None else ()


async def _manifests(evidence: Evidence, case: Case) -> Manifests:
    digests = {item.digest for item in case.evidence}
    for current in case.rounds:
        digests |= {seat.reason for seat in current.seats if seat.reason is not None}
    wanted = sorted(digests - {NO_DIGEST})
    return await to_thread.run_sync(
        lambda: {digest: _shown(evidence, Hash32(digest)) for digest in wanted}
    )


async def _with_replicas(replicas: Replicas, manifests: Manifests) -> Manifests:
    kept = {digest: shown for digest, shown in manifests.items() if shown is not None}
    told = await replicas.told(list(kept.values()))
    return {**manifests, **dict(zip(kept, told, strict=True))}


def _shown(evidence: Evidence, digest: Hash32) -> dict[str, object] | None:
    """What is lost or rotten does not keep the page from showing the rest."""
    try:
        return evidence.show(digest)
    except (NotFound, EvidenceError):
        return None
