"""The clock that an organisation publishes for itself (contracts/types/Policy.sol)."""

from dataclasses import dataclass

from dapp.domain.types import UnixTime, Wei

HOUR = 3600
_HOURS_IN_WEEK = 168
# The Unix epoch was a Thursday: 72 hours into a week that starts on Monday.
_EPOCH_HOUR = 72
_MILLIONTH_WEI = 10**12
FIRST_OUTSIDE_TRACK = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy's terms.

    Attributes:
        peak_mask: bit h set means that hour h of the week is a peak hour; hour 0 is Monday
            00:00-01:00 UTC.
        track: who hears disputes under it: 0 to 3 a track of the house court, 4 to 7 the
            arbitrator outside with number `track - 4`.
        claim_cap: the most that one claim without an order may ask for, in two digits: the first,
            then as many zeros as the second says, in millionths of the native coin; 0 accepts none.
    """

    peak_mask: int
    acknowledge_peak_seconds: int
    acknowledge_off_peak_seconds: int
    answer_hours: int
    confirm_hours: int
    protection_hours: int
    track: int
    claim_cap: int = 0

    @property
    def is_outside(self) -> bool:
        """Whether arbitrators outside are asked first."""
        return self.track >= FIRST_OUTSIDE_TRACK

    @property
    def claim_cap_wei(self) -> Wei:
        """The most that one claim without an order may ask for."""
        first, zeros = divmod(self.claim_cap, 10)
        return Wei(first * 10**zeros * _MILLIONTH_WEI)


def unpack(policy_word: int) -> Policy:
    """Read a policy's storage word."""
    return Policy(
        peak_mask=policy_word & (1 << _HOURS_IN_WEEK) - 1,
        acknowledge_peak_seconds=policy_word >> 168 & 0xFFFFF,
        acknowledge_off_peak_seconds=policy_word >> 188 & 0xFFFFF,
        answer_hours=policy_word >> 208 & 0xFFF,
        confirm_hours=policy_word >> 220 & 0xFFF,
        protection_hours=policy_word >> 232 & 0xFFF,
        track=policy_word >> 244 & 0x7,
        claim_cap=policy_word >> 247 & 0x7F,
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
        | policy.claim_cap << 247
    )


def hour_of_week(at: UnixTime) -> int:
    """0 for Monday 00:00-01:00 UTC, to 167."""
    return (at // HOUR + _EPOCH_HOUR) % _HOURS_IN_WEEK


def is_peak(policy: Policy, at: UnixTime) -> bool:
    """Whether `at` lies in one of the policy's peak hours."""
    return policy.peak_mask >> hour_of_week(at) & 1 == 1
