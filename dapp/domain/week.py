"""Hours of the week, and what changed between two sets of them."""

from dapp.domain.policy import Policy

HOURS_IN_WEEK = 168


def ranges(mask: int) -> list[tuple[int, int]]:
    """The mask's hours as ranges, the end excluded; hour 0 is Monday 00:00-01:00 UTC.

    No range goes past midnight: a person reads them by day.
    """
    found: list[tuple[int, int]] = []
    for hour in range(HOURS_IN_WEEK):
        if not mask >> hour & 1:
            continue
        if found and found[-1][1] == hour and hour % 24:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found


def gained(before: int, after: int) -> int:
    """The hours that are in `after` and were not in `before`."""
    return after & ~before


def stricter(before: Policy, after: Policy) -> int:
    """The hours in which a first reply is due sooner under `after`."""
    return _sooner(after, before)


def laxer(before: Policy, after: Policy) -> int:
    """The hours in which a first reply may take longer under `after`."""
    return _sooner(before, after)


def _sooner(one: Policy, other: Policy) -> int:
    return sum(
        1 << hour for hour in range(HOURS_IN_WEEK) if _limit(one, hour) < _limit(other, hour)
    )


def _limit(policy: Policy, hour: int) -> int:
    peak = policy.peak_mask >> hour & 1
    return policy.acknowledge_peak_seconds if peak else policy.acknowledge_off_peak_seconds
