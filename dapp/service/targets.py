"""Others that keep our evidence as well, each asked in its own way. Calls block."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from evidence import CID, EvidenceError
from evidence.dag import BlockSource
from evidence.errors import (
    BlockMissing,
    KuboError,
    KuboTimeout,
    KuboUnreachable,
    PinMissing,
    PinningBusy,
    PinningError,
    PinningRefused,
    PinningTimeout,
    PinningUnreachable,
)
from evidence.kubo import Kubo
from evidence.pinning import Pin, PinningService, PinStatus, Status

_MIB = 1 << 20
_PIN_NAME = "redress"
_MAX_ORIGINS = 20
"""As the API has it."""
_MAX_REQUESTS = 20
"""For one root; those that are left go the next time."""
_ABOUT_CONTENT = (400, 409, 413, 422, 451)
"""What a service says of one pin; with 401 and 403 it means whoever asks."""
_MAX_CALLS = 3
"""How many of a service's nodes ours calls up; one is enough, and each may take seconds."""


class TargetStuck(EvidenceError):
    """The target takes for ever, though it says something now and then."""

    code = "target_stuck"
    retryable = True


@dataclass(frozen=True, slots=True)
class Held:
    """What a target says of one DAG.

    Attributes:
        pinned: it has all of it and keeps it.
        reference: what it calls it.
        problem: a code, where it has given up.
    """

    pinned: bool
    reference: str | None = None
    problem: str | None = None


class Target(Protocol):
    """Every call raises EvidenceError."""

    @property
    def name(self) -> str:
        """Stays the same for as long as it is the same place."""

    def probe(self) -> str:
        """How it is, in words for people; little work for it."""

    def check(self, root: CID, reference: str | None) -> Held:
        """What it says now."""

    def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
        """Has it hold all below `root`; again does no harm. Raises what the source raises, too."""

    def remove(self, root: CID, reference: str | None) -> None:
        """Has it let go of `root`; nothing where it does not hold it."""


class KuboTarget:
    name = "kubo"

    def __init__(self, kubo: Kubo) -> None:
        self._kubo = kubo

    def probe(self) -> str:
        found = self._kubo.statistics()
        used, limit = found.repository_bytes // _MIB, found.limit_bytes // _MIB
        return f"Kubo {self._kubo.version()}, {used} of {limit} MiB"

    def check(self, root: CID, reference: str | None) -> Held:
        return Held(self._kubo.is_pinned(root))

    def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
        if not self._kubo.is_pinned(root):
            self._kubo.add_dag(root, source)
        return self.check(root, reference)

    def remove(self, root: CID, reference: str | None) -> None:
        self._kubo.unpin(root)


class PinningTarget:
    """A pinning service, which fetches from our Kubo node what it is to hold."""

    def __init__(self, service: PinningService, origin: Kubo) -> None:
        self.name = f"pinning:{service.host}"
        self._service = service
        self._origin = origin

    def probe(self) -> str:
        next(self._service.list(page_length=1), None)
        return "answers"

    def check(self, root: CID, reference: str | None) -> Held:
        found = self._find(root, reference)
        return Held(pinned=False) if found is None else _held(found)

    def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
        if not self._origin.is_pinned(root):
            return Held(pinned=False, reference=reference)  # it could be fetched from nowhere
        found = self._find(root, reference)
        if found is None:
            found = self._service.add(self._pin(root))
        elif found.status is Status.FAILED:
            found = self._service.replace(found.request_id, self._pin(root))
        if found.status is not Status.PINNED:
            self._call_up(found)
        return _held(found)

    def remove(self, root: CID, reference: str | None) -> None:
        """Every request for it: one whose answer never reached us may be among them."""
        for _ in range(_MAX_REQUESTS):
            found = self._find(root, reference)
            if found is None:
                return
            with suppress(PinMissing):
                self._service.remove(found.request_id)
            reference = None
        raise TargetStuck(f"after {_MAX_REQUESTS} requests removed there are more")

    def _find(self, root: CID, reference: str | None) -> PinStatus | None:
        """Also a request whose answer never reached us: it is not made twice."""
        wanted = str(root)
        if reference is not None:
            with suppress(PinMissing):
                found = self._service.get(reference)
                if found.pin.cid == wanted:
                    return found
        listed = next(self._service.list(cids=[wanted], page_length=1), None)
        return listed if listed is not None and listed.pin.cid == wanted else None

    def _pin(self, root: CID) -> Pin:
        return Pin(str(root), name=_PIN_NAME, origins=self._origin.addresses()[:_MAX_ORIGINS])

    def _call_up(self, found: PinStatus) -> None:
        """The service's nodes may be able to reach ours only if ours has called."""
        for address in found.delegates[:_MAX_CALLS]:
            with suppress(KuboError):
                self._origin.connect(address)


def _held(found: PinStatus) -> Held:
    failed = found.status is Status.FAILED
    return Held(
        pinned=found.status is Status.PINNED,
        reference=found.request_id,
        problem="pinning_failed" if failed else None,
    )


def is_theirs(error: EvidenceError) -> bool:
    """A target failed; else the bytes here are missing or rotten."""
    return isinstance(error, KuboError | PinningError | TargetStuck)


def is_of_one(error: EvidenceError) -> bool:
    """It has something against this content, and perhaps not against other."""
    about = error.fields.get("status") in _ABOUT_CONTENT
    return isinstance(error, PinningRefused) and about


def is_silent(error: EvidenceError) -> bool:
    """The target did not answer at all."""
    silent = KuboUnreachable | KuboTimeout | PinningUnreachable | PinningTimeout | TargetStuck
    return isinstance(error, silent)


def is_refusal(error: EvidenceError) -> bool:
    """Asked again, it would come out the same until somebody changes something.

    What is missing here may be in the vault of another process.
    """
    return not is_silent(error) and not isinstance(error, PinningBusy | BlockMissing)
