"""The actions that have a command of their own: what each is told, and in what words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dapp.cli import fields
from dapp.domain.parts import Category, PledgeKind


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an action.

    Attributes:
        name: as the API has it.
        kind: what it is, or what reads it.
        words: what it means, with its unit.
        option: how the option is called; empty for an argument.
        shape: how the help shows its value.
        least: of a number; `most` as well.
        is_optional: it may be left out.
        is_many: an argument that may be given several times.
    """

    name: str
    kind: Callable[[str], Any]
    words: str
    option: str = ""
    shape: str | None = None
    least: int | None = None
    most: int | None = None
    is_optional: bool = False
    is_many: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A command.

    Attributes:
        name: of the action, as the API has it.
        words: what it does; its first line is what the list of commands shows.
        says: whether a statement goes with it.
    """

    name: str
    words: str
    fields: tuple[Field, ...]
    says: bool = False


COMPLAINT = Field("complaint", int, "The complaint's number.", least=1)
COMPLAINTS = Field(
    "complaints", int, "The complaints' numbers, 100 at most.", least=1, is_many=True
)
ORDER = Field("order", fields.hash32, "The order's key, 0x… and 64 digits.", shape="ORDER")
ORGANISATION = Field("organisation", int, "The organisation's number.", least=1)
POSITION = Field("position", int, "The number of the staked position.", least=0)
_DEMAND = Field(
    "demand",
    fields.share,
    "The part of the amount that is asked for: 40% or 4000bps.",
    "--demand",
    "SHARE",
)
_CATEGORY = Field(
    "category",
    fields.category,
    f"What it is about: {fields.words_of(Category)}.",
    "--category",
    "CATEGORY",
)
_TO = Field(
    "to",
    fields.address,
    "Who gets the money; default: whoever signs.",
    "--to",
    "ADDRESS",
    is_optional=True,
)
_SEEN = Field(
    "offer_number",
    int,
    "The number of the latest offer, as you have seen it (see `redress case show`); 0 if there is "
    "none. If there is a newer one, nothing is done.",
    "--offer",
    least=0,
    most=4,
)


def _amount(words: str) -> Field:
    return Field("amount", fields.amount, f"{words}: 0.5eth or 7wei.", "--amount", "AMOUNT")


def _version(words: str) -> Field:
    return Field("version", int, words, "--version", least=1)


_REF = Field(
    "ref",
    fields.hash32,
    "A salted hash of the shop's reference, 0x… and 64 digits: it is public for ever.",
    "--ref",
    "HASH",
)

COMMANDS: dict[str, Action] = {
    "pay": Action(
        "pay",
        "Pay for an order into escrow, under the policy that you have seen.",
        (
            ORGANISATION,
            _amount("What the order costs"),
            _version("The version of the organisation's policy."),
            _REF,
        ),
    ),
    "file": Action(
        "file",
        "Complain about an order in escrow, and say what part of it you want back.",
        (ORDER, _DEMAND, _CATEGORY),
        says=True,
    ),
    "claim": Action(
        "claim",
        "Complain without an order, and claim from an organisation's bond.\n\n"
        "A deposit of 2 % of the amount goes along.",
        (
            ORGANISATION,
            _amount("What is claimed"),
            _version("The version of the organisation's policy."),
            _REF,
            _DEMAND,
            _CATEGORY,
        ),
        says=True,
    ),
    "ack": Action(
        "acknowledge",
        "Reply to complaints for the first time, for the organisation.\n\n"
        "Several are one transaction, with the same statement: all of them, or none.",
        (COMPLAINTS,),
        says=True,
    ),
    "contest": Action(
        "contest", "Say that the first reply was automatic, and no answer.", (COMPLAINT,)
    ),
    "ask": Action(
        "ask",
        "Ask the customer for information; the organisation's clock stands still.",
        (COMPLAINT,),
        says=True,
    ),
    "inform": Action("inform", "Reply to what the organisation asked.", (COMPLAINT,), says=True),
    "offer": Action(
        "offer",
        "Offer a part of the amount; 0% rejects the complaint.\n\n"
        "At most four offers, each at least 5 % above the last.",
        (
            COMPLAINT,
            Field(
                "share",
                fields.share,
                "The part for the customer: 40% or 4000bps.",
                "--share",
                "SHARE",
            ),
        ),
        says=True,
    ),
    "pledge": Action(
        "pledge",
        "Promise to send again or put right, and name the refund that is due otherwise.",
        (
            COMPLAINT,
            Field(
                "kind",
                fields.pledge_kind,
                f"What is promised: {fields.words_of(PledgeKind)}.",
                "--kind",
                "KIND",
            ),
            Field("due_hours", int, "Within how many hours.", "--within", least=24, most=1440),
            Field(
                "refund",
                fields.share,
                "What is due if it is not kept: 40% or 4000bps.",
                "--refund",
                "SHARE",
            ),
        ),
        says=True,
    ),
    "deliver": Action(
        "deliver", "Say that the promise is kept, for the organisation.", (COMPLAINT,), says=True
    ),
    "accept": Action("accept", "Accept the latest offer; it is paid at once.", (COMPLAINT, _SEEN)),
    "confirm-delivery": Action(
        "confirm-delivery",
        "Say that the promise was kept; the organisation is paid.",
        (COMPLAINT,),
    ),
    "reopen": Action(
        "reopen", "Say that the promise was not kept, or not well.", (COMPLAINT,), says=True
    ),
    "refund": Action(
        "refund", "Give an order's money back to its customer, of your own will.", (ORDER,)
    ),
    "release": Action("release", "Give an order's money to the organisation.", (ORDER,)),
    "settle": Action(
        "settle",
        "Say for what part you would settle; it ends the case once both sides say the same.",
        (
            COMPLAINT,
            Field(
                "share",
                fields.share,
                "The part for the customer: 40% or 4000bps.",
                "--share",
                "SHARE",
            ),
        ),
    ),
    "escalate": Action(
        "escalate",
        "Take a case to arbitrators; what they cost goes along.",
        (COMPLAINT, _SEEN, _DEMAND),
        says=True,
    ),
    "withdraw": Action("withdraw", "Take a complaint back.", (COMPLAINT, _SEEN)),
    "execute": Action(
        "execute", "Do what is due on a case: its money goes where it belongs.", (COMPLAINT,)
    ),
    "confirm": Action(
        "confirm", "Say that the case is settled to your satisfaction.", (COMPLAINT,)
    ),
    "rate": Action(
        "rate",
        "Rate how a case was handled.",
        (COMPLAINT, Field("stars", int, "From 1 to 5.", "--stars", least=1, most=5)),
        says=True,
    ),
    "freeze": Action(
        "freeze",
        "Hold the payouts of an order, once; the guardian only.",
        (ORDER, Field("hours", int, "For how many hours.", "--hours", least=1, most=168)),
    ),
    "fund": Action(
        "fund",
        "Send money along, with which a claim can be settled.",
        (COMPLAINT, _amount("What is sent")),
    ),
    "stake": Action(
        "stake",
        "Stake as an arbitrator: more tickets are drawn more often.",
        (Field("tickets", int, "How many tickets.", "--tickets", least=1, most=8),),
    ),
    "exit": Action("exit", "Take no more seats with a position, so as to leave.", (POSITION,)),
    "unstake": Action("unstake", "Have the stake of a position paid out.", (POSITION, _TO)),
    "appeal": Action(
        "contribute",
        "Pay for an appeal to a larger panel; what is too much comes back at once.",
        (
            COMPLAINT,
            Field(
                "higher", bool, "Whether the ruling should be higher or lower.", "--higher/--lower"
            ),
            _amount("What you pay"),
        ),
    ),
}
"""By the command's name."""

EVIDENCE = Action(
    "evidence", "Add evidence to a case, and put its digest on chain.", (COMPLAINT,), says=True
)
