"""Prepared by others or by us, checked here, signed here: the way of every action to the chain."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from dapp.cli.options import How
from dapp.cli.output import as_json, ether, facts, plain
from dapp.cli.stand import Stand, open_stand
from dapp.errors import InvalidInput, Refused, Retryable

if TYPE_CHECKING:
    from dapp.chain.wallet import Draft, Mined
    from dapp.domain.signing import TypedData
    from dapp.service.agreed import Agreed

View = dict[str, Any]

_POLL_SECONDS = 1.0
_FIRST_POLL_SECONDS = 0.1
_INDEXED_WITHIN_SECONDS = 5.0
_SIGNED_FOR_SECONDS = 3600
_MOST_DIGITS = 21


def perform(
    context: typer.Context, how: How, work: Callable[[Stand], Awaitable[View | None]]
) -> None:
    """Does the work where its actor stands, and shows what it comes to."""

    async def session() -> View | None:
        async with open_stand(context, how) as stand:
            return await work(stand)

    done = asyncio.run(session())
    if done is None:
        return
    if how.json:
        as_json(done)
    else:
        facts(_told(done))


async def carry_out(
    stand: Stand,
    how: How,
    action: str,
    params: Mapping[str, Any],
    before: Callable[[], None] = lambda: None,
) -> View:
    """From what somebody means to do to what came of it on the chain.

    `before` is done after the last question and before the signature.

    Raises Refused also where what was prepared is not what was asked for.
    """
    # Here, so that no other command waits for them.
    from dapp.service import agreed
    from dapp.service.forms import FORMS

    if action not in FORMS:
        raise agreed.unknown_action(action)
    given = {name: value for name, value in params.items() if value is not None}
    if action == "reveal":
        await require_reveals(stand, given.get("complaint"))
    prepared = await stand.source.prepare(action, {"actor": stand.actor, **given})
    asked = agreed.Asked(action, stand.actor, given)
    found = agreed.agree(asked, _transaction(prepared), stand.deployment)
    if found.is_price_open:
        await _check_price(stand, found)
    shown = {
        "action": action,
        "from": stand.actor,
        "call": found.words(),
        "summary": str(prepared.get("summary", "")),
        "public": [str(one) for one in prepared.get("public") or []],
        "value": str(found.value),
    }
    if how.relay:
        data = await _typed_data(stand, found, prepared)
        return await _relay(stand, how, data, shown, before)
    return await _send(stand, how, found, shown, before)


async def require_reveals(stand: Stand, dispute: object) -> None:
    """A vote that is told to anybody too early is lost: by the actor's own node it is not."""
    from dapp.domain.phases import RoundPhase

    text = str(dispute)
    if not (text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS):
        raise InvalidInput("which complaint is not said", fields={"field": "complaint"})
    phase = await stand.facts.phase_of(int(text))
    if phase is not RoundPhase.REVEAL:
        raise Refused(
            f"by your node, votes on complaint {dispute} cannot be revealed now",
            remedy="Nothing was told to anybody. Wait until the time to commit is over; do not "
            "trust a service that says it is",
            code="reveal-not-open",
        )


async def _send(
    stand: Stand, how: How, found: "Agreed", shown: View, before: Callable[[], None]
) -> View:
    draft = await stand.wallet.draft(stand.actor, found.to, found.data, found.value)
    shown = {**shown, "gas": draft.gas, "gas_cost": str(draft.most - draft.value)}
    if how.dry_run or stand.key is None:
        return {**shown, "sent": False, "transaction": _unsigned(draft)}
    _ask(how, shown)
    before()
    signed, name = stand.key.sign(draft.fields())
    print(f"redress: sent as {name}", file=sys.stderr, flush=True)
    await stand.wallet.send(signed, name, draft)
    mined = await _wait(stand, name, draft)
    await _indexed(stand, mined.block)
    return {**shown, "sent": True, **_happened(mined)}


async def _wait(stand: Stand, name: Any, draft: "Draft") -> "Mined":
    console = Console(stderr=True)
    waits = console.status("waiting for it to be mined") if console.is_terminal else nullcontext()
    with waits:
        poll = _FIRST_POLL_SECONDS
        while True:
            try:
                mined = await stand.wallet.look(name, draft)
            except Retryable:
                mined = None  # it is on its way, whether the node answers now or not
            if mined is not None:
                return mined
            await asyncio.sleep(poll)
            poll = min(2 * poll, _POLL_SECONDS)


async def _indexed(stand: Stand, block: int) -> None:
    """What is asked next sees what was done, if that comes soon."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _INDEXED_WITHIN_SECONDS
    while loop.time() < until:
        try:
            if int((await stand.source.cases({}, None, 1))["as_of_block"]) >= block:
                return
        except (Retryable, KeyError, ValueError, TypeError):
            return
        await asyncio.sleep(_FIRST_POLL_SECONDS)


async def _relay(
    stand: Stand, how: How, data: "TypedData", shown: View, before: Callable[[], None]
) -> View:
    from dapp.domain.signing import wallet_json

    if how.dry_run or stand.key is None:
        return {**shown, "sent": False, "typed_data": wallet_json(data)}
    _ask(how, {**shown, "gas_cost": None})
    before()
    signed = {"typed_data": wallet_json(data), "signature": stand.key.sign_typed(data)}
    relay = getattr(stand.source, "relay", None)
    if relay is None:
        return {**shown, "sent": False, **signed}
    return {**shown, "sent": True, "relayed": await relay(signed)}


async def _typed_data(stand: Stand, found: "Agreed", prepared: Mapping[str, Any]) -> "TypedData":
    """Made here: of what was prepared, only whether it can be signed is believed."""
    from dapp.domain.events import FORWARDER
    from dapp.domain.signing import Place, Signer, action_typed_data, commit_typed_data
    from dapp.domain.types import DisputeId, Hash32, UnixTime

    place = Place(stand.deployment.chain_id, stand.deployment.address_of(FORWARDER))
    call = found.call
    if call.function in ("commit", "commitDrawing"):
        dispute, seat, commitment = int(str(call.args[0])), *call.args[-2:]
        number = await stand.facts.round_of(dispute)
        vote = (int(str(seat)), Hash32(str(commitment)))
        return commit_typed_data(place, DisputeId(dispute), number, vote, stand.actor)
    if prepared.get("typed_data") is None or found.value:
        raise _not_relayed(found)
    now = (await stand.node.head()).block.timestamp
    signer = Signer(
        stand.actor, found.to, secrets.randbits(256), UnixTime(now + _SIGNED_FOR_SECONDS)
    )
    try:
        return action_typed_data(place, call.function, call.inputs, call.args, signer)
    except ValueError as error:
        raise _not_relayed(found) from error


def _not_relayed(found: "Agreed") -> Refused:
    why = "it sends money along" if found.value else "only its actor can"
    return Refused(
        f"{found.call.function} cannot be sent by a relay: {why}",
        remedy="Send it yourself, without --relay",
        code="not-relayed",
    )


async def _check_price(stand: Stand, found: "Agreed") -> None:
    """What an escalation costs is the desk's word, by the actor's own node."""
    complaint, order = found.call.args[:2]
    due = await stand.facts.escalation_cost(complaint, order)
    if found.value != due:
        raise Refused(
            f"what was prepared is not what you asked for: it sends {found.value} wei, and the "
            f"contract asks for {due}",
            remedy="Nothing was signed; try again, and if it stays so do not trust this service",
            code="prepared-otherwise",
        )


def _transaction(prepared: Mapping[str, Any]) -> Mapping[str, Any]:
    found = prepared.get("transaction")
    return found if isinstance(found, dict) else {}


def _ask(how: How, shown: View) -> None:
    facts(_told(shown), to_stderr=True)
    if not how.yes:
        typer.confirm("Sign this?", abort=True, err=True)


def _unsigned(draft: "Draft") -> View:
    return {
        name: str(value) if isinstance(value, int) else value
        for name, value in draft.fields().items()
    }


def _happened(mined: "Mined") -> View:
    found = [args[name] for _, args in mined.events for name in ("complaint", "dispute")
             if name in args]  # fmt: skip
    return {
        "transaction": mined.transaction,
        "block": mined.block,
        "fee": str(mined.fee),
        "complaint": found[0] if found else None,
        "events": [{"name": name, "args": _shown(args)} for name, args in mined.events],
    }


def _shown(args: Mapping[str, Any]) -> View:
    return {
        name: str(value) if type(value) is int and value >= 1 << 53 else value
        for name, value in args.items()
    }


def _told(done: View) -> list[tuple[str, object]]:
    """What was or is to be done, for a person."""
    gas_cost, transaction = done.get("gas_cost"), done.get("transaction")
    relayed = done.get("relayed")
    rows: list[tuple[str, object]] = [
        ("call", done["call"]),
        ("that is", done["summary"] or None),
        ("as", done["from"]),
        ("sends along", ether(done["value"])),
        ("gas, at most", ether(gas_cost) if gas_cost is not None and "fee" not in done else None),
        ("public for ever", "; ".join(done["public"]) or None),
    ]
    if isinstance(transaction, str):
        rows += [
            ("complaint", done["complaint"]),
            ("said", ", ".join(one["name"] for one in done["events"]) or None),
            ("fee", ether(done["fee"])),
            ("transaction", transaction),
            ("in block", done["block"]),
        ]
    elif done.get("sent") is False:
        rows.append(("sent", "no"))
    if done.get("signature"):
        rows.append(("signature", done["signature"]))
    if relayed is not None:
        rows += [(f"relay: {plain(name)}", value) for name, value in relayed.items()]
    return rows
