"""Where the money of a case went, as streams from whoever held it to whoever has it now."""

from collections.abc import Iterator
from dataclasses import dataclass

from dapp.domain.parts import Payment
from dapp.domain.phases import Phase
from dapp.domain.types import NATIVE_COIN
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Stream:
    """
    Attributes:
        kind: names the end for the style sheet: customer, organisation, arbitrators, fees, held.
        units: how much, in the coin that it is in.
        is_coin: in the coin of the order, or of a claim in wei; else in wei beside tokens, which
            has no common measure with them.
    """

    kind: str
    begin: str
    end: str
    why: str
    units: int
    amount: str
    is_coin: bool


def streams(look: Look) -> list[Stream]:
    """Every amount that moved, or that is held until it is decided; none of nothing."""
    paid = look.case.payment
    found = _held(look) if paid is None else (*_divided(look, paid), *_costs(look, paid))
    return [one for one in found if one.units > 0]


def _held(look: Look) -> Iterator[Stream]:
    case, t = look.case, look.t
    source, taken = _source(look), case.escalation
    if look.phase is Phase.WITHDRAWN:
        end = t.say("Free again") if case.is_claim else t.say("Stays with the order")
        yield _coin(look, ("held", source, end, t.say("The complaint was withdrawn")), case.amount)
        return
    why = t.say("Nobody can take it out until then")
    yield _coin(look, ("held", source, t.say("Held until decided"), why), case.amount)
    if taken is not None:
        end, why = t.say("Held for arbitrators"), t.say("Cost of arbitration, advanced")
        yield _wei(look, ("arbitrators", t.say("Advance"), end, why), taken.cost)


def _divided(look: Look, paid: Payment) -> Iterator[Stream]:
    case, t = look.case, look.t
    source, customer, organisation = _source(look), t.say("Customer"), t.say("Organisation")
    # What the organisation's part of the order gave back of the costs; the rest is of its bond.
    back = min(paid.to_customer, max(0, paid.cost_to_customer - paid.from_bond))
    share = t.say("{share} of {amount}", share=t.share(paid.share), amount=look.amount(case.amount))
    given_back = t.say("Costs given back by the organisation")
    yield _coin(look, ("customer", source, customer, share), paid.to_customer - back)
    yield _coin(look, ("customer", source, customer, given_back), back)
    yield _coin(
        look, ("organisation", source, organisation, t.say("The rest")), paid.to_organisation
    )
    taken = case.escalation
    whose = customer if taken is None or taken.payer == case.customer else t.say("Who advanced it")
    yield _wei(look, ("customer", t.say("Bond"), whose, given_back), paid.from_bond)


def _costs(look: Look, paid: Payment) -> Iterator[Stream]:
    """The arbitrators have a fee for each seat, and whoever drew them has the rest."""
    t, advance = look.t, look.t.say("Advance")
    fees = sum(one.terms.fee_wei * len(one.seats) for one in look.case.rounds if not one.voided_at)
    seats = min(paid.cost, fees) or paid.cost
    yield _wei(look, ("arbitrators", advance, t.say("Arbitrators"), t.say("Their fees")), seats)
    drew = ("fees", advance, t.say("Who drew them"), t.say("The bounty for the draw"))
    yield _wei(look, drew, paid.cost - seats)


def _source(look: Look) -> str:
    return look.t.say("Bond") if look.case.is_claim else look.t.say("Escrow")


Named = tuple[str, str, str, str]


def _coin(look: Look, named: Named, units: int) -> Stream:
    return Stream(*named, units, look.amount(units), True)


def _wei(look: Look, named: Named, units: int) -> Stream:
    case = look.case
    is_coin = case.is_claim or case.order.token == NATIVE_COIN
    return Stream(*named, units, look.t.amount(units), is_coin)


@dataclass(frozen=True, slots=True)
class Node:
    """A holder, as a bar as high as what it had or has; its words stand above it."""

    kind: str
    name: str
    amount: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    kind: str
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A picture of the streams in one coin, and the table of all."""

    streams: tuple[Stream, ...]
    begins: tuple[Node, ...]
    ends: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    height: int


WIDTH = 320
_BAR = 8
_WORDS = 38.0
_FULL, _HELD = 110.0, 44.0
"""How high all is together; what only waits is no sight."""
_LEAST = 2.0


def flow(look: Look) -> Flow:
    """Widths go by amounts; what would not be seen is drawn two pixels high all the same."""
    found = streams(look)
    drawn = [one for one in found if one.is_coin]
    full = _HELD if look.case.payment is None else _FULL
    scale = full / (sum(one.units for one in drawn) or 1)
    sizes = [max(_LEAST, one.units * scale) for one in drawn]
    begins, from_places = _stack([one.begin for one in drawn], drawn, sizes, look)
    ends, to_places = _stack([one.end for one in drawn], drawn, sizes, look)
    ribbons = [
        Ribbon(one.kind, _path(y, to, size), f"{one.begin} → {one.end}: {one.amount}")
        for one, y, to, size in zip(drawn, from_places, to_places, sizes, strict=True)
    ]
    height = max((one.y + one.height for one in (*begins, *ends)), default=0.0)
    return Flow(tuple(found), tuple(begins), tuple(ends), tuple(ribbons), round(height) + 2)


def _stack(
    names: list[str], drawn: list[Stream], sizes: list[float], look: Look
) -> tuple[list[Node], list[float]]:
    """A bar for each name, and where on its side each stream begins or ends."""
    nodes, places, y = list[Node](), dict[int, float](), 0.0
    for name in dict.fromkeys(names):
        own = [number for number, one in enumerate(names) if one == name]
        y += _WORDS
        top = y
        for number in own:
            places[number] = round(y, 1)
            y += sizes[number]
        kinds = {drawn[number].kind for number in own}
        total = look.amount(sum(drawn[number].units for number in own))
        kind = kinds.pop() if len(kinds) == 1 else "held"
        nodes.append(Node(kind, name, total, round(top, 1), round(y - top, 1)))
    return nodes, [places[number] for number in range(len(names))]


def _path(y: float, to: float, size: float) -> str:
    left, right, middle = _BAR, WIDTH - _BAR, WIDTH / 2
    low, to_low = round(y + size, 1), round(to + size, 1)
    return (
        f"M{left} {y}C{middle} {y} {middle} {to} {right} {to}V{to_low}"
        f"C{middle} {to_low} {middle} {low} {left} {low}Z"
    )
