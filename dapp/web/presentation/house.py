"""An organisation's own money, in words, and what its policy editor starts from."""

from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.organisation import BondWithdrawal
from dapp.domain.policy import Policy
from dapp.domain.types import NATIVE_COIN, UnixTime
from dapp.store.views import OrganisationRow
from dapp.web.i18n import Language
from dapp.web.presentation.view import units


@dataclass(frozen=True, slots=True)
class Notice:
    """Bond that will leave.

    Attributes:
        state: `waiting` until it may, `open` while it may, `lapsed` after that.
    """

    state: str
    amount: str
    words: Markup


@dataclass(frozen=True, slots=True)
class Balance:
    """What waits in the escrow, in one coin; `token` is empty for the native one."""

    token: str
    amount: str


@dataclass(frozen=True, slots=True)
class House:
    """
    Attributes:
        held_percent: of the bond.
        free_ether: as a form's number.
        claim_limit: empty where no claim is accepted.
    """

    bond: str
    held: str
    free: str
    held_percent: int
    has_bond: bool
    claim_limit: str
    notice: Notice | None
    balances: tuple[Balance, ...]
    next_policy: Markup | None
    """From when the version is in force that is announced; None where none is."""


def house(row: OrganisationRow, now: UnixTime, t: Language) -> House:
    found = row.organisation
    limit = found.claim_limit(now)
    latest = found.policies[-1]
    return House(
        bond=t.amount(found.bond),
        held=t.amount(found.locked),
        free=t.amount(found.free),
        held_percent=-(-100 * found.locked // found.bond) if found.bond else 0,
        has_bond=found.bond > 0,
        claim_limit=t.amount(limit) if limit else "",
        notice=_notice(found.withdrawal, now, t) if found.withdrawal else None,
        balances=tuple(
            Balance("" if one.token == NATIVE_COIN else one.token, units(one.amount, one.token, t))
            for one in row.balances
            if one.amount
        ),
        next_policy=t.time(latest.effective_at) if latest.effective_at > now else None,
    )


def _notice(announced: BondWithdrawal, now: UnixTime, t: Language) -> Notice:
    amount = t.amount(announced.amount)
    when = {"amount": amount, "from": t.time(announced.ready_at), "to": t.time(announced.lapses_at)}
    if now < announced.ready_at:
        words = t.html("{amount} may leave from {from} to {to}. Until then it stands.", **when)
        return Notice("waiting", amount, words)
    if now < announced.lapses_at:
        return Notice("open", amount, t.html("{amount} may leave now, until {to}.", **when))
    return Notice("lapsed", amount, t.html("The notice of {amount} lapsed on {to}.", **when))


def terms(policy: Policy) -> dict[str, int | str]:
    """The policy in force, for the script that says what a new one changes."""
    return {
        "peak_mask": str(policy.peak_mask),
        "acknowledge_peak_seconds": policy.acknowledge_peak_seconds,
        "acknowledge_off_peak_seconds": policy.acknowledge_off_peak_seconds,
        "answer_hours": policy.answer_hours,
        "confirm_hours": policy.confirm_hours,
        "protection_hours": policy.protection_hours,
        "claim_cap": policy.claim_cap,
    }
