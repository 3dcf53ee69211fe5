"""Cases and their timelines."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dapp.service.cases import states
from dapp.store.views import CaseFilter
from dapp.web.api.inputs import (
    Complaint,
    Cursor,
    Limit,
    OfArbitrator,
    OfCustomer,
    OfOrganisation,
    PartsOf,
)

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("")
async def list_cases(
    parts: PartsOf,
    organisation: OfOrganisation,
    customer: OfCustomer,
    arbitrator: OfArbitrator,
    state: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> dict[str, Any]:
    """Newest first; `next_cursor` is null at the end. `state` may list several, with commas."""
    which = CaseFilter(states(state), organisation, customer, arbitrator)
    return await parts.cases.list(which, cursor, limit)


@router.get("/{complaint}")
async def show_case(parts: PartsOf, complaint: Complaint) -> dict[str, Any]:
    """Everything folded from the case's events, and where it stands now."""
    return await parts.cases.show(complaint)


@router.get("/{complaint}/panel")
async def panel(parts: PartsOf, complaint: Complaint) -> dict[str, Any]:
    """Who votes in the open round; once the seed's block is there, also before anybody drew."""
    return await parts.draws.show(complaint)


@router.get("/{complaint}/timeline")
async def timeline(parts: PartsOf, complaint: Complaint) -> dict[str, Any]:
    """Every event about the case, in the chain's order, with what an auditor folds."""
    return await parts.cases.timeline(complaint)
