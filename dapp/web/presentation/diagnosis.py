"""What became of a transaction, said to whoever sent it: what it is, why, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from dapp.domain.articles import Diagnosis, diagnosis_of
from dapp.domain.types import Hash32
from dapp.domain.waiting import Reason
from dapp.web.i18n import Language
from dapp.web.refusals import refusals

View = Mapping[str, Any]

_GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a transaction.

    Attributes:
        status: unknown, pending, failed, confirmed; also for the style sheet.
        headline: what became of it.
        reasons: why, the most weighty first.
        ways: what to do, in that order.
        facts: name and value of what the chain says.
        cases: complaints that it is about, by number.
        orders: that it is about.
        diagnosis: which articles help.
    """

    status: str
    headline: str
    reasons: tuple[str, ...]
    ways: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    cases: tuple[int, ...]
    orders: tuple[Hash32, ...]
    diagnosis: Diagnosis


def told(found: View, t: Language) -> Told:
    """`found` is the content that `TransactionReads.show` answers."""
    status = str(found["status"])
    headline, reasons, ways, diagnosis = {
        "unknown": _unknown,
        "pending": _pending,
        "failed": _failed,
        "confirmed": _confirmed,
    }[status](found, t)
    linked = [link.rsplit("/", 2)[1:] for one in found["events"] for link in one["links"]]
    return Told(
        status,
        headline,
        tuple(reasons),
        tuple(ways),
        _facts(found, t),
        tuple(dict.fromkeys(int(key) for kind, key in linked if kind == "cases")),
        tuple(dict.fromkeys(Hash32(key) for kind, key in linked if kind == "orders")),
        diagnosis,
    )


_Said = tuple[str, list[str], list[str], Diagnosis]


def _unknown(found: View, t: Language) -> _Said:
    if found["node"] is not None:
        away = t.say("The chain cannot be asked at the moment, and the record here lacks it.")
        return away, [], [t.say("Try again in some minutes. Nothing is lost.")], Diagnosis.UNKNOWN
    ways = [
        t.say("Check that you pasted all of it: 0x and 64 characters."),
        t.say(
            "Check in your wallet which chain it was sent on. Here it must be {chain}.",
            chain=found["chain"],
        ),
        t.say("If your wallet shows it as waiting, it was dropped on the way: send it once more."),
    ]
    return t.say("Nobody on this chain knows this transaction."), [], ways, Diagnosis.UNKNOWN


def _pending(found: View, t: Language) -> _Said:
    waiting = found["waiting"]
    codes = [str(one["code"]) for one in waiting["reasons"]]
    diagnosis = (diagnosis_of(codes[0]) if codes else None) or Diagnosis.PENDING
    if Reason.REPLACED in codes:
        gone = t.say("Another transaction took its place; this one will never be carried out.")
        way = t.say("Look in your wallet for the one with the same nonce, and paste that one here.")
        return gone, [], [way], diagnosis
    ways = [] if codes else [t.say("Wait a little, then look again. Nothing is wrong with it.")]
    if Reason.NONCE_GAP in codes:
        ways.append(t.say("In your wallet, send or cancel the earlier ones first."))
    if Reason.FUNDS_TOO_LOW in codes:
        ways.append(t.say("Add money to the account that sent it."))
    better = waiting["resend"]
    if better is not None and {Reason.FEE_TOO_LOW, Reason.TIP_TOO_LOW} & set(codes):
        ways.append(_resend(better, t))
    waits = t.say("It was sent and waits to be carried out. Nothing was paid yet.")
    return waits, [_reason(one, waiting, t) for one in codes], ways, diagnosis


def _reason(code: str, waiting: View, t: Language) -> str:
    return {
        Reason.NONCE_GAP: t.count(
            "{number} earlier transaction of the same account must come first.",
            "{number} earlier transactions of the same account must come first.",
            waiting["ahead"],
        ),
        Reason.FEE_TOO_LOW: t.say(
            "It pays less than the network asks at the moment, which is {fee} gwei.",
            fee=_gwei(waiting["base_fee"], t),
        ),
        Reason.TIP_TOO_LOW: t.say("Its tip is so low that others are taken first."),
        Reason.FUNDS_TOO_LOW: t.say("Its account holds less than it may cost."),
    }[Reason(code)]


def _resend(better: View, t: Language) -> str:
    return t.say(
        "Or speed it up in your wallet: the same nonce, {nonce}, with a fee of at least {fee} gwei "
        "of which {tip} gwei are the tip. Only one of the two is ever carried out.",
        nonce=better["nonce"],
        fee=_gwei(better["max_fee_per_gas"], t),
        tip=_gwei(better["max_priority_fee_per_gas"], t),
    )


def _failed(found: View, t: Language) -> _Said:
    failure = found["failure"]
    failed = t.say("It failed: nothing was changed or paid but the fee.")
    ways = []
    if failure["code"] == "out-of-gas":
        ways.append(t.say("Send it again, and leave the gas limit to your wallet."))
    elif failure["code"] == "overtaken":
        ways.append(t.say("See what happened meanwhile, and do it again if it is still needed."))
    if not failure["is_ours"]:
        ways.append(t.say("The contract is not one of ours: ask those who run it, or your wallet."))
    return failed, [_why(failure, t)], ways, Diagnosis.FAILED


def _why(failure: View, t: Language) -> str:
    """In the reader's language where it is one of ours; else as the service words it."""
    code = str(failure["code"])
    known = {
        "out-of-gas": t.say("It ran out of gas."),
        "overtaken": t.say("Something that came just before it in the same block spoilt it."),
        "reason-unknown": t.say("Why cannot be found out any more."),
        "contract-reverted": t.say("The contract refused it without saying why."),
    }
    said = known.get(code) or refusals(t).get(f"error-{code}")
    return said or t.say("The contract refused it. It says: {detail}", detail=failure["detail"])


def _confirmed(found: View, t: Language) -> _Said:
    done = t.say("It was carried out.")
    if not found.get("indexed", True):
        late = t.say("This service has not read its block yet. Look again in a moment.")
        return done, [], [late], Diagnosis.CONFIRMED
    if found["events"]:
        return done, [], [], Diagnosis.CONFIRMED
    none = t.say("It did nothing in the contracts of this service: it paid no order into escrow.")
    return done, [none], [], Diagnosis.CONFIRMED


def _facts(found: View, t: Language) -> tuple[tuple[str, str], ...]:
    facts = [(t.say("Transaction"), str(found["hash"]))]
    if "from" in found:
        facts += [
            (t.say("From"), str(found["from"])),
            (t.say("To"), str(found["to"] or "")),
            (t.say("Amount"), t.amount(int(found["value"]))),
            (t.say("Nonce"), str(found["nonce"])),
        ]
    if "cost" in found:
        facts.append((t.say("Fee"), t.amount(int(found["cost"]))))
    if "block" in found:
        facts.append((t.say("Block"), t.number(found["block"])))
    return tuple(facts)


def _gwei(wei: str, t: Language) -> str:
    return str(format_decimal(Decimal(wei) / _GWEI, "#,##0.#########", locale=t.locale))
