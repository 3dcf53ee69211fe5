"""The API under /v1, and what stands beside it without a version."""

from fastapi import APIRouter

from dapp.web.api import (
    account_drafts,
    actions,
    anchored,
    api_keys,
    articles,
    bundles,
    cases,
    drafts,
    envelopes,
    evidence,
    gateway,
    keys,
    live,
    notifications,
    people,
    policies,
    queue,
    relay,
    scorecards,
    search,
    session,
    stats,
    status,
    transactions,
    uploads,
)

router = APIRouter(prefix="/v1")
# Routes are tried in their order: what is asked for most comes first.
for part in (
    cases,
    status,
    bundles,
    people,
    queue,
    scorecards,
    search,
    policies,
    stats,
    transactions,
    keys,
    evidence,
    uploads,
    envelopes,
    actions,
    relay,
    anchored,
    live,
    session,
    api_keys,
    notifications,
    articles,
    drafts,
    account_drafts,
):
    router.include_router(part.router)
router.include_router(envelopes.public)

unversioned = APIRouter()
unversioned.include_router(status.health)
unversioned.include_router(gateway.router)
