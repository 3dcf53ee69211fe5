"""Evidence from a service elsewhere: each block is checked against its CID as it comes."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, Protocol

import typer

from dapp.cli.session import builders
from dapp.settings import Settings
from evidence import CID, Vault
from evidence.errors import CidInvalid

_MOST_BYTES = 1 << 34


class Fetch(Protocol):
    """Puts what holds the content of a CID into a vault."""

    def __call__(self, cids: Sequence[CID]) -> None: ...


@contextmanager
def vault_of(context: typer.Context, service: str | None) -> Iterator[tuple[Vault, Fetch]]:
    """The vault of this machine, or one for a while that is filled from a service.

    Raises EvidenceError for bytes that are not what their CID says, RedressError.
    """
    settings = Settings()
    url = service or settings.service_url
    if not url:
        yield builders(context).vault(settings), lambda cids: None
        return
    with TemporaryDirectory(prefix="redress-") as folder:
        vault = Vault(Path(folder))
        yield vault, lambda cids: _fetch(url, vault, cids)


def _fetch(url: str, vault: Vault, cids: Sequence[CID]) -> None:
    for cid in cids:
        with TemporaryFile() as car:
            asyncio.run(_download(url, cid, car))
            car.seek(0)
            with vault.delivery() as delivery:
                if delivery.put_car(car, max_bytes=_MOST_BYTES) != cid:
                    raise CidInvalid(f"the service gave something else than {cid}")
                delivery.pin("fetched")


async def _download(url: str, cid: CID, into: BinaryIO) -> None:
    # Here, so that no other command waits for it.
    from dapp.cli.remote import Remote

    async with Remote(url) as remote:
        await remote.car(cid, into, _MOST_BYTES)
