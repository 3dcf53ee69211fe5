"""Who may do what now."""

from dapp.domain.actions import (
    DIVIDING,
    MAX_ASKS,
    MAX_CATEGORY,
    MAX_COMMITS,
    MAX_EVIDENCE,
    MAX_OFFERS,
    OFFER_STEP,
    Action,
    Role,
)
from dapp.domain.case import Case
from dapp.domain.moves import (
    of_anyone,
    of_arbitrator,
    of_both_sides,
    of_customer,
    of_organisation,
)
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.types import Address, BlockNumber, UnixTime
from dapp.errors import Refused

__all__ = [
    "MAX_ASKS",
    "MAX_CATEGORY",
    "MAX_COMMITS",
    "MAX_EVIDENCE",
    "MAX_OFFERS",
    "OFFER_STEP",
    "Action",
    "Role",
    "available",
    "by_role",
    "is_accused",
    "is_frozen",
    "require",
]


def available(
    case: Case, role: Role, now: UnixTime, block: BlockNumber, actor: Address | None = None
) -> tuple[Action, ...]:
    """What somebody in `role` may do at `now`, in block number `block` (the one after the head).

    Args:
        case: as of now.
        role: the part they play; what anyone may do is always among it.
        now: the chain's time.
        block: the block it would be in.
        actor: who, where that is known: which arbitrator, operator or payer. None asks whether
            any arbitrator or operator may. Revealing is listed for arbitrators, though anyone who
            knows the salt may do it for them.
    """
    stage = phase(case, now)
    hearing = _hearing(case, stage, now, block)
    anyone = of_anyone(case, stage, hearing, now, actor)
    own = _own(case, role, (stage, hearing), (now, block), actor)
    return _unheld(case, (*own, *anyone), stage, now)


def by_role(case: Case, now: UnixTime, block: BlockNumber) -> dict[Role, tuple[Action, ...]]:
    """What `available` says of every role, of whoever plays it."""
    stage = phase(case, now)
    hearing = _hearing(case, stage, now, block)
    anyone = tuple(of_anyone(case, stage, hearing, now, None))
    found = {
        role: (*_own(case, role, (stage, hearing), (now, block), None), *anyone)
        for role in _PARTIES
    }
    found[Role.ANYONE] = anyone
    if not is_frozen(case, now):
        return found
    return {role: _unheld(case, actions, stage, now) for role, actions in found.items()}


_PARTIES = (Role.CUSTOMER, Role.ORGANISATION, Role.ARBITRATOR)


def _own(
    case: Case,
    role: Role,
    stands: tuple[Phase, RoundPhase],
    moment: tuple[UnixTime, BlockNumber],
    actor: Address | None,
) -> list[Action]:
    """What only somebody in `role` may do."""
    (stage, hearing), own = stands, list[Action]()
    if role is Role.CUSTOMER:
        own = of_customer(case, stage)
    elif role is Role.ORGANISATION and not is_accused(case, actor):
        own = of_organisation(case, stage)
    elif role is Role.ARBITRATOR:
        own = of_arbitrator(case.round, hearing, moment[0], actor)
    if role in (Role.CUSTOMER, Role.ORGANISATION) and not is_accused(case, actor):
        own += of_both_sides(case, role, stage, moment)
    return own


def _unheld(
    case: Case, actions: tuple[Action, ...], stage: Phase, now: UnixTime
) -> tuple[Action, ...]:
    if not is_frozen(case, now):
        return actions
    return tuple(one for one in actions if not _holds(case, one, stage))


def require(
    case: Case,
    action: Action,
    role: Role,
    now: UnixTime,
    block: BlockNumber,
    actor: Address | None = None,
) -> None:
    """Refuse an action that does not fit where the case stands.

    Raises:
        Refused: `action-not-available`, `accused-cannot-act` or `order-frozen`.
    """
    if action in available(case, role, now, block, actor):
        return
    stage = phase(case, now)
    hearing = _hearing(case, stage, now, block)
    fields = {
        "action": str(action),
        "role": str(role),
        "phase": stage.name.lower(),
        "round_phase": hearing.name.lower(),
    }
    if role is Role.ORGANISATION and is_accused(case, actor):
        said = f"{actor} is accused in complaint {case.id} and cannot act for the organisation"
        raise Refused(said, code="accused-cannot-act", fields=fields)
    if is_frozen(case, now) and _holds(case, action, stage):
        until = {"until": case.frozen_until}
        said = f"the payout of complaint {case.id} is frozen until {case.frozen_until}"
        raise Refused(said, code="order-frozen", fields={**fields, **until})
    where = f"{stage.name.lower()}, {hearing.name.lower()}" if hearing else stage.name.lower()
    raise Refused(
        f"{role} cannot {action} complaint {case.id} as it stands now ({where})",
        code="action-not-available",
        fields=fields,
    )


def is_accused(case: Case, actor: Address | None) -> bool:
    """Whether the complaint is about this very person's conduct, by name."""
    accusation = case.accusation
    return actor is not None and accusation is not None and accusation.account == actor


def is_frozen(case: Case, now: UnixTime) -> bool:
    """Whether the guardian holds the order's payouts."""
    return case.frozen_until is not None and now < case.frozen_until


def _holds(case: Case, action: Action, stage: Phase) -> bool:
    """Whether a freeze stands in the action's way; it stops what divides, nothing else."""
    if action not in DIVIDING:
        return False
    if stage in (Phase.OFFERED, Phase.LAPSED):
        return case.offer is not None and case.offer.share > 0
    if action is Action.SETTLE:
        # Only the second word divides.
        return case.settlement is not None
    return True


def _hearing(case: Case, stage: Phase, now: UnixTime, block: BlockNumber) -> RoundPhase:
    if stage is not Phase.ESCALATED:
        return RoundPhase.NONE
    return round_phase(case.round, now, block)
