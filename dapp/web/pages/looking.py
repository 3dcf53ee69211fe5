"""Looking up what somebody pasted: a transaction or an order, by its 32 bytes."""

import re
from dataclasses import dataclass

from fastapi import Request

from dapp.domain.articles import Diagnosis
from dapp.domain.types import Hash32
from dapp.errors import NotFound
from dapp.service import inputs
from dapp.store.views import OrderRow
from dapp.web.pages.orders import lines
from dapp.web.pages.render import language_of, parts_of
from dapp.web.presentation.diagnosis import Told, told
from dapp.web.presentation.places import OrderLine

MOST_CHARS = 300
_HASH = re.compile(r"(?<![0-9a-fA-F])0x[0-9a-fA-F]{64}(?![0-9a-fA-F])")


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found.

    Attributes:
        name: the hash, in lower case; empty where there was none in what was pasted.
        transaction: what became of it; None where `name` is an order's key.
        order: that it is, or that the transaction paid or is about.
    """

    name: str
    transaction: Told | None = None
    order: OrderRow | None = None

    @property
    def diagnosis(self) -> Diagnosis | None:
        return None if self.transaction is None else self.transaction.diagnosis


def name_in(text: str) -> str:
    """The first 32 bytes in a text, such as an explorer's address; empty where it has none."""
    found = _HASH.search(text[:MOST_CHARS])
    return "" if found is None else found.group().lower()


async def look_up(request: Request, text: str) -> Looked:
    """Raises Retryable."""
    name = name_in(text)
    if not name:
        return Looked("")
    order = await _order(request, inputs.hash32(name))
    if order is not None:
        return Looked(name, order=order)
    reads = parts_of(request).transactions
    answer = await reads.show(reads.chain, inputs.hash32(name))
    found = told(answer.content, language_of(request))
    paid = await _order(request, found.orders[0]) if found.orders else None
    return Looked(name, found, paid)


@dataclass(frozen=True, slots=True)
class Shown:
    """As the pages show it. Attributes: payer: who paid the order, where that is not the reader."""

    name: str
    transaction: Told | None
    order: OrderLine | None
    payer: str


async def shown(request: Request, looked: Looked, account: str = "") -> Shown:
    """`account` is the reader's, as far as it is known."""
    if looked.order is None:
        return Shown(looked.name, looked.transaction, None, "")
    (order,) = await lines(request, (looked.order,))
    is_other = account != "" and account.lower() != order.customer.lower()
    return Shown(looked.name, looked.transaction, order, order.customer if is_other else "")


async def _order(request: Request, key: Hash32) -> OrderRow | None:
    try:
        row, _ = await parts_of(request).people.find_order(key)
    except NotFound:
        return None
    return row
