"""Values as people write them: with their units, so that no number can be taken for another."""

import re
from decimal import Decimal, InvalidOperation
from enum import IntEnum

import typer

from dapp.domain.parts import Category, PledgeKind
from dapp.errors import InvalidInput
from dapp.service import inputs

_UNITS = {"eth": 10**18, "gwei": 10**9, "wei": 1}
_AMOUNT = re.compile(r"([0-9]{1,30}(?:\.[0-9]{1,18})?) ?(eth|gwei|wei)", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,2})?) ?(%|bps)", re.IGNORECASE)


def share(text: str) -> int:
    """`40%`, `40.5 %` or `4050bps`, in basis points."""
    found = _SHARE.fullmatch(text.strip())
    points = None if found is None else Decimal(found[1]) * (100 if found[2] == "%" else 1)
    if points is None or points != int(points) or points > 10_000:
        raise typer.BadParameter("write a share as 40%, 40.5% or 4050bps, up to 100%")
    return int(points)


def amount(text: str) -> str:
    """`0.5eth`, `30gwei` or `7wei`, in wei, as the decimal text that the API takes."""
    found = _AMOUNT.fullmatch(text.strip())
    try:
        wei = None if found is None else Decimal(found[1]) * _UNITS[found[2].lower()]
    except InvalidOperation:
        wei = None
    if wei is None or wei != int(wei):
        raise typer.BadParameter("write an amount with its unit: 0.5eth, 30gwei or 7wei")
    return str(int(wei))


def address(text: str) -> str:
    try:
        return inputs.address(text)
    except InvalidInput as error:
        raise typer.BadParameter(f"{error.message}. {error.remedy}") from error


def hash32(text: str) -> str:
    try:
        return inputs.hash32(text, "this")
    except InvalidInput as error:
        raise typer.BadParameter(f"{error.message}. {error.remedy}") from error


def category(text: str) -> int:
    return _member(text, Category)


def pledge_kind(text: str) -> int:
    return _member(text, PledgeKind)


def words_of(kind: type[IntEnum]) -> str:
    """`account, transaction, …`"""
    return ", ".join(_word(one) for one in kind)


def _member(text: str, kind: type[IntEnum]) -> int:
    for one in kind:
        if text.lower() == _word(one):
            return int(one)
    raise typer.BadParameter(f"use one of {words_of(kind)}")


def _word(one: IntEnum) -> str:
    return one.name.lower().replace("_", "-")
