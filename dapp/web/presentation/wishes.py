"""What somebody wants to be told, and where that goes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dapp.domain.notices import Kind
from dapp.service.messages.chat import TOOLS
from dapp.store.letters import LetterKind
from dapp.store.subscribers import ChannelKind, ChannelState
from dapp.web.i18n import LANGUAGES, Language

View = dict[str, Any]

_LEADS = (3600, 6 * 3600, 86_400, 2 * 86_400, 7 * 86_400)
_STATUS = re.compile(r"(?:status|smtp)-(\d{3})")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class WishForm:
    """What the form starts with; the hours are empty where there are none."""

    languages: tuple[Choice, ...]
    time_zone: str
    quiet_from: str
    quiet_to: str
    kinds: tuple[Choice, ...]
    leads: tuple[Choice, ...]


def wish_form(view: View, t: Language) -> WishForm:
    """Of `Preferences.show`."""
    quiet, kinds = view["quiet_hours"] or {}, view["kinds"]
    lead = view["lead_seconds"]
    return WishForm(
        languages=tuple(
            Choice(tag, LANGUAGES.get(tag, tag), tag == view["language"])
            for tag in view["languages"]
        ),
        time_zone=view["time_zone"],
        quiet_from=quiet.get("from", ""),
        quiet_to=quiet.get("to", ""),
        kinds=tuple(
            Choice(kind, kind_name(Kind(kind), t), kinds is None or kind in kinds)
            for kind in view["all_kinds"]
        ),
        leads=tuple(
            Choice(str(one), t.duration(one), one == lead) for one in sorted({*_LEADS, lead})
        ),
    )


def kind_name(kind: Kind, t: Language) -> str:
    return {
        Kind.NEW_COMPLAINT: t.say("My organisation has a new complaint"),
        Kind.ACKNOWLEDGED: t.say("My complaint was acknowledged"),
        Kind.INFO_ASKED: t.say("The organisation asks me something"),
        Kind.OFFER: t.say("The organisation made an offer"),
        Kind.ESCALATED: t.say("A case of mine goes to arbitrators"),
        Kind.DRAWN: t.say("I was drawn as an arbitrator"),
        Kind.VOTING_OPENS: t.say("I can vote"),
        Kind.REVEAL_OPENS: t.say("I can open my vote"),
        Kind.RULING: t.say("Arbitrators have ruled"),
        Kind.APPEAL_OPENED: t.say("A ruling was appealed"),
        Kind.MONEY_PAID: t.say("Money was paid"),
        Kind.DEADLINE_NEAR: t.say("A deadline of mine is near"),
        Kind.BREACH_NEAR: t.say("My organisation is about to break its promise"),
        Kind.CORRECTION: t.say("Something we told you was taken back"),
        Kind.CHANNEL_DISABLED: t.say("A webhook was switched off"),
    }[kind]


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """`trouble` is empty while messages get there."""

    id: str
    is_webhook: bool
    target: str
    state: str
    state_name: str
    trouble: str
    may_enable: bool


def channel_lines(views: Iterable[View], kind: ChannelKind, t: Language) -> list[ChannelLine]:
    return [_channel_line(view, t) for view in views if view["kind"] == kind]


def _channel_line(view: View, t: Language) -> ChannelLine:
    state = ChannelState(view["state"])
    fails = view["failing_since"] is not None or state is ChannelState.DISABLED
    return ChannelLine(
        id=view["id"],
        is_webhook=view["kind"] == ChannelKind.WEBHOOK,
        target=view["target"] or t.say("It can no longer be read: remove it and enter it again."),
        state=state,
        state_name=_state_name(state, t),
        trouble=reason(view["error_code"], t) if fails else "",
        may_enable=state is ChannelState.DISABLED,
    )


def _state_name(state: ChannelState, t: Language) -> str:
    return {
        ChannelState.UNCONFIRMED: t.say("Waits for you to follow the link in our message"),
        ChannelState.ACTIVE: t.say("On"),
        ChannelState.DISABLED: t.say("Switched off: it failed for too long"),
        ChannelState.REMOVED: t.say("Removed"),
        ChannelState.REFUSED: t.say("Its reader wants no messages"),
    }[state]


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    when: Markup
    target: str
    what: str
    state: str
    """`sent`, `pending` or `dead`."""
    outcome: str
    reason: str


def delivery_line(view: View, channels: Iterable[View], t: Language) -> DeliveryLine:
    """Of `Channels.deliveries`, and the account's channels."""
    target = next((one["target"] for one in channels if one["id"] == view["channel"]), "")
    settled = view["settled_at"] or view["made_at"]
    is_sent = view["state"] == "sent"
    return DeliveryLine(
        when=t.time(settled["unix"]),
        target=target or "",
        what=_what(view, t),
        state=view["state"],
        outcome=_outcome(view, t),
        reason="" if is_sent else reason(view["error_code"], t),
    )


def dead_line(view: View, channels: Iterable[View], t: Language) -> DeliveryLine:
    """One of `Channels.failures`."""
    dead = {**view, "state": "dead", "settled_at": view["given_up_at"]}
    return delivery_line(dead, channels, t)


def _what(view: View, t: Language) -> str:
    kind, number = LetterKind(view["kind"]), view["messages"]
    return {
        LetterKind.NOTICES: t.count("{number} message", "{number} messages", number),
        LetterKind.CONFIRM: t.say("Question whether the address is yours"),
        LetterKind.TEST: t.say("Test message"),
    }[kind]


def _outcome(view: View, t: Language) -> str:
    tries = view["tries"]
    if view["state"] == "sent":
        return t.count("Sent, with {number} try", "Sent, with {number} tries", tries)
    if view["state"] == "dead":
        return t.count("Given up after {number} try", "Given up after {number} tries", tries)
    return t.count(
        "Tried {number} time; it will be tried again",
        "Tried {number} times; it will be tried again",
        tries,
    )


def reason(code: str | None, t: Language) -> str:
    """Why something did not get there; empty where nobody knows."""
    found = _STATUS.fullmatch(code or "")
    if found is not None:
        return t.say("The other side answered {status}.", status=found[1])
    known = {
        "too-slow": t.say("The other side took too long."),
        "no-connection": t.say("The other side could not be reached."),
        "name-unknown": t.say("This host has no address."),
        "address-private": t.say("This host is not on the open internet."),
        "address-refused": t.say("It is an address that we do not send to."),
        "redirected": t.say("The other side sent us elsewhere, and we do not follow."),
        "gone": t.say("The other side said that nothing is there any more."),
        "chat-refused": t.say("The chat tool did not take it."),
        "channel-off": t.say("It was switched off meanwhile."),
    }
    return known.get(code or "", t.say("It failed: {code}", code=code) if code else "")


def tool_names() -> str:
    """The chat tools that we write to, as their makers call them."""
    return ", ".join(TOOLS.values())
