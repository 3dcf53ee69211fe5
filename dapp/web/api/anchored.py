"""Complaints that customers sign, and that are put on chain many at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from dapp.domain.types import Address, Hash32
from dapp.errors import InvalidInput
from dapp.service import inputs
from dapp.service.anchoring import statuses
from dapp.store.anchored_reads import Which
from dapp.web.answers import answered
from dapp.web.api.inputs import Cursor, Limit, OfCustomer, OfOrganisation, PartsOf

View = dict[str, Any]

PATH = "/v1/anchored"
BODY_BYTES = {PATH: 64 * 1024}
_MOST_WAIT_SECONDS = 20

router = APIRouter(tags=["anchored"])

Wait = Annotated[
    float, Query(ge=0, le=_MOST_WAIT_SECONDS, description="seconds to wait for the receipt")
]


class SignedComplaint(BaseModel):
    """`anchored.typed_data` of what POST /v1/actions/file answered, and its signature."""

    model_config = ConfigDict(extra="ignore")

    typed_data: dict[str, Any]
    signature: Annotated[str, Field(max_length=20_000)]


async def _leaf(leaf: Annotated[str, Path(max_length=66)]) -> Hash32:
    return inputs.hash32(leaf, "leaf")


async def _root(root: Annotated[str, Path(max_length=66)]) -> Hash32:
    return inputs.hash32(root, "root")


async def _sender(sender: Annotated[str, Path(max_length=42)]) -> Address:
    return inputs.address(sender, "sender")


async def _of_sender(
    sender: Annotated[str | None, Query(max_length=42)] = None,
) -> Address | None:
    return None if sender is None else inputs.address(sender, "sender")


async def _of_batch(
    sender: Annotated[Address | None, Depends(_of_sender)],
    root: Annotated[str | None, Query(max_length=66)] = None,
) -> tuple[Address, Hash32] | None:
    if sender is None and root is None:
        return None
    if sender is None or root is None:
        raise InvalidInput("a batch has a sender and a root", fields={"field": "root"})
    return sender, inputs.hash32(root, "root")


@router.post("/anchored", status_code=202)
async def take(
    parts: PartsOf, response: Response, signed: SignedComplaint, wait: Wait = 0.0
) -> View:
    """Have a signed complaint anchored with others; the same again is the one that was taken.

    Where `receipt` is null nothing is promised yet: ask again, or give `wait`.
    """
    taken = await parts.anchoring.take(signed.typed_data, signed.signature, wait)
    response.headers["Location"] = f"{PATH}/{taken['anchored']['leaf']}"
    return taken


@router.get("/anchored", response_class=JSONResponse)
async def listed(
    parts: PartsOf,
    request: Request,
    customer: OfCustomer,
    organisation: OfOrganisation,
    batch: Annotated[tuple[Address, Hash32] | None, Depends(_of_batch)],
    status: Annotated[list[str] | None, Query(max_length=10)] = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Response:
    """The newest first: of a customer, about an organisation, of a batch, of some statuses."""
    which = Which(customer, organisation, None, statuses(status or []), batch)
    return answered(request, await parts.anchoring.list(which, cursor, limit))


@router.get("/anchored/{leaf}", response_class=JSONResponse)
async def show(
    parts: PartsOf,
    request: Request,
    leaf: Annotated[Hash32, Depends(_leaf)],
    wait: Wait = 0.0,
) -> Response:
    """What was signed and promised, its batch, its proof, and what can be done with it."""
    return answered(request, await parts.anchoring.show(leaf, wait))


@router.get("/batches", response_class=JSONResponse)
async def batches(
    parts: PartsOf,
    request: Request,
    sender: Annotated[Address | None, Depends(_of_sender)],
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Response:
    """Batches on chain, the newest first; `held` is how many of its complaints are here."""
    return answered(request, await parts.anchoring.batches(sender, cursor, limit))


@router.get("/batches/{sender}/{root}", response_class=JSONResponse)
async def batch(
    parts: PartsOf,
    request: Request,
    sender: Annotated[Address, Depends(_sender)],
    root: Annotated[Hash32, Depends(_root)],
) -> Response:
    """One batch, and where its file is."""
    return answered(request, await parts.anchoring.batch(sender, root))
