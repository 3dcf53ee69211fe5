"""The made-up case that arbitrators practise on, and what came of a vote on it."""

from dataclasses import dataclass

from dapp.domain.median import middle
from dapp.domain.rounds import Terms
from dapp.service.practice import PracticeEnd
from dapp.web.i18n import Language
from dapp.web.presentation.brief import question, rules

AMOUNT_WEI = 8 * 10**16


@dataclass(frozen=True, slots=True)
class MadeUpSide:
    title: str
    position: str
    statements: tuple[str, ...]
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeUp:
    total: str
    amount: int
    sides: tuple[MadeUpSide, MadeUpSide]
    question: str
    rules: tuple[str, ...]
    lock: str


def made_up(t: Language, terms: Terms) -> MadeUp:
    total = t.amount(AMOUNT_WEI)
    customer = MadeUpSide(
        t.say("What the customer says and shows"),
        t.say("Asks for {share} ({amount})", share=t.share(8000), amount=t.amount(64 * 10**15)),
        (
            t.say(
                "I ordered a walnut desk. It came with a deep scratch across the top and one leg "
                "shorter than the others."
            ),
            t.say("I can use it, but nobody would have paid the full price for it."),
        ),
        (
            t.say("A picture of the scratch, with a ruler beside it"),
            t.say("A picture of the short leg on a level floor"),
        ),
    )
    seller = MadeUpSide(
        t.say("What the organisation says and shows"),
        t.say("Offered {share} ({amount})", share=t.share(3000), amount=t.amount(24 * 10**15)),
        (
            t.say("The desk was whole when it left us; the carrier took it without remark."),
            t.say("A new leg costs a tenth of the price. We replied after 9 minutes."),
        ),
        (
            t.say("The packing list, with a picture of the top before it was wrapped"),
            t.say("The carrier's receipt"),
        ),
    )
    return MadeUp(
        total,
        AMOUNT_WEI,
        (customer, seller),
        question(t, total),
        rules(t, terms),
        t.amount(terms.lock_wei),
    )


@dataclass(frozen=True, slots=True)
class ResultLine:
    who: str
    vote: str
    distance: str
    pay: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Result:
    share: str
    amount: str
    lines: tuple[ResultLine, ...]
    mine: str
    """What the reader's vote brought or cost, as a sentence."""


def result(end: PracticeEnd, t: Language) -> Result:
    low, high = middle([one for one in end.votes if one is not None])
    lines = []
    last = len(end.votes) - 1
    for seat, (vote, pay) in enumerate(zip(end.votes, end.pays, strict=True)):
        who = t.say("You") if seat == last else t.say("Arbitrator {number}", number=seat + 1)
        far = None if vote is None else max(low - vote, vote - high, 0)
        lines.append(
            ResultLine(
                who,
                t.say("not opened") if vote is None else t.share(vote),
                "" if far is None else t.share(far),
                _pay(pay, t),
                seat == last,
            )
        )
    mine = end.pays[-1]
    said = t.say("Your vote would have earned {amount}.", amount=t.amount(mine))
    if mine < 0:
        said = t.say("Your vote would have cost you {amount}.", amount=t.amount(-mine))
    if end.votes[-1] is None:
        said = t.say(
            "You opened nothing, so your seat would have lost {amount}: more than the worst vote.",
            amount=t.amount(-mine),
        )
    share = t.share(end.ruling)
    return Result(share, t.amount(AMOUNT_WEI * end.ruling // 10_000), tuple(lines), said)


def _pay(wei: int, t: Language) -> str:
    amount = t.amount(abs(wei))
    if wei < 0:
        return t.say("loses {amount}", amount=amount)
    return t.say("earns {amount}", amount=amount)
