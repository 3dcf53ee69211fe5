"""`redress vote` and `redress reveal`: hidden here, opened here, by a receipt that is kept."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dapp.cli import fields, receipts
from dapp.cli.act import View, carry_out, perform, require_reveals
from dapp.cli.case import Complaint
from dapp.cli.options import How
from dapp.cli.receipts import Reason, Receipt
from dapp.cli.stand import Stand
from dapp.cli.statement import expected, store
from dapp.domain.commitments import Ballot, commitment
from dapp.domain.types import (
    ZERO_HASH,
    Address,
    BasisPoints,
    ComplaintId,
    Digest,
    DisputeId,
    Hash32,
    hash32,
)
from dapp.errors import InvalidInput, Refused
from dapp.service import inputs
from dapp.service.evidence import Submission

Seat = Annotated[
    int | None,
    typer.Option(min=0, max=30, help="Which seat, where you have several or hold a voting key."),
]


def vote(
    context: typer.Context,
    complaint: Complaint,
    how: How,
    share: Annotated[
        str,
        typer.Option(
            parser=fields.share, metavar="SHARE", help="What the customer gets: 40% or 4000bps."
        ),
    ],
    reason: Annotated[
        str | None, typer.Option(help="Why; nobody reads it before you reveal.")
    ] = None,
    seat: Seat = None,
    receipt: Annotated[
        Path | None,
        typer.Option(help="Where to keep what opens the vote; default: among REDRESS_DATA_DIR."),
    ] = None,
) -> None:
    """Commit a hidden vote, and keep what opens it in a file under a passphrase.

    The passphrase is asked for, or comes from REDRESS_PASSPHRASE or standard input. Keep a copy of
    the file elsewhere: without it and its passphrase the vote cannot be revealed, which costs more
    than the worst vote.
    """

    async def work(stand: Stand) -> View:
        number = seat if seat is not None else _own(await stand.source.panel(complaint), stand)
        made = await _make(stand, complaint, number, BasisPoints(int(share)), reason)
        path = receipt or receipts.folder() / made.name
        params = {"complaint": complaint, "seat": number, "commitment": made.commitment}
        done = await carry_out(
            stand, how, "commit", params, before=lambda: receipts.keep(made, path)
        )
        return {**done, "receipt": None if how.dry_run else str(path)}

    perform(context, how, work)


def reveal(
    context: typer.Context,
    complaint: Complaint,
    how: How,
    seat: Seat = None,
    receipt: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="What was kept as you voted, here or in a browser; default: the one that fits.",
        ),
    ] = None,
) -> None:
    """Reveal a hidden vote with its receipt, and the reasons with it."""

    async def work(stand: Stand) -> View:
        await require_reveals(stand, complaint)
        path = receipt or await _find(stand, complaint, seat)
        found = receipts.open_receipt(path)
        _check(found, stand, complaint)
        params: dict[str, Any] = {
            "complaint": complaint,
            "seat": found.seat,
            "vote": found.vote,
            "salt": found.salt,
        }
        if found.reason is not None:
            params["reason"] = found.reason.digest
            if not how.dry_run:
                await _tell(stand, found, found.reason)
        return await carry_out(stand, how, "reveal", params)

    perform(context, how, work)


async def _make(
    stand: Stand, complaint: int, seat: int, share: BasisPoints, text: str | None
) -> Receipt:
    from dapp.chain.keccak import keccak

    said = (text or "").replace("\r\n", "\n").strip()
    reason = None
    if said:
        salt = hash32(secrets.token_bytes(32))
        what = _submission(stand.actor, complaint, said, salt)
        reason = Reason(said, salt, expected(what, stand.deployment))
    ballot = _ballot(stand, complaint, await stand.facts.round_of(complaint), seat)
    salt = hash32(secrets.token_bytes(32))
    digest = Digest(Hash32(reason.digest if reason else ZERO_HASH))
    return Receipt(
        chain=ballot.chain_id,
        court=ballot.court,
        dispute=complaint,
        round=ballot.round,
        seat=seat,
        vote=share,
        salt=salt,
        reason=reason,
        commitment=commitment(keccak, ballot, share, salt, digest),
        author=stand.actor,
    )


def _check(found: Receipt, stand: Stand, complaint: int) -> None:
    """Refuses a receipt that opens something else. Raises InvalidInput, Refused."""
    from dapp.chain.keccak import keccak

    ballot = _ballot(stand, complaint, found.round, found.seat)
    salt = inputs.hash32(found.salt, "the receipt's salt")
    reason = inputs.hash32(found.reason.digest, "reason") if found.reason else ZERO_HASH
    opened = commitment(keccak, ballot, BasisPoints(found.vote), salt, Digest(reason))
    if (found.chain, found.dispute) != (ballot.chain_id, complaint) or opened != found.commitment:
        raise Refused(
            f"the receipt is not of a vote on complaint {complaint} of this court",
            remedy="Name the one that was written as you voted",
            code="receipt-otherwise",
        )


async def _tell(stand: Stand, found: Receipt, reason: Reason) -> None:
    """Stores the reasons: whoever reads the vote is to find them."""
    author = inputs.address(found.author) if found.author else stand.actor
    salt = inputs.hash32(reason.salt, "the receipt's salt")
    stored = await store(stand, _submission(author, found.dispute, reason.text, salt))
    if stored != reason.digest:
        raise Refused(
            "the reasons in the receipt are not those that the vote names",
            remedy="Reveal with the wallet that voted",
            code="receipt-otherwise",
        )


async def _find(stand: Stand, complaint: int, seat: int | None) -> Path:
    """The receipt of the latest commitment of the actor's seat. Raises NotFound, InvalidInput."""
    case = (await stand.source.case(complaint))["case"]
    rounds: Sequence[Mapping[str, Any]] = case["rounds"]
    seats = rounds[-1]["seats"] if rounds else []
    number = seat if seat is not None else _own({"seats": seats}, stand)
    made = next((one["commitment"] for one in seats if one["number"] == number), None)
    if made is None:
        raise Refused(
            f"seat {number} of complaint {complaint} has no hidden vote",
            remedy="Vote first, while votes may be committed",
            code="vote-not-committed",
        )
    return receipts.find(str(made), stand.deployment.chain_id, complaint)


def _own(panel: Mapping[str, Any], stand: Stand) -> int:
    """The one seat of the actor's. Raises InvalidInput where that is not clear."""
    own = [int(one["number"]) for one in panel["seats"] if one["owner"] == stand.actor]
    if len(own) == 1:
        return own[0]
    if not own:
        raise Refused(
            f"{stand.actor} sits in no seat of this case",
            remedy="Use the wallet that was drawn; its voting key names the seat with --seat",
            code="not-your-seat",
        )
    raise InvalidInput(
        f"{stand.actor} sits in seats {', '.join(map(str, own))}",
        remedy="Vote for each by itself, with --seat",
        code="seat-unclear",
        fields={"field": "seat"},
    )


def _ballot(stand: Stand, complaint: int, number: int, seat: int) -> Ballot:
    from dapp.domain.events import COURT

    deployment = stand.deployment
    court = deployment.address_of(COURT)
    return Ballot(deployment.chain_id, court, DisputeId(complaint), number, seat)


def _submission(author: Address, complaint: int, text: str, salt: Hash32) -> Submission:
    return Submission(author, text, ComplaintId(complaint), None, salt, [])
