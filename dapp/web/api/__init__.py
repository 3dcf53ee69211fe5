"""The API under /v1, and what stands beside it without a version."""

from fastapi import APIRouter

from dapp.web.api import actions, cases, evidence, gateway, live, people, session, status

router = APIRouter(prefix="/v1")
for part in (status, cases, people, evidence, actions, live, session):
    router.include_router(part.router)

unversioned = APIRouter()
unversioned.include_router(status.health)
unversioned.include_router(gateway.router)
