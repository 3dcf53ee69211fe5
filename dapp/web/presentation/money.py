"""The money panel: what is held, asked, offered, decided, paid."""

from collections.abc import Iterator
from dataclasses import dataclass

from dapp.web.presentation.flow import Flow, flow
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    amount: str
    share: str | None = None
    kind: str = ""
    """Names the mark of the same colour on the bar."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the bar from 0 to 100."""

    kind: str
    percent: float
    label: str
    share: str


@dataclass(frozen=True, slots=True)
class Money:
    total: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    decided_percent: float | None
    flow: Flow


def money(look: Look) -> Money:
    case = look.case
    decided = case.payment.share if case.payment else case.ruling.share if case.ruling else None
    return Money(
        total=look.amount(case.amount),
        lines=tuple(_lines(look)),
        marks=tuple(_marks(look, decided)),
        decided_percent=None if decided is None else decided / 100,
        flow=flow(look),
    )


def _lines(look: Look) -> Iterator[Line]:
    case, t = look.case, look.t
    yield _share_line(look, t.say("Asked"), case.demand, "asked")
    if case.offer is not None and case.pledge is None:
        yield _share_line(look, t.say("Offered"), case.offer.share, "offered")
    if case.pledge is not None:
        yield _share_line(look, t.say("Due if the promise is broken"), case.pledge.refund, "")
    if case.settlement is not None and case.payment is None:
        whose = t.say("The customer would settle for")
        if not case.settlement.by_customer:
            whose = t.say("The organisation would settle for")
        yield _share_line(look, whose, case.settlement.share, "")
    if case.funding.left:
        yield Line(t.say("Sent along to settle it"), t.amount(case.funding.left))
    if case.payment is None:
        if case.escalation is not None:
            yield Line(t.say("Cost of arbitration, advanced"), t.amount(case.escalation.cost))
        return
    paid = case.payment
    yield _share_line(look, t.say("Decided"), paid.share, "decided")
    received = look.received(paid.to_customer, paid.from_bond)
    yield Line(t.say("Paid to the customer"), look.amount(received))
    yield Line(t.say("Paid to the organisation"), look.amount(paid.to_organisation))
    if paid.cost:
        yield Line(t.say("Cost of arbitration"), t.amount(paid.cost))
        yield Line(t.say("of that borne by the organisation"), t.amount(paid.cost_to_customer))


def _share_line(look: Look, label: str, share: int, kind: str) -> Line:
    return Line(label, look.amount(look.part(share)), look.t.share(share), kind)


def _marks(look: Look, decided: int | None) -> Iterator[Mark]:
    case, t = look.case, look.t
    marks: list[tuple[str, int, str]] = [("asked", case.demand, t.say("Asked"))]
    if case.offer is not None and case.pledge is None:
        marks.append(("offered", case.offer.share, t.say("Offered")))
    if decided is not None:
        marks.append(("decided", decided, t.say("Decided")))
    for kind, share, label in marks:
        yield Mark(kind, share / 100, label, t.share(share))
