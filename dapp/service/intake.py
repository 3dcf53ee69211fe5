"""Evidence from anybody: in within bounds, and out again unless the chain comes to name it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from anyio import from_thread

from dapp.domain.types import Address, Hash32
from dapp.errors import DatabaseUnavailable
from dapp.service.evidence import Evidence, Submission, Upload, View
from dapp.store.references import References
from evidence import Budget, Holder, Uploads, Wait, Waiting

_NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin so."""


@dataclass(frozen=True, slots=True)
class ByParts:
    """A file that came by parts, in place of an `Upload`; `id` names it among `Uploads`."""

    id: str
    kind: str
    commitment: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Attributes:
    percent: what no event names yet may have so much of what the rest leaves of the vault.
    realm: this service's name, where several share a vault.
    """

    budget: Budget
    percent: int
    realm: str


class Intake:
    """`submit` blocks: callers in an event loop give it a worker thread of anyio."""

    def __init__(
        self,
        evidence: Evidence,
        uploads: Uploads,
        references: References,
        bounds: Bounds,
        clock: Callable[[], float],
        secret: bytes,
    ) -> None:
        """`secret` keeps addresses of clients from being read off the disk; `clock` gives Unix
        seconds."""
        self.uploads = uploads
        self._evidence = evidence
        self._references = references
        self._bounds = bounds
        self._clock = clock
        self._secret = secret

    def holder(self, client: str, account: Address | None) -> Holder:
        """Of what comes from this network address; `account` is signed in."""
        network = _network(client).encode()
        name = blake2b(network, key=self._secret, digest_size=16).hexdigest()
        return Holder(name, None if account is None else account.lower())

    def submit(
        self, submission: Submission, files: Sequence[Upload | ByParts], holder: Holder
    ) -> View:
        """Stores all or nothing; uploads by parts are used up only when it is stored.

        Raises InvalidInput, EvidenceError.
        """
        wanted = [one.id for one in files if isinstance(one, ByParts)]
        with self.uploads.used(wanted) as found:
            came = iter(found)
            given = []
            for one in files:
                if isinstance(one, ByParts):
                    upload, stream = next(came)
                    name, media_type = upload.name, upload.media_type
                    given.append(Upload(name, media_type, one.kind, stream, one.commitment))
                else:
                    given.append(one)

            def waits(digest: Hash32, size: int) -> Wait | None:
                return self._wait(digest, size, holder)

            return self._evidence.submit(replace(submission, files=given), waits)

    def _wait(self, digest: Hash32, size: int, holder: Holder) -> Wait | None:
        """None for what stands on the chain already: for that there is always room."""
        if from_thread.run(self._is_named, digest):
            return None
        waiting = Waiting(self._bounds.realm, holder, size, int(self._clock()))
        return Wait(waiting, self._bounds.budget, self._bounds.percent)

    async def _is_named(self, digest: Hash32) -> bool:
        try:
            _, found = await self._references.first([digest])
        except DatabaseUnavailable:
            return False  # evidence is taken also without a database
        return digest in found


def _network(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _NETWORK_BITS), strict=False))
