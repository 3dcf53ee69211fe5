"""Evidence on its way to a Kubo node: a folder of names, so that a node that is down loses nothing.

ROOT/pending/DIGEST   to be sent
ROOT/sent/DIGEST      pinned by the node
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from anyio import to_thread

from evidence import EvidenceError, Vault, digest_to_cid
from evidence.disk import disk_errors

if TYPE_CHECKING:
    from evidence.kubo import Kubo

_RETRY_SECONDS = 5.0
_MAX_RETRY_SECONDS = 300.0

log = structlog.get_logger()


class Outbox:
    """Any process may add; one process a node should `run`."""

    def __init__(self, root: Path, vault: Vault, kubo: "Kubo | None") -> None:
        """Without a node nothing is noted down and nothing sent."""
        self._vault = vault
        self._kubo = kubo
        self._pending = root / "pending"
        self._sent = root / "sent"
        self._wake = asyncio.Event()
        with disk_errors():
            for folder in (self._pending, self._sent):
                folder.mkdir(parents=True, exist_ok=True)

    def add(self, digest: bytes) -> None:
        """Notes the manifest of this digest down, with all the files it lists."""
        if self._kubo is None or (self._sent / digest.hex()).exists():
            return
        with disk_errors():
            (self._pending / digest.hex()).touch()

    def places(self, digest: bytes) -> list[str]:
        """Where the manifest is known to be held."""
        return ["vault", "kubo"] if (self._sent / digest.hex()).exists() else ["vault"]

    def wake(self) -> None:
        """Something was added by this process: do not wait for the next round."""
        self._wake.set()

    async def run(self) -> None:
        """Sends what is pending, for ever; waits longer each time the node refuses."""
        delay = _RETRY_SECONDS
        while self._kubo is not None:
            self._wake.clear()
            sent = await to_thread.run_sync(self.send_pending, self._kubo)
            delay = _RETRY_SECONDS if sent else min(2 * delay, _MAX_RETRY_SECONDS)
            try:
                async with asyncio.timeout(delay):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def send_pending(self, kubo: "Kubo") -> bool:
        """Whether the node took everything."""
        whole = True
        for note in sorted(self._pending.iterdir()):
            try:
                self._send(kubo, bytes.fromhex(note.name))
                note.rename(self._sent / note.name)
            except EvidenceError as error:
                whole = False
                log.warning("evidence not replicated", digest=note.name, code=error.code)
        return whole

    def _send(self, kubo: "Kubo", digest: bytes) -> None:
        for item in self._vault.get_manifest(digest).items:
            kubo.add_dag(item.cid, self._vault.get)
        kubo.add_dag(digest_to_cid(digest), self._vault.get)
