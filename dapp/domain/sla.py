"""What an organisation promised, and whether it kept it."""

from dapp.domain.policy import Policy, is_peak
from dapp.domain.types import UnixTime


def acknowledge_seconds(policy: Policy, filed_at: UnixTime) -> int:
    """How long the policy gives itself to acknowledge what was filed then."""
    if is_peak(policy, filed_at):
        return policy.acknowledge_peak_seconds
    return policy.acknowledge_off_peak_seconds


def acknowledge_deadline(policy: Policy, filed_at: UnixTime) -> UnixTime:
    """Until when an acknowledgement is on time.

    The desk keeps it as whole minutes before the answer deadline; the odd seconds are the
    organisation's.
    """
    answer = policy.answer_hours * 3600
    early = (answer - acknowledge_seconds(policy, filed_at)) // 60 * 60
    return UnixTime(filed_at + answer - early)


def answer_deadline(policy: Policy, filed_at: UnixTime) -> UnixTime:
    """Until when a complaint must be answered, while nothing stops the clock."""
    return UnixTime(filed_at + policy.answer_hours * 3600)
