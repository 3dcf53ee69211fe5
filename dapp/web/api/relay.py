"""Signed actions that somebody else sends and pays for."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from dapp.domain.commitments import Secret
from dapp.domain.rounds import MAX_PANEL
from dapp.domain.types import ALL, NO_DIGEST, BasisPoints, ComplaintId, Digest
from dapp.service import inputs
from dapp.service.openings import Told
from dapp.web.api.inputs import MAX_ID, PartsOf

View = dict[str, Any]

PATH = "/v1/relay"
BODY_BYTES = {PATH: 64 * 1024}

router = APIRouter(prefix="/relay", tags=["relay"])


class Signed(BaseModel):
    """What POST /v1/actions/… answered, as it is, and the wallet's signature of its typed data."""

    model_config = ConfigDict(extra="ignore")

    typed_data: dict[str, Any]
    signature: Annotated[str, Field(max_length=20_000)]


@router.post("", status_code=202)
async def take(parts: PartsOf, response: Response, signed: Signed) -> View:
    """Have a signed action sent, and its gas paid; the same one again is the one that was taken."""
    taken = await parts.relay.take(signed.typed_data, signed.signature)
    response.headers["Location"] = f"{PATH}/{taken['id']}"
    return taken


@router.get("/{id}")
async def show(parts: PartsOf, id_: Annotated[str, Path(alias="id", max_length=66)]) -> View:
    """What became of it: queued, sent, mined (in which block) or failed (and why)."""
    return await parts.relay.show(inputs.hash32(id_, "id"))


class VoteToOpen(BaseModel):
    """What the receipt of a hidden vote holds; `vote` is basis points."""

    complaint: Annotated[int, Field(ge=1, le=MAX_ID)]
    seat: Annotated[int, Field(ge=0, lt=MAX_PANEL)]
    vote: Annotated[int, Field(ge=0, le=ALL)]
    salt: Annotated[str, Field(max_length=66)]
    reason: Annotated[str | None, Field(max_length=66)] = None


@router.post("/openings", status_code=202)
async def open_vote(parts: PartsOf, told: VoteToOpen) -> View:
    """Have a hidden vote opened, and the gas paid; sent again, it says how that stands.

    Never before votes are being opened: whoever knows a vote earlier can take a part of the stake.
    """
    reason = NO_DIGEST if told.reason is None else Digest(inputs.hash32(told.reason, "reason"))
    secret = Secret(BasisPoints(told.vote), inputs.hash32(told.salt, "salt"), reason)
    return await parts.openings.take(Told(ComplaintId(told.complaint), told.seat, secret))
