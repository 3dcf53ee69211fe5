"""Where the index stands, which contracts it reads, and whether all is well."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from dapp.web.api.inputs import PartsOf

router = APIRouter(tags=["status"])
health = APIRouter(tags=["status"])


@router.get("/status")
async def status(parts: PartsOf) -> dict[str, Any]:
    """The index's head and how far the node is ahead."""
    return await parts.status.show()


@router.get("/deployments")
async def deployments(parts: PartsOf) -> dict[str, Any]:
    """The chain, and each contract's address and artifact."""
    return parts.status.deployment()


@health.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz")
async def readyz(parts: PartsOf) -> JSONResponse:
    """503 while the database is away or the index has nothing to show or lags."""
    checks = await parts.status.ready()
    ready = all(check["ok"] for check in checks.values())
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)
