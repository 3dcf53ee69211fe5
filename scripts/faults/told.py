"""An organisation that is told of its complaints by webhook, and what was promised of that."""

from collections.abc import Iterator
from typing import cast

import httpx

from scripts.faults.doors import Doors
from scripts.faults.house import House
from scripts.faults.ledger import Ledger
from scripts.faults.through import Through
from tests.messaging import Receiver
from tests.sealing_scene import Someone

_UNTOLD = """
SELECT c.id FROM complaint c WHERE NOT EXISTS (
    SELECT FROM notice n WHERE n.chain_id = c.chain_id AND n.complaint = c.id
        AND n.kind = 'new-complaint' AND n.account = '{account}' AND n.told_at IS NOT NULL)
ORDER BY 1
"""
_LETTERS = "SELECT replace(id::text, '-', ''), state FROM letter WHERE kind = 'notices'"
_TWICE = """
SELECT channel, told FROM letter, unnest(notices) AS told
GROUP BY 1, 2 HAVING count(*) > 1
"""


class Told:
    """At least once over the wire, recognisable by its id; once in what the letters say."""

    def __init__(self, house: House, ledger: Ledger, receiver: Receiver) -> None:
        self._house, self._receiver = house, receiver
        through = cast(httpx.Client, Through(Doors(house.urls, ledger)))
        self._account = Someone(house.world, through, house.world.organisation).sign_in().address
        wish = {"language": "en", "time_zone": "UTC"}
        assert through.put("/v1/me/notifications", json=wish).status_code == 200
        hook = {"kind": "webhook", "target": receiver.url}
        added = through.post("/v1/me/notifications/channels", json=hook)
        assert added.status_code == 201, added.text
        ledger.lost["messages"] = self._lost
        ledger.twice["messages"] = lambda: [f"notice {told}" for _, told in self._rows(_TWICE)]

    @property
    def again(self) -> int:
        """How many came once more with the id of one that had come: that is allowed."""
        ids = self._ids()
        return len(ids) - len(set(ids))

    def counts(self) -> dict[str, int]:
        """What was sent and what came."""
        ids = self._ids()
        return {"came": len(ids), "different": len(set(ids))}

    def is_quiet(self) -> bool:
        """Everything there is to tell was told, and sent."""
        return not list(self._lost())

    def _ids(self) -> list[str]:
        return [post.headers["webhook-id"].removeprefix("msg_") for post in self._receiver.posts]

    def _rows(self, statement: str) -> list[tuple[object, ...]]:
        return self._house.indexed.sql(statement)

    def _lost(self) -> Iterator[str]:
        for (number,) in self._rows(_UNTOLD.format(account=self._account)):
            yield f"nobody was told of complaint {number}"
        came = set(self._ids())
        for letter, state in self._rows(_LETTERS):
            if state != "sent":
                yield f"letter {letter} is {state}"
            elif letter not in came:
                yield f"letter {letter} never came"
