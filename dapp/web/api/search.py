"""Finding things by whatever somebody has of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dapp.web.api.inputs import PartsOf

router = APIRouter(tags=["search"])


@router.get("/search")
async def search(
    parts: PartsOf,
    q: Annotated[str, Query(min_length=1, max_length=512, examples=["7", "0x…", "bafkrei…"])],
) -> dict[str, Any]:
    """What a number, an address, a hash (of an order, a transaction, a manifest) or a CID is.

    `looked_at` says what it was taken for; `hits` what is there, and `cases` where it leads.
    """
    return await parts.search.show(q)
