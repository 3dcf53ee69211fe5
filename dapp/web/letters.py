"""What messages say, in their reader's language and by the clocks where the reader is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from dapp.domain.notices import Facts, Kind, Notice
from dapp.domain.types import NATIVE_COIN
from dapp.service.messages.sending import MOST_SHOWN, Letter, Written
from dapp.store.letters import LetterKind
from dapp.store.subscribers import Subscriber
from dapp.web.i18n import Language, load
from dapp.web.pages.render import render


def write(letter: Letter) -> Written:
    """A message whole: subject, text, and the same as plain HTML."""
    t = load(letter.reader.language)
    if letter.kind is LetterKind.CONFIRM:
        return _confirmation(t, letter)
    shown = letter.notices[:MOST_SHOWN]
    lines = tuple(sentence(t, one.notice, letter.reader) for one in shown)
    places = [_place(letter.site, one.notice) for one in shown]
    if letter.kind is LetterKind.TEST:
        lines = (t.say("This is a test: messages reach you here."),)
        places = [""]
    more = len(letter.notices) - len(shown)
    subject = lines[0] if len(letter.notices) < 2 else _subject(t, len(letter.notices))
    rest = t.count("{number} more message", "{number} more messages", more) if more else ""
    stop = letter.unsubscribe
    text = "\n\n".join(
        [
            *("\n".join(filter(None, pair)) for pair in zip(lines, places, strict=True)),
            *filter(None, [rest]),
            *([t.say("No more of these messages: {link}", link=stop)] if stop else []),
        ]
    )
    html = render(
        t,
        "letter.html",
        lang=t.tag,
        subject=subject,
        items=list(zip(lines, places, strict=True)),
        rest=rest,
        stop=stop,
    )
    return Written(subject, text, html, lines)


def moment(t: Language, unix: int, zone: str) -> str:
    """A date and time, with the place whose clocks it is by."""
    at = datetime.fromtimestamp(unix, UTC).astimezone(ZoneInfo(zone))
    return f"{format_datetime(at, 'medium', locale=t.locale)} ({zone})"


def sentence(t: Language, notice: Notice, reader: Subscriber) -> str:
    """What a notice says."""
    until = "" if notice.until is None else moment(t, notice.until, reader.time_zone)
    values: dict[str, object] = {"id": notice.complaint or 0, "until": until}
    if notice.kind in (Kind.DEADLINE_NEAR, Kind.BREACH_NEAR):
        return _deadlines(t)[str(notice.facts["what"])].format(**values)
    if notice.kind is Kind.OFFER:
        return _offer(t, notice.facts, values)
    if notice.kind is Kind.RULING:
        return _ruling(t, notice.facts, values)
    if notice.kind is Kind.MONEY_PAID:
        return _paid(t, notice.facts, values)
    if notice.kind is Kind.CORRECTION:
        return _correction(t, notice.facts, values)
    return _plain(t, values)[notice.kind]


def _plain(t: Language, values: dict[str, object]) -> dict[Kind, str]:
    return {
        Kind.NEW_COMPLAINT: t.say("Your organisation has a new complaint: case {id}.", **values),
        Kind.ACKNOWLEDGED: t.say("The organisation has acknowledged case {id}.", **values),
        Kind.INFO_ASKED: t.say(
            "The organisation asks you something in case {id}. Reply before {until}.", **values
        ),
        Kind.ESCALATED: t.say("Case {id} has gone to arbitrators.", **values),
        Kind.DRAWN: t.say("You have been drawn as an arbitrator in case {id}.", **values),
        Kind.VOTING_OPENS: t.say(
            "The vote in case {id} has opened. Commit yours before {until}.", **values
        ),
        Kind.REVEAL_OPENS: t.say(
            "Votes in case {id} are being opened. Reveal yours before {until}.", **values
        ),
        Kind.APPEAL_OPENED: t.say(
            "The ruling in case {id} was appealed; a larger panel hears it.", **values
        ),
        Kind.CHANNEL_DISABLED: t.say(
            "A webhook of yours has failed for too long, and nothing is sent to it any more. You "
            "can switch it on again."
        ),
    }


def _deadlines(t: Language) -> dict[str, str]:
    """With `{id}` and `{until}` to be filled in."""
    return {
        "acknowledge": t.say(
            "Case {id}: acknowledge the complaint before {until}, or your promise is broken."
        ),
        "answer": t.say(
            "Case {id}: answer the complaint before {until}, or your promise is broken."
        ),
        "deliver": t.say(
            "Case {id}: deliver what you promised before {until}, or your promise is broken."
        ),
        "inform": t.say("Case {id}: reply to what you were asked before {until}."),
        "decide": t.say("Case {id}: answer the latest offer before {until}."),
        "confirm-delivery": t.say(
            "Case {id}: say before {until} whether what was promised has come."
        ),
        "confirm": t.say("Case {id}: you can confirm the payment before {until}."),
        "commit": t.say("Case {id}: commit your vote before {until}."),
        "reveal": t.say("Case {id}: reveal your vote before {until}."),
        "appeal": t.say("Case {id}: the ruling can be appealed before {until}."),
    }


def _offer(t: Language, facts: Facts, values: dict[str, object]) -> str:
    if facts.get("pledge") is not None:
        return t.say(
            "The organisation promises to make good in kind in case {id}. Answer before {until}.",
            **values,
        )
    share = int(facts.get("share") or 0)
    if not share:
        return t.say(
            "The organisation has rejected case {id}. You can take it further before {until}.",
            **values,
        )
    return t.say(
        "The organisation offers you {share} in case {id}. Answer before {until}.",
        share=t.share(share),
        **values,
    )


def _ruling(t: Language, facts: Facts, values: dict[str, object]) -> str:
    share = facts.get("share")
    if share is None:
        return t.say("The arbitrators gave no ruling in case {id}.", **values)
    return t.say(
        "The arbitrators have ruled in case {id}: {share} for the customer.",
        share=t.share(int(share)),
        **values,
    )


def _paid(t: Language, facts: Facts, values: dict[str, object]) -> str:
    customer, organisation = (
        _amount(t, int(facts.get(name) or 0), str(facts.get("token")))
        for name in ("to_customer", "to_organisation")
    )
    return t.say(
        "The money of case {id} was paid: {customer} to the customer, {organisation} to the "
        "organisation.",
        customer=customer,
        organisation=organisation,
        **values,
    )


def _amount(t: Language, units: int, token: str) -> str:
    if token == NATIVE_COIN:
        return t.amount(units)
    return t.say("{units} units of {token}", units=t.number(units), token=token)


def _correction(t: Language, facts: Facts, values: dict[str, object]) -> str:
    if facts.get("of") == Kind.RULING:
        return t.say(
            "The chain has taken back the ruling in case {id} that we told you of.", **values
        )
    return t.say("The chain has taken back the payment in case {id} that we told you of.", **values)


def _subject(t: Language, number: int) -> str:
    return t.count("{number} message from Redress", "{number} messages from Redress", number)


def _place(site: str, notice: Notice) -> str:
    return "" if notice.complaint is None else f"{site}/c/{notice.complaint}"


def _confirmation(t: Language, letter: Letter) -> Written:
    subject = t.say("Is this your e-mail address?")
    account = letter.reader.account
    asked = t.say(
        "Account {account} wants the messages of Redress to come to this address. If that is you, "
        "confirm it:",
        account=account,
    )
    stop = t.say("If it is not, ignore this message; or have us never write here again:")
    text = f"{asked}\n{letter.confirm}\n\n{stop}\n{letter.unsubscribe}"
    html = render(
        t,
        "letter-confirm.html",
        lang=t.tag,
        subject=subject,
        asked=asked,
        confirm=letter.confirm,
        stop=stop,
        refuse=letter.unsubscribe,
    )
    return Written(subject, text, html)
