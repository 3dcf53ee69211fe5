"""An organisation's policies, and what one of them changed against another."""

from typing import Any

from dapp.domain import week
from dapp.domain.organisation import Organisation, PolicyVersion
from dapp.domain.policy import Policy
from dapp.domain.types import OrganisationId
from dapp.errors import NotFound
from dapp.service import views, words
from dapp.service.clock import Moment
from dapp.service.people import People, policy_view

View = dict[str, Any]


class Policies:
    def __init__(self, people: People) -> None:
        self._people = people

    async def list(self, organisation: OrganisationId) -> View:
        """All versions, the oldest first, and which is in force. Raises NotFound, Retryable."""
        found, moment = await self._find(organisation)
        return {
            "organisation": found.id,
            "current_version": found.policy_at(moment.now).version,
            "policies": [_version(one, found, moment) for one in found.policies],
            **moment.stamp(),
        }

    async def show(self, organisation: OrganisationId, version: int) -> View:
        """One version. Raises NotFound, Retryable."""
        found, moment = await self._find(organisation)
        one = _numbered(found, version)
        return {
            "organisation": found.id,
            "policy": _version(one, found, moment),
            **moment.stamp(),
        }

    async def compare(self, organisation: OrganisationId, before: int, after: int) -> View:
        """What `after` says otherwise than `before`, field by field. Raises NotFound, Retryable."""
        found, moment = await self._find(organisation)
        one, other = _numbered(found, before), _numbered(found, after)
        return {
            "organisation": found.id,
            "from": before,
            "to": after,
            "changes": _changes(one, other),
            "peak_hours": {
                "added": hours(week.gained(one.policy.peak_mask, other.policy.peak_mask)),
                "removed": hours(week.gained(other.policy.peak_mask, one.policy.peak_mask)),
            },
            "first_reply": {
                "due_sooner": hours(week.stricter(one.policy, other.policy)),
                "due_later": hours(week.laxer(one.policy, other.policy)),
            },
            **moment.stamp(),
        }

    async def _find(self, organisation: OrganisationId) -> tuple[Organisation, Moment]:
        row, moment = await self._people.find_organisation(organisation)
        return row.organisation, moment


def hours(mask: int) -> View:
    """Hours of the week (UTC) as numbers, ranges and words."""
    found = week.ranges(mask)
    return {
        "count": mask.bit_count(),
        "ranges": [{"from_hour": begin, "to_hour": end} for begin, end in found],
        "words": words.week_hours(found),
    }


def _numbered(found: Organisation, version: int) -> PolicyVersion:
    for one in found.policies:
        if one.version == version:
            return one
    raise NotFound(
        f"organisation {found.id} has no policy version {version}",
        remedy=f"See /v1/organisations/{found.id}/policies for those there are",
        code="policy-unknown",
        fields={"organisation": found.id, "version": version},
    )


def _version(one: PolicyVersion, of: Organisation, moment: Moment) -> View:
    return {
        **policy_view(one),
        "peak_hours": hours(one.policy.peak_mask),
        "is_in_force": of.policy_at(moment.now).version == one.version,
        "is_announced": one.effective_at > moment.now,
    }


def _changes(one: PolicyVersion, other: PolicyVersion) -> list[View]:
    """The fields whose values differ; the peak hours' difference is told by itself."""
    before, after = _fields(one), _fields(other)
    return [
        {"field": name, "from": before[name], "to": after[name]}
        for name in before
        if before[name] != after[name]
    ]


def _fields(one: PolicyVersion) -> View:
    terms: Policy = one.policy
    return {**views.policy(terms), "agreement": views.digest(one.agreement)}
