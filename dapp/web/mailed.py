"""What the answer to a complaint by e-mail says."""

from datetime import UTC, datetime

from babel.dates import format_date

from dapp.service.messages.sending import Written
from dapp.web.i18n import choose, load
from dapp.web.pages.render import render


def write(link: str, until: int, language: str) -> Written:
    """Nothing of the message itself: whoever reads this need not have written it."""
    t = load(choose(language, None, None))
    subject = t.say("Your complaint is a draft")
    day = format_date(datetime.fromtimestamp(until, UTC), "medium", locale=t.locale)
    way = t.say("To file it, open this link, look at it once more, and sign with your wallet:")
    rest = [
        t.say(
            "Nothing was filed yet, and nobody but you has seen it. The link works until {day}; "
            "whoever has it can read the draft.",
            day=day,
        ),
        t.say("If you did not write to us, ignore this message."),
        t.say(
            "We never ask for your wallet’s key or its recovery words. "  # noqa: RUF001
            "Nobody who does is one of us."
        ),
        t.say("This was written by a program. Nobody reads answers to it."),
    ]
    text = "\n\n".join([f"{way}\n{link}", *rest])
    html = render(
        t, "letter-draft.html", lang=t.tag, subject=subject, way=way, link=link, rest=rest
    )
    return Written(subject, text, html)
