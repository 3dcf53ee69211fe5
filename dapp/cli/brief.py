"""`redress brief`: all that somebody who judges a case has to read, on one screen."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from dapp.cli.case import Complaint
from dapp.cli.output import as_json, ether, facts, share, short, table
from dapp.cli.session import AsJson
from dapp.cli.source import Service, Source, View, read
from dapp.domain.types import Hash32
from dapp.errors import RedressError
from dapp.service.inputs import hash32
from evidence import EvidenceError, digest_to_cid, parse

_MOST_SHOWN = 600
"""Characters of a statement in the table; the whole of it is in the JSON."""


def brief(
    context: typer.Context,
    complaint: Complaint,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Claim, order, offers, both sides' positions, evidence and deadlines, and how to vote.

    The bytes of each statement are hashed here: what is called verified is what the chain names.
    """
    found = read(context, service, lambda source: _collect(source, complaint))
    if json:
        as_json(found)
        return
    case = found["case"]
    facts(_about(case))
    if case["offers"]:
        print("\nOffers")
        table(("offer", "share", "at", "stands until"), [_offer(one) for one in case["offers"]])
    print("\nEvidence")
    table(
        ("when", "by", "with", "CID", "checked", "files", "says"),
        [_exhibit(one) for one in found["evidence"]],
    )
    if case["rounds"]:
        print("\nVote")
        facts(_voting(case["rounds"][-1], complaint))


async def _collect(source: Source, complaint: int) -> View:
    shown = await source.case(complaint)
    exhibits = [await _checked(source, one) for one in shown["case"]["evidence"]]
    return {**shown, "evidence": exhibits}


async def _checked(source: Source, one: Mapping[str, Any]) -> View:
    """An exhibit with what its bytes say, if they are those that the chain names."""
    digest = hash32(str(one["digest"]))
    found = {**one, "cid": str(digest_to_cid(bytes.fromhex(digest[2:])))}
    try:
        data = await source.manifest(digest)
    except (RedressError, EvidenceError) as error:
        return {**found, "state": "missing", "problem": error.message, "text": None, "items": []}
    return {**found, **_opened(digest, data)}


def _opened(digest: Hash32, data: bytes) -> View:
    if "0x" + hashlib.sha256(data).hexdigest() != digest:
        return {"state": "false", "problem": "other bytes", "text": None, "items": []}
    try:
        manifest = parse(data)
    except EvidenceError as error:
        return {"state": "unreadable", "problem": error.message, "text": None, "items": []}
    items = [
        {
            "name": item.name,
            "size": item.size,
            "cid": str(item.cid),
            "kind": str(item.kind),
            "visibility": str(item.visibility),
        }
        for item in manifest.items
    ]
    return {"state": "verified", "problem": None, "text": manifest.text, "items": items}


def _about(case: Mapping[str, Any]) -> list[tuple[str, object]]:
    taken, turn = case["escalation"], case["turn"]
    return [
        ("case", f"{case['id']}, {case['category']}"),
        ("stands", case["round_phase"] or case["phase"]),
        ("customer", case["customer"]),
        ("organisation", case["organisation"]),
        ("order", f"{case['order']['key']}, under policy {case['order']['version']}"),
        ("amount", ether(case["amount"])),
        ("filed", f"{case['filed_at']['iso']}, asking for {share(case['filed_demand'])}"),
        ("first reply", _reply(case)),
        ("customer asks for", share(case["demand"])),
        ("organisation offered", share(taken["offer"]) if taken else None),
        ("next", f"{turn['then']} at {turn['until']['iso']}" if turn["until"] else turn["then"]),
        ("ruling", share(case["ruling"]["share"]) if case["ruling"] else None),
    ]


def _reply(case: Mapping[str, Any]) -> str:
    said = case["acknowledgement"]
    if said is None:
        return f"none; due {case['acknowledge_deadline']['iso']}"
    late = "" if said["on_time"] else ", late"
    contested = ", contested as automatic" if said["contested_at"] else ""
    return f"{said['at']['iso']}{late}{contested}"


def _offer(one: Mapping[str, Any]) -> Sequence[object]:
    pledge = one["pledge"]
    what = share(one["share"])
    if pledge is not None:
        what = (
            f"{pledge['kind']} within {pledge['due_hours']} hours, else {share(pledge['refund'])}"
        )
    return one["number"], what, one["at"]["iso"], one["deadline"]["iso"]


def _exhibit(one: Mapping[str, Any]) -> Sequence[object]:
    text = one["text"] or ""
    files = ", ".join(
        f"{item['name']} ({item['size']} bytes, {item['visibility']})" for item in one["items"]
    )
    side = "customer" if one["by_customer"] else "organisation"
    return (
        one["at"]["iso"],
        f"{side} {short(one['actor'])}",
        one["event"],
        one["cid"],
        one["state"] + (f": {one['problem']}" if one["problem"] else ""),
        files,
        text[:_MOST_SHOWN] + ("…" if len(text) > _MOST_SHOWN else ""),
    )


def _voting(current: Mapping[str, Any], complaint: int) -> list[tuple[str, object]]:
    seats = current["seats"]
    said = sum(one["commitment"] is not None for one in seats)
    shown = sum(one["vote"] is not None for one in seats)
    return [
        ("round", f"{current['number']}, {current['phase']}"),
        ("seats", f"{len(seats) or current['seats_paid']}; {said} voted, {shown} revealed"),
        ("votes are taken", f"{current['commit_opens']['iso']} to {current['commit_ends']['iso']}"),
        ("votes are revealed", f"until {current['reveal_ends']['iso']}"),
        ("to vote", f"redress vote {complaint} --share 40%"),
        ("to reveal", f"redress reveal {complaint}"),
    ]
