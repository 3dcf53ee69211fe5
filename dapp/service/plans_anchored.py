"""Plans about complaints that were signed before, and anchored with others."""

from collections.abc import Awaitable, Callable

from dapp.domain import intents
from dapp.domain.anchoring import UNOPENED, AnchorStatus
from dapp.domain.types import NO_ACCOUNT
from dapp.errors import Refused
from dapp.service.plans import Desk, Plan, statement
from dapp.service.words import sentence
from dapp.store.anchored_reads import AnchoredRow


async def open_anchored(desk: Desk) -> Plan:
    row = await desk.anchored(desk.params.hash32("leaf"))
    if row.stood is None or not row.is_openable:
        raise _not_now(row)
    said = row.complaint
    if desk.actor != said.order.customer and said.opener not in (NO_ACCOUNT, desk.actor):
        raise Refused(
            f"only {said.order.customer} or {said.opener} can open this complaint",
            remedy="Use the wallet that signed it",
            code="not-your-case",
            fields={"leaf": row.leaf, "actor": desk.actor},
        )
    return Plan(
        intents.open_anchored(said, row.stood.sender, row.stood.proof, row.signature),
        sentence(
            "Open the anchored complaint about an order at organisation {organisation}: its "
            "clocks start now",
            organisation=said.order.organisation,
        ),
        (sentence("the complaint and what you ask for"), *statement(said.digest)),
    )


async def revoke_anchored(desk: Desk) -> Plan:
    row = await desk.anchored(desk.params.hash32("leaf"))
    customer = row.complaint.order.customer
    if desk.actor != customer:
        raise Refused(
            f"only {customer} can take this complaint back",
            remedy="Use the wallet that signed it",
            code="not-your-case",
            fields={"leaf": row.leaf, "actor": desk.actor},
        )
    if row.status not in UNOPENED:
        raise _not_now(row)
    return Plan(
        intents.revoke_anchored(row.complaint),
        sentence(
            "Take your signed complaint about an order at organisation {organisation} back: "
            "nobody can open it any more",
            organisation=row.complaint.order.organisation,
        ),
        (sentence("that you took it back"),),
    )


def _not_now(row: AnchoredRow) -> Refused:
    is_blocked = row.status is AnchorStatus.ANCHORED
    state = "another complaint about the order is open" if is_blocked else f"it is {row.status}"
    return Refused(
        f"this is not possible with the signed complaint now: {state}",
        remedy="See GET /v1/anchored/… for how it stands",
        code="anchored-otherwise",
        fields={"leaf": row.leaf, "status": row.status.value},
    )


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "open-anchored": open_anchored,
    "revoke-anchored": revoke_anchored,
}
