"""How each action is called: which function, and what each of its arguments must be."""

from dataclasses import dataclass

from dapp.domain.events import ANCHOR, APPEALS, CLAIMS, COURT, DESK, ESCROW, KEYS, OUTSIDE, REGISTRY

# What an argument must be, beside the parameter of that name.
FACT = "*"
"""A fact of the case that nobody chose; the contract refuses a wrong one."""
ORDER = "*order"
"""As FACT; where the action has the parameter `order`, it must have that key."""
ANCHORED = "*anchored"
"""The signed complaint whose leaf is the parameter `leaf`."""
POLICY = "*policy"
OPENING = "*opening"
TO = "*to"
"""The parameter `to`, else the actor; PAYER is the same with `payer`."""
PAYER = "*payer"
TOKEN = "*token"  # noqa: S105 (the name of a parameter)
"""The parameter `token`, else the chain's own coin."""

ACKNOWLEDGEMENTS = "*acknowledgements"
"""Calls that acknowledge each of `complaints`, in their order, with the same `digest`."""
VERSION = "*version"
"""Higher than the last one, which the contract knows, and far from the highest there is."""

# What is sent as money, beside the parameter of that name.
COST = "*cost"
"""What the desk itself says that an escalation costs."""
STAKE = "*stake"
DEPOSIT = "*deposit"
CONTRACT = "*contract"
"""The contract that the parameter `contract` names."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an action is called.

    Attributes:
        args: for each argument the name of its parameter, or one of the words above.
        value: the parameter that is sent as money, or a word above; None for nothing.
    """

    contract: str
    function: str
    args: tuple[str, ...]
    value: str | None = None


_SAID = ("complaint", "digest")
_LEVEL = ("complaint", "level", "higher")
_CLAIM = ("organisation", "version", "amount", "ref", "demand", "category", "digest")

FORMS: dict[str, tuple[Form, ...]] = {
    "acknowledge": (Form(DESK, "acknowledge", _SAID),),
    "acknowledge-many": (Form(DESK, "multicall", (ACKNOWLEDGEMENTS,)),),
    "ask": (Form(DESK, "ask", _SAID),),
    "inform": (Form(DESK, "inform", _SAID),),
    "deliver": (Form(DESK, "deliver", _SAID),),
    "reopen": (Form(DESK, "reopen", _SAID),),
    "evidence": (Form(DESK, "submitEvidence", _SAID),),
    "contest": (Form(DESK, "contest", ("complaint",)),),
    "confirm": (Form(DESK, "confirm", ("complaint",)),),
    "offer": (Form(DESK, "offer", ("complaint", "share", "digest")),),
    "pledge": (Form(DESK, "pledge", ("complaint", "kind", "due_hours", "refund", "digest")),),
    "accept": (Form(DESK, "accept", ("complaint", ORDER, "offer_number")),),
    "withdraw": (Form(DESK, "withdraw", ("complaint", ORDER, "offer_number")),),
    "accuse": (Form(DESK, "accuse", ("complaint", "accusation")),),
    "name-accused": (Form(DESK, "nameAccused", ("complaint", "account", "salt")),),
    "escalate": (
        Form(DESK, "escalate", ("complaint", ORDER, "offer_number", "demand", "digest"), COST),
    ),
    "settle": (Form(DESK, "settle", ("complaint", ORDER, FACT, "share")),),
    "execute": (Form(DESK, "execute", ("complaint", ORDER)),),
    "confirm-delivery": (Form(DESK, "confirmDelivery", ("complaint", ORDER)),),
    "rate": (Form(DESK, "rate", ("complaint", "stars", "digest")),),
    "file": (Form(DESK, "file", (ORDER, "demand", "category", "digest")),),
    "pay": (Form(ESCROW, "pay", ("organisation", "version", "ref"), "amount"),),
    "pay-token": (Form(ESCROW, "payToken", ("organisation", "version", "token", "amount", "ref")),),
    "release": (Form(ESCROW, "release", (ORDER,)),),
    "refund": (Form(ESCROW, "refund", (ORDER,)),),
    "freeze": (Form(ESCROW, "freeze", (ORDER, "hours")),),
    "withdraw-organisation": (Form(ESCROW, "withdrawOrganisation", ("organisation", TOKEN, TO)),),
    "withdraw-token-credit": (Form(ESCROW, "withdrawTokenTo", ("token", TO)),),
    "withdraw-credit": (Form(CONTRACT, "withdrawTo", (TO,)),),
    "register": (Form(REGISTRY, "register", (POLICY, "agreement")),),
    "publish-policy": (Form(REGISTRY, "publishPolicy", ("organisation", POLICY, "agreement")),),
    "nominate": (Form(REGISTRY, "nominateOperator", ("organisation", "account", "roles")),),
    "accept-role": (Form(REGISTRY, "acceptOperator", ("organisation",)),),
    "remove-operator": (Form(REGISTRY, "removeOperator", ("organisation", "account")),),
    "bond": (Form(REGISTRY, "depositBond", ("organisation",), "amount"),),
    "announce-bond-withdrawal": (
        Form(REGISTRY, "requestBondWithdrawal", ("organisation", "amount")),
    ),
    "withdraw-bond": (Form(REGISTRY, "withdrawBond", ("organisation", TO)),),
    "encryption-key": (Form(KEYS, "setKey", (VERSION, "key")),),
    "draw": (Form(COURT, "draw", ("complaint", FACT)),),
    "rearm": (Form(COURT, "rearm", ("complaint",)),),
    "void": (Form(COURT, "voidRound", ("complaint",)),),
    "commit": (
        Form(COURT, "commit", ("complaint", "seat", "commitment")),
        Form(COURT, "commitDrawing", ("complaint", FACT, "seat", "commitment")),
    ),
    "reveal": (Form(COURT, "reveal", ("complaint", OPENING)),),
    "report-leak": (Form(COURT, "reportLeak", ("complaint", OPENING)),),
    "voting-key": (Form(COURT, "setVotingKey", ("position", VERSION, "key")),),
    "stake": (Form(COURT, "stake", ("tickets",), STAKE),),
    "exit": (Form(COURT, "requestExit", ("position",)),),
    "unstake": (Form(COURT, "unstake", ("position", TO)),),
    "withdraw-rewards": (Form(COURT, "withdrawRewards", ("position", TO)),),
    "appeal-outside": (Form(OUTSIDE, "appeal", ("complaint",), "cost"),),
    "contribute": (Form(APPEALS, "contribute", ("complaint", "higher"), "amount"),),
    "refund-contribution": (Form(APPEALS, "refund", (*_LEVEL, PAYER)),),
    "resolve-appeal": (Form(APPEALS, "resolve", ("complaint", "level")),),
    "withdraw-share": (Form(APPEALS, "withdrawShare", _LEVEL),),
    "pay-bond": (Form(APPEALS, "payBond", ("organisation",)),),
    "claim": (Form(CLAIMS, "claim", _CLAIM, DEPOSIT),),
    "fund": (Form(CLAIMS, "fund", ("complaint",), "amount"),),
    "withdraw-funding": (Form(CLAIMS, "withdrawFunding", ("complaint", TO)),),
    "open-anchored": (Form(ANCHOR, "open", (ANCHORED, FACT, FACT, FACT)),),
    "revoke-anchored": (Form(ANCHOR, "revoke", (ANCHORED,)),),
}
FORMS["commit-drawing"] = FORMS["commit"]
