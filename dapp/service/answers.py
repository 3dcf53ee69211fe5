"""What a read answers with: its body, and how long that is true."""

from collections.abc import Mapping
from typing import Any

from dapp.domain.types import BlockNumber, ComplaintId, UnixTime
from dapp.service.clock import Moment


class Answer(dict[str, Any]):
    """A body, which ends with what it is as of.

    Attributes:
        content: the body without what it is as of.
        moment: that it is as of.
        until: the chain's time at which the clock alone makes it another; None for never.
        complaint: without an event about this one it stays the same in later blocks, but for what
            it is as of; None where any block may change it.
        changed_at: the block of the last event of that complaint, whose finality it tells.
        lasts: False where it tells of what no block brings, such as who keeps a file.
    """

    def __init__(
        self,
        content: Mapping[str, Any],
        moment: Moment,
        *,
        until: UnixTime | None = None,
        complaint: ComplaintId | None = None,
        changed_at: BlockNumber | None = None,
        lasts: bool = True,
    ) -> None:
        self.stamp = moment.stamp()
        super().__init__(content, **self.stamp)
        self.content = content
        self.moment = moment
        self.until = until
        self.complaint = complaint
        self.changed_at = changed_at
        self.lasts = lasts


def for_a_second(content: Mapping[str, Any], moment: Moment) -> Answer:
    """Of what changes with the clock in ways that nobody has counted."""
    return Answer(content, moment, until=moment.next_second)
