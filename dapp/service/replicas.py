"""Where else evidence is held, as interfaces show it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from dapp.domain.types import UnixTime
from dapp.errors import DatabaseUnavailable
from dapp.service import views
from dapp.service.aside import aside
from dapp.service.targets import Target
from dapp.store.replication import Replica, Replication, State, TargetState
from evidence import CID, EvidenceError

View = dict[str, Any]

UNREACHABLE = "unreachable"
"""It was pinned, or is to be, at a target that does not answer."""
REMOVED = "removed"
"""The settings no longer name the target: it may still be there, but nobody looks."""
UNKNOWN = "unknown"
"""The database, which knows, does not answer."""


class Replicas:
    def __init__(self, rows: Replication, targets: Sequence[Target]) -> None:
        self._rows = rows
        self._targets = targets

    @property
    def names(self) -> list[str]:
        """Of the targets."""
        return [target.name for target in self._targets]

    async def told(self, shown: Sequence[Mapping[str, Any]]) -> list[View]:
        """What `Evidence` shows of manifests, with `replicas` added to each and to its items.

        A target that has pinned it and answers is named in `stored` as well.
        """
        roots = [one["cid"] for view in shown for one in (view, *view["items"])]
        found = await self._found(roots) if roots else {}
        return [
            {
                **_with(view, found[view["cid"]]),
                "items": [_with(item, found[item["cid"]]) for item in view["items"]],
            }
            for view in shown
        ]

    async def health(self) -> list[View]:
        """Each target: its name, whether it answers, and words on how it is."""
        counts = await self._rows.counts()
        return [
            await self._health(one, {state: counts.get((one.name, state), 0) for state in State})
            for one in self._targets
        ]

    async def missing(self, roots: Iterable[CID]) -> AsyncIterator[tuple[int, list[View]]]:
        """Asks every target for every root now: how many were asked for, and who has them not.

        What is missing is sent again by whoever replicates.
        """
        for asked, root in enumerate(dict.fromkeys(roots), 1):
            found = [await self._missing(one, root) for one in self._targets]
            yield asked, [one for one in found if one is not None]

    async def _missing(self, target: Target, root: CID) -> View | None:
        try:
            held = await aside(lambda: target.check(root, None))
        except EvidenceError as error:
            return {"cid": str(root), "target": target.name, "problem": error.code}
        if held.pinned:
            return None
        return {"cid": str(root), "target": target.name, "problem": held.problem or "not_pinned"}

    async def _health(self, target: Target, counts: Mapping[State, int]) -> View:
        rows = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        try:
            said, ok = await aside(target.probe), True
        except EvidenceError as error:
            said, ok = error.message, False
        return {"target": target.name, "ok": ok, "detail": f"{said}; {rows or 'nothing sent yet'}"}

    async def _found(self, roots: Iterable[str]) -> dict[str, list[View]]:
        wanted = set(roots)
        try:
            rows, states = await self._rows.replicas(wanted), await self._rows.targets()
        except DatabaseUnavailable:
            unknown = [_view(target.name, UNKNOWN, None) for target in self._targets]
            return dict.fromkeys(wanted, unknown)
        known = {(row.root, row.target): row for row in rows}
        gone = sorted({row.target for row in rows} - set(self.names))
        return {
            root: [
                *(_now(name, known.get((root, name)), states.get(name)) for name in self.names),
                *(
                    _view(name, REMOVED, known[root, name].since)
                    for name in gone
                    if (root, name) in known
                ),
            ]
            for root in wanted
        }


def _now(name: str, row: Replica | None, target: TargetState | None) -> View:
    if target is not None and target.unreachable_since is not None:
        return _view(name, UNREACHABLE, target.unreachable_since)
    if row is None:
        return _view(name, State.PENDING.value, None)
    return _view(name, row.state.value, row.since)


def _view(target: str, state: str, since: UnixTime | None) -> View:
    return {"target": target, "state": state, "since": views.maybe_time(since)}


def _with(view: Mapping[str, Any], replicas: Sequence[View]) -> View:
    held = [one["target"] for one in replicas if one["state"] == State.PINNED]
    return {**view, "stored": [*view["stored"], *held], "replicas": list(replicas)}
