"""What each action takes, for those who write programs: names, types, units."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dapp.domain.parts import Category
from dapp.service.forms import (
    ACKNOWLEDGEMENTS,
    ANCHORED,
    FORMS,
    OPENING,
    ORDER,
    PAYER,
    POLICY,
    TO,
    TOKEN,
)
from dapp.service.params import MAX_AT_ONCE
from dapp.service.views import name

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Attributes: type: as JSON has it; whole numbers too long for it come as decimal strings."""

    type: str
    words: str
    is_optional: bool = False


PARAMETERS: dict[str, Parameter] = {
    "account": Parameter("address", "the account that is meant"),
    "accusation": Parameter("bytes32", "the salted digest of who is accused"),
    "agreement": Parameter("bytes32", "digest of the agreement's manifest", is_optional=True),
    "amount": Parameter("integer", "in the smallest unit of the coin"),
    "category": Parameter("integer", ", ".join(f"{one.value} {name(one)}" for one in Category)),
    "commitment": Parameter("bytes32", "hides the vote until it is revealed"),
    "complaint": Parameter("integer", "the case"),
    "complaints": Parameter("array", f"numbers of cases, {MAX_AT_ONCE} at most"),
    "contract": Parameter("string", "name of the contract that owes the money"),
    "cost": Parameter("integer", "in wei, as the arbitrator outside asks"),
    "demand": Parameter("integer", "basis points of what is in dispute"),
    "digest": Parameter("bytes32", "of a manifest that was stored before", is_optional=True),
    "due_hours": Parameter("integer", "hours until the promise is to be kept"),
    "higher": Parameter("boolean", "towards a higher ruling"),
    "hours": Parameter("integer", "for how long"),
    "key": Parameter("bytes32", "the public key; none takes it back", is_optional=True),
    "kind": Parameter("integer", "1 send the goods again, 2 put it right"),
    "leaf": Parameter("bytes32", "of the complaint that was signed and anchored"),
    "level": Parameter("integer", "which appeal, from 0"),
    "offer_number": Parameter("integer", "the latest offer that was seen; 0 if there is none"),
    "order": Parameter("bytes32", "key of the order"),
    "organisation": Parameter("integer", "number of the organisation"),
    "payer": Parameter("address", "who gets it back; the actor", is_optional=True),
    "policy": Parameter(
        "object", "every field as /v1/organisations/{organisation}/policies has it"
    ),
    "position": Parameter("integer", "number of the stake"),
    "reason": Parameter("bytes32", "digest of the vote's reasons", is_optional=True),
    "ref": Parameter("bytes32", "salted hash of the shop's reference"),
    "refund": Parameter("integer", "basis points due if the promise is not kept"),
    "roles": Parameter("integer", "bits: 1 answers, 2 money, 4 administration"),
    "salt": Parameter("bytes32", "what the digest was salted with"),
    "seat": Parameter("integer", "from 0"),
    "share": Parameter("integer", "basis points of what is in dispute"),
    "stars": Parameter("integer", "1 to 5"),
    "tickets": Parameter("integer", "1 to 8"),
    "to": Parameter("address", "who gets the money; the actor", is_optional=True),
    "token": Parameter("address", "an ERC-20 contract"),
    "version": Parameter("integer", "of the policy that was read"),
    "vote": Parameter("integer", "basis points"),
}
_TAKES_ORDER = ("file", "release", "refund", "freeze")
_WORDS = {
    ACKNOWLEDGEMENTS: ("complaints", "digest"),
    ANCHORED: ("leaf",),
    OPENING: ("seat", "vote", "salt", "reason"),
    POLICY: ("policy",),
    TO: ("to",),
    PAYER: ("payer",),
    TOKEN: ("token",),
}
_OPTIONAL = {("withdraw-organisation", "token")}
_ACCOUNTS = {("voting-key", "key")}


def actions() -> list[View]:
    """Every action, with what it takes beside its `actor`."""
    return [
        {"action": action, "parameters": [_view(action, one) for one in names_of(action)]}
        for action in FORMS
    ]


def names_of(action: str) -> list[str]:
    """The parameters of an action, in the contract's order."""
    return list(dict.fromkeys(_names(action)))


def _names(action: str) -> Iterator[str]:
    form = FORMS[action][0]
    for arg in (*form.args, *([] if form.value is None else [form.value])):
        if arg == ORDER:
            yield from ("order",) if action in _TAKES_ORDER else ()
        elif arg.startswith("*"):
            yield from _WORDS.get(arg, ())
        else:
            yield arg
    if form.contract.startswith("*"):
        yield "contract"


def _view(action: str, parameter: str) -> View:
    found = PARAMETERS[parameter]
    return {
        "name": parameter,
        "type": "address" if (action, parameter) in _ACCOUNTS else found.type,
        "optional": found.is_optional or (action, parameter) in _OPTIONAL,
        "about": found.words,
    }
