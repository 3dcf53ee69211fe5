"""The clock that an organisation publishes for itself (contracts/types/Policy.sol)."""

from dataclasses import dataclass

from dapp.domain.types import UnixTime

HOUR = 3600
_HOURS_IN_WEEK = 168
# The Unix epoch was a Thursday: 72 hours into a week that starts on Monday.
_EPOCH_HOUR = 72


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy's terms.

    Attributes:
        peak_mask: bit h set means that hour h of the week is a peak hour; hour 0 is Monday
            00:00-01:00 UTC.
        track: the court's track that hears disputes under it.
    """

    peak_mask: int
    acknowledge_peak_seconds: int
    acknowledge_off_peak_seconds: int
    answer_hours: int
    confirm_hours: int
    protection_hours: int
    track: int


def unpack(policy_word: int) -> Policy:
    """Read a policy's storage word."""
    return Policy(
        peak_mask=policy_word & (1 << _HOURS_IN_WEEK) - 1,
        acknowledge_peak_seconds=policy_word >> 168 & 0xFFFFF,
        acknowledge_off_peak_seconds=policy_word >> 188 & 0xFFFFF,
        answer_hours=policy_word >> 208 & 0xFFF,
        confirm_hours=policy_word >> 220 & 0xFFF,
        protection_hours=policy_word >> 232 & 0xFFF,
        track=policy_word >> 244 & 0xF,
    )


def pack(policy: Policy) -> int:
    """The storage word of a policy whose fields are in range."""
    return (
        policy.peak_mask
        | policy.acknowledge_peak_seconds << 168
        | policy.acknowledge_off_peak_seconds << 188
        | policy.answer_hours << 208
        | policy.confirm_hours << 220
        | policy.protection_hours << 232
        | policy.track << 244
    )


def hour_of_week(at: UnixTime) -> int:
    """0 for Monday 00:00-01:00 UTC, to 167."""
    return (at // HOUR + _EPOCH_HOUR) % _HOURS_IN_WEEK


def is_peak(policy: Policy, at: UnixTime) -> bool:
    """Whether `at` lies in one of the policy's peak hours."""
    return policy.peak_mask >> hour_of_week(at) & 1 == 1
