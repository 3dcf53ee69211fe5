"""Where the index stands, which contracts it reads, and whether all is well."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from dapp.chain.artifacts import CONTRACTS, load
from dapp.errors import NotFound
from dapp.service.clear_signing import descriptor
from dapp.web.answers import answered
from dapp.web.api.inputs import PartsOf

router = APIRouter(tags=["status"])
health = APIRouter(tags=["status"])

_JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


@router.get("/status", response_class=JSONResponse)
async def status(parts: PartsOf, request: Request) -> Response:
    """The index: its head, how old that is, what it rests on, and what does not match the chain.

    `levels` counts blocks whose logs no header proves; `unverified`, complaints that are still to
    be compared with the desk's own word.
    """
    return answered(request, await parts.status.show())


@router.get("/deployments", response_class=JSONResponse)
async def deployments(parts: PartsOf, request: Request) -> Response:
    """The chain, the contracts' version, and each one's address, code hash and artifact."""
    return answered(request, parts.status.deployment())


@router.get("/governance")
async def governance(parts: PartsOf) -> dict[str, Any]:
    """Guardian and timelock, what is refused for now, and whether each contract's code is what was
    deployed: asked of the node, not of the index.

    A guardian can pause new orders, stakes and bonds (`paused`); nobody can pause filing, voting
    or withdrawing.
    """
    return await parts.governance.show()


@router.get("/deployments/{contract}/abi", response_class=JSONResponse)
async def abi(
    request: Request, contract: Annotated[str, Path(max_length=40, examples=["ComplaintDesk"])]
) -> Response:
    """The ABI of one of our contracts, by its name in `/v1/deployments`, as solc gives it."""
    if contract not in CONTRACTS:
        raise NotFound(
            "none of our contracts is called so",
            remedy="See GET /v1/deployments",
            code="contract-unknown",
        )
    return answered(request, {"contract": contract, "abi": load(contract).abi})


@router.get("/deployments/{contract}/erc7730", response_class=JSONResponse)
async def erc7730(
    parts: PartsOf,
    request: Request,
    contract: Annotated[str, Path(max_length=40, examples=["ComplaintDesk"])],
) -> Response:
    """What a wallet shows of calls of one of our contracts before they are signed (ERC-7730)."""
    return answered(request, descriptor(parts.deployment, contract))


@health.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz", responses={503: {"description": "Not ready", "content": _JSON}})
async def readyz(parts: PartsOf, request: Request) -> JSONResponse:
    """503 while the database is away, the index has nothing to show or lags, or the server was
    told to end."""
    checks = await parts.status.ready()
    if request.app.state.leaving:
        checks["server"] = {"ok": False, "detail": "it was told to end, and will soon"}
    ready = all(check["ok"] for check in checks.values())
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)
