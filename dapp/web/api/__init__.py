"""The API under /v1, and what stands beside it without a version."""

from fastapi import APIRouter

from dapp.web.api import (
    actions,
    cases,
    envelopes,
    evidence,
    gateway,
    keys,
    live,
    people,
    session,
    status,
)

router = APIRouter(prefix="/v1")
for part in (status, cases, people, keys, evidence, envelopes, actions, live, session):
    router.include_router(part.router)
router.include_router(envelopes.public)

unversioned = APIRouter()
unversioned.include_router(status.health)
unversioned.include_router(gateway.router)
