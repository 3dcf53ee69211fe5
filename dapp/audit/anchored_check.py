"""What must hold of a complaint that was anchored before it was filed (docs/audit.md, step 6)."""

from collections.abc import Sequence

from dapp.audit.verdict import Anchoring, refuse
from dapp.domain.anchoring import ANCHOR_GRACE_SECONDS
from dapp.domain.case import Case
from dapp.domain.events import DESK, ESCROW, Event
from dapp.domain.policy import HOUR
from dapp.domain.types import UnixTime


def check_anchored(case: Case, events: Sequence[Event]) -> Anchoring | None:
    """How the case came to the desk; None if it was filed there.

    Args:
        events: the case's, of which the trails are proven: the time of `Paid` is, too.

    Raises:
        Unproven: `record-senseless`.
    """
    desk = [one for one in events if one.contract == DESK]
    told = [place for place, one in enumerate(desk) if one.name == "FiledAnchored"]
    if not told:
        return None
    if told != [1] or case.is_claim or desk[1].timestamp != case.filed_at:
        raise refuse("record-senseless", "an anchoring does not follow its filing")
    opened = desk[1]
    paid = next(one for one in events if (one.contract, one.name) == (ESCROW, "Paid"))
    at = UnixTime(opened.integer("anchoredAt"))
    until = UnixTime(paid.timestamp + case.policy.protection_hours * HOUR)
    if not paid.timestamp <= at <= case.filed_at or at >= until:
        raise refuse("record-senseless", "it was anchored when the order was not protected")
    if case.filed_at >= until + ANCHOR_GRACE_SECONDS or opened.args["actor"] != case.customer:
        raise refuse("record-senseless", "it was opened too late, or in another's name")
    return Anchoring(at, opened.text("sender").lower(), opened.text("leaf"), until)
