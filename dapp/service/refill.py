"""Fills a vault from the Kubo node: what events name and this machine has lost, or never had."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from dapp.domain.types import Hash32, hash32
from dapp.errors import InvalidInput
from dapp.service.aside import aside
from dapp.service.held import roots_of
from dapp.store.references import References
from evidence import CID, Vault, digest_to_cid, parse, parse_cid, walk
from evidence.errors import EvidenceError, KuboTimeout, KuboUnreachable, VaultError
from evidence.kubo import Kubo

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Refilled:
    """One digest that was not here: whether it is now, else why not (a code)."""

    digest: Hash32
    problem: str | None


class Refill:
    """`refused` is not None of what was erased: it stays away."""

    def __init__(
        self,
        vault: Vault,
        kubo: Kubo | None,
        references: References,
        refused: Callable[[CID], int | None],
    ) -> None:
        self._vault = vault
        self._kubo = kubo
        self._references = references
        self._refused = refused

    async def run(self) -> AsyncIterator[Refilled]:
        """Everything that an indexed event names and the vault has not.

        A digest may name what nobody ever gave to this service: then it is not in Kubo either.

        Raises:
            InvalidInput: the settings name no Kubo node.
            EvidenceError: it does not answer, or the vault is full.
            DatabaseUnavailable.
        """
        kubo, after = self._kubo, b""
        if kubo is None:
            raise InvalidInput(
                "there is nowhere to fetch evidence from",
                remedy="Set REDRESS_KUBO_URL",
                code="kubo-unset",
            )
        while digests := await self._references.named(after, _AT_ONCE):
            owners = await aside(self._vault.owners)
            for digest in digests:
                if digest.hex() not in owners and self._refused(digest_to_cid(digest)) is None:
                    yield await aside(partial(self._one, kubo, digest))
            after = digests[-1]

    def _one(self, kubo: Kubo, digest: bytes) -> Refilled:
        try:
            self._fetch(kubo, digest)
        except (KuboUnreachable, KuboTimeout, VaultError):
            raise  # not about this one
        except EvidenceError as error:
            return Refilled(hash32(digest), error.code)
        return Refilled(hash32(digest), None)

    def _fetch(self, kubo: Kubo, digest: bytes) -> None:
        """The whole submission or nothing of it, each block checked against its name."""
        name = digest_to_cid(digest)
        manifest = kubo.block(name)
        with self._vault.delivery() as delivery:
            delivery.put(name, manifest)
            for root in map(parse_cid, roots_of(digest, parse(manifest))):
                for cid, block in walk(root, kubo.block):
                    delivery.put(cid, block)
                delivery.add(root)
            delivery.pin(digest.hex())
