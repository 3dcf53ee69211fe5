"""How the service and its contracts stand, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dapp.domain.deployment import Deployment
from dapp.web.i18n import Language


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is right, wrong, or not known (`open`)."""

    state: str
    text: str | Markup


@dataclass(frozen=True, slots=True)
class StatusView:
    """Attributes: facts: what, and how much."""

    is_well: bool
    sentence: str | Markup
    checks: tuple[Check, ...]
    facts: tuple[tuple[str, str | Markup], ...]


@dataclass(frozen=True, slots=True)
class ContractLine:
    """Attributes: state: of the comparison of its code with the deployment."""

    name: str
    address: str
    code_hash: str
    transaction: str
    state: str


def status_view(
    found: Mapping[str, Any] | None, ready: Mapping[str, Mapping[str, Any]], t: Language
) -> StatusView:
    """`found` is what `/v1/status` says, None while it cannot; `ready`, what `/readyz` says."""
    if found is None:
        away = not ready["database"]["ok"]
        gone = t.say("The database is away. Nothing is lost: the record is on the chain.")
        empty = t.say("Nothing has been read from the chain yet.")
        return StatusView(False, gone if away else empty, (), ())
    checks = _checks(found, ready, t)
    is_well = all(one.state == "right" for one in checks)
    when = t.time(found["timestamp"]["unix"])
    if is_well:
        said = t.html("All is well: what these pages show is the chain as of {when}.", when=when)
    else:
        said = t.html(
            "These pages work, and show the chain as of {when}. Something below needs attention.",
            when=when,
        )
    return StatusView(is_well, said, checks, _facts(found, t))


def _checks(
    found: Mapping[str, Any], ready: Mapping[str, Mapping[str, Any]], t: Language
) -> tuple[Check, ...]:
    keeps_up = ready.get("index", {}).get("ok", False)
    mismatches, unverified = found["mismatches"], found["unverified"]
    return (
        _check(
            keeps_up,
            t.say("The index keeps up with the chain"),
            t.say("The index lags behind its node"),
        ),
        _check(
            found["halted"] is None,
            t.say("The nodes agree about every final block"),
            t.say("The nodes disagree about a block that was final: nothing newer is shown"),
        ),
        _check(
            not mismatches,
            t.say("Every case that was compared is what the chain says it is"),
            t.count(
                "{number} case is not what the chain says it is",
                "{number} cases are not what the chain says they are",
                len(mismatches),
            ),
        ),
        Check("right", t.say("No case waits to be compared with the chain"))
        if not unverified
        else Check(
            "open",
            t.count(
                "{number} case waits to be compared with the chain",
                "{number} cases wait to be compared with the chain",
                unverified,
            ),
        ),
        _check(
            not found["unproven_blocks"],
            t.say("Every block's events are proven by its header"),
            t.count(
                "The events of {number} block rest on the node's word",
                "The events of {number} blocks rest on the node's word",
                found["unproven_blocks"],
            ),
        ),
    )


def _check(is_right: bool, right: str, wrong: str) -> Check:
    return Check("right", right) if is_right else Check("wrong", wrong)


def _facts(found: Mapping[str, Any], t: Language) -> tuple[tuple[str, str | Markup], ...]:
    final = found["finalized_block"]
    return (
        (t.say("Chain"), found["chain"]),
        (t.say("Newest block read"), t.number(found["as_of_block"])),
        (t.say("Its time"), t.time(found["timestamp"]["unix"])),
        (t.say("Final up to block"), t.say("unknown") if final is None else t.number(final)),
        (t.say("Complaints"), t.number(found["complaints"])),
        (t.say("Events"), t.number(found["events"])),
    )


def contract_lines(
    deployment: Deployment, found: Mapping[str, Any] | None
) -> tuple[ContractLine, ...]:
    """`found` is what `/v1/governance` says; None while the node is away."""
    said = {one["contract"]: one["matches"] for one in found["contracts"]} if found else {}
    states = {True: "right", False: "wrong", None: "open"}
    return tuple(
        ContractLine(
            one.name, one.address, one.code_hash, one.transaction, states[said.get(one.name)]
        )
        for one in deployment.contracts
    )


def pause_lines(found: Mapping[str, Any] | None, t: Language) -> tuple[Check, ...]:
    """What the guardian refuses for now."""
    if found is None:
        return (Check("open", t.say("The node is away: nobody here knows what is paused now.")),)
    names = {
        "OrganisationRegistry": (
            t.say("New bonds are accepted"),
            t.say("New bonds are refused for now"),
        ),
        "OrderEscrow": (t.say("New orders are accepted"), t.say("New orders are refused for now")),
        "ArbitrationCourt": (
            t.say("New stakes are accepted"),
            t.say("New stakes are refused for now"),
        ),
    }
    return tuple(_check(not one["paused"], *names[one["contract"]]) for one in found["governed"])
