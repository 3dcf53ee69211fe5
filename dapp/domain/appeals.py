"""Crowdfunded appeals of a dispute, as the appeal fund's events tell them; amounts in wei."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from dapp.domain.changing import replace
from dapp.domain.events import APPEALS, Event
from dapp.domain.types import NOTHING, Address, BasisPoints, UnixTime, Wei


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one payer put into a pot.

    Attributes:
        taken: of what came to the pot later.
        refunded: all of it was paid back, since another pot had opened the appeal.
    """

    payer: Address
    amount: Wei
    taken: Wei = NOTHING
    refunded: bool = False


@dataclass(frozen=True, slots=True)
class Pot:
    """What was put up for one direction.

    Attributes:
        raised: what is in it or, once an appeal was opened at its level, what was.
        shared: all that came to its contributors later.
    """

    raised: Wei = NOTHING
    shared: Wei = NOTHING
    contributions: tuple[Contribution, ...] = ()

    def of(self, payer: Address) -> Contribution:
        """What `payer` put in."""
        none = Contribution(payer, NOTHING)
        return next((one for one in self.contributions if one.payer == payer), none)

    def share_down(self, payer: Address) -> Wei:
        """What `payer` can take of what came to the pot."""
        one = self.of(payer)
        return Wei(self.shared * one.amount // self.raised - one.taken) if one.amount else NOTHING


@dataclass(frozen=True, slots=True)
class AppealLevel:
    """The two pots for a ruling, and the appeal that one of them opened.

    Attributes:
        is_higher: whose pot opened it; None while none has.
        ruling_before: what was appealed from.
        ruling_after: the next ruling; None until it is known, or where there is none.
        resolved_at: when it was decided where the stake goes.
    """

    higher: Pot = Pot()
    lower: Pot = Pot()
    is_higher: bool | None = None
    cost: Wei = NOTHING
    stake: Wei = NOTHING
    ruling_before: BasisPoints | None = None
    ruling_after: BasisPoints | None = None
    opened_at: UnixTime | None = None
    resolved_at: UnixTime | None = None

    def pot(self, is_higher: bool) -> Pot:
        """The pot of one direction."""
        return self.higher if is_higher else self.lower

    def with_pot(self, is_higher: bool, pot: Pot) -> Self:
        """The same with another pot."""
        return replace(self, higher=pot) if is_higher else replace(self, lower=pot)


def apply(levels: tuple[AppealLevel, ...], event: Event) -> tuple[AppealLevel, ...]:
    """The levels of a dispute after an event of the fund about it."""
    if event.contract != APPEALS or "level" not in event.args:
        return levels
    number = event.integer("level")
    known = (*levels, AppealLevel()) if number == len(levels) else levels
    return (*known[:number], _step(known[number], event), *known[number + 1 :])


def refundable(levels: Sequence[AppealLevel], can_open: bool) -> list[tuple[int, bool, Address]]:
    """Level, direction and payer of what can be paid back: it opened no appeal, and cannot.

    `can_open` tells whether the dispute can be appealed now.
    """
    return [
        (number, is_higher, one.payer)
        for number, level in enumerate(levels)
        for is_higher in (True, False)
        for one in level.pot(is_higher).contributions
        if one.amount and not one.refunded
        if (not can_open if level.is_higher is None else level.is_higher != is_higher)
    ]


def resolvable(levels: Sequence[AppealLevel], is_over: bool) -> list[int]:
    """The levels whose stake can be decided upon: the next ruling is known."""
    return [
        number
        for number, level in enumerate(levels)
        if level.is_higher is not None and level.resolved_at is None
        if is_over or (levels[number + 1 :] and levels[number + 1].is_higher is not None)
    ]


def shares(levels: Sequence[AppealLevel], payer: Address) -> list[tuple[int, bool, Wei]]:
    """Level, direction and amount of what `payer` can take of what came to pots."""
    found = [
        (number, is_higher, level.pot(is_higher).share_down(payer))
        for number, level in enumerate(levels)
        for is_higher in (True, False)
    ]
    return [one for one in found if one[2]]


def _step(level: AppealLevel, event: Event) -> AppealLevel:
    if event.name in ("Contributed", "Refunded", "ShareWithdrawn"):
        is_higher = event.flag("higher")
        pot = _pot(level.pot(is_higher), event, level.opened_at is not None)
        return level.with_pot(is_higher, pot)
    if event.name == "Appealed":
        return replace(
            level,
            is_higher=event.flag("higher"),
            cost=Wei(event.integer("cost")),
            stake=Wei(event.integer("stake")),
            ruling_before=BasisPoints(event.integer("rulingBefore")),
            opened_at=event.timestamp,
        )
    if level.is_higher is None:
        return level
    if event.name == "FeesReturned":
        return _shared(level, level.is_higher, event.integer("amount"))
    if event.name == "Resolved":
        after = None if event.flag("refused") else BasisPoints(event.integer("rulingAfter"))
        back = _shared(level, level.is_higher, event.integer("back"))
        return replace(back, ruling_after=after, resolved_at=event.timestamp)
    return level


def _shared(level: AppealLevel, is_higher: bool, amount: int) -> AppealLevel:
    pot = level.pot(is_higher)
    return level.with_pot(is_higher, replace(pot, shared=Wei(pot.shared + amount)))


def _pot(pot: Pot, event: Event, opened: bool) -> Pot:
    amount = event.integer("amount")
    one = pot.of(Address(event.text("payer")))
    if event.name == "ShareWithdrawn":
        return _with(pot, replace(one, taken=Wei(one.taken + amount)))
    if event.name == "Contributed":
        added = _with(pot, replace(one, amount=Wei(one.amount + amount)))
        return replace(added, raised=Wei(pot.raised + amount))
    if opened:
        # Others' shares are counted in what the pot once held.
        return _with(pot, replace(one, refunded=True))
    left = _with(pot, replace(one, amount=NOTHING))
    return replace(left, raised=Wei(pot.raised - amount))


def _with(pot: Pot, one: Contribution) -> Pot:
    others = tuple(other for other in pot.contributions if other.payer != one.payer)
    return replace(pot, contributions=(*others, one))
