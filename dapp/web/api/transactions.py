"""What became of a transaction."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from dapp.service import inputs
from dapp.web.answers import answered
from dapp.web.api.inputs import PartsOf

router = APIRouter(prefix="/tx", tags=["transactions"])

Chain = Annotated[str, Path(max_length=50, description="by CAIP-2, such as `eip155:1`")]
Name = Annotated[str, Path(max_length=66)]


@router.get("/{chain}/{hash}", response_class=JSONResponse)
async def transaction(parts: PartsOf, request: Request, chain: Chain, hash: Name) -> Response:  # noqa: A002 (its name in the address)
    """Whether it is unknown, pending, failed or confirmed.

    Of one that failed, the reason, found by running it again at the block before; of one that
    waits, what for, and a fee for sending it again; of one that is in a block, our events in it.
    `node` is null unless the node is away: then what the index knows is shown alone.
    """
    name = inputs.hash32(hash, "hash")
    return answered(request, await parts.transactions.show(chain, name))
