"""Sends transactions from one account, each of them once, whatever happens meanwhile.

What is to be sent is a row with a purpose of its own. It is signed under the next nonce and
stored; then its bytes go out, and again after a restart: one nonce is mined at most once, and a
purpose gets another only when its nonce has been used for good by a transaction that is not ours. A
stuck one goes out with higher fees and the same nonce. A block counts when it is final; until then
a receipt that is gone means that the same bytes are sent again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.signer import Signer
from dapp.domain.signing import TypedData
from dapp.domain.types import NOTHING, Address, ChainId, Wei, caip2
from dapp.errors import InvalidInput, RedressError, SenderRunning
from dapp.service.sender_meters import SenderMeters
from dapp.service.sending import Sending, Terms
from dapp.store.outgoing import Outgoing, OutgoingRows
from dapp.store.outgoing_held import held

log = structlog.get_logger()

MOST_DATA_BYTES = 120 * 1024
"""Nodes take transactions of 128 KiB."""
_LONGEST_PAUSE_SECONDS = 10.0


class Sender:
    """An account that sends; any number of them may enqueue, one at a time sends.

    Args:
        node: of the chain, for its final block.
        mempool: the same node, as one that takes transactions.
        database_url: for the connection that holds the account's lock.
    """

    def __init__(
        self,
        chain_id: ChainId,
        rows: OutgoingRows,
        database_url: str,
        node: Node,
        mempool: Mempool,
        signer: Signer,
        terms: Terms,
    ) -> None:
        self.address = signer.address
        self.meters = SenderMeters(caip2(chain_id), signer.address)
        self._chain_id = chain_id
        self._rows = rows
        self._database_url = database_url
        self._node = node
        self._mempool = mempool
        self._signer = signer
        self._terms = terms

    async def enqueue(
        self,
        purpose: str,
        to: Address,
        data: bytes,
        value: Wei = NOTHING,
        gas: int | None = None,
    ) -> Outgoing:
        """Have it sent; for a purpose that there is already, that one, whatever it does.

        Without `gas` the node estimates it, with a quarter on top. What would revert when its turn
        comes is not sent: it is `failed` with the contract's error.

        Raises:
            InvalidInput: `transaction-too-large`, for any node.
            DatabaseUnavailable: it does not answer.
        """
        if len(data) > MOST_DATA_BYTES:
            raise InvalidInput(
                f"a transaction carries at most {MOST_DATA_BYTES} bytes",
                remedy="Send less at once",
                code="transaction-too-large",
            )
        return await self._rows.enqueue(self.address, purpose, to, data, value, gas)

    async def sign_data(self, data: TypedData) -> str:
        """Typed data by the account's key, 0x… text. Raises SignerUnusable, NodeUnavailable."""
        return await self._signer.sign_data(data)

    async def find(self, purpose: str) -> Outgoing | None:
        """What became of it; None for what nobody enqueued."""
        return await self._rows.find(purpose)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[Sending]:
        """The one that sends, until the way out. Raises SenderRunning, DatabaseUnavailable."""
        async with held(self._database_url, self._chain_id, self.address) as rows:
            yield Sending(
                self._chain_id,
                rows,
                self._node,
                self._mempool,
                self._signer,
                self._terms,
                self.meters,
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; node, signer and database may go and come back.

        Where another process sends from this account, this one waits and takes over after it.
        """
        pause = self._terms.poll_seconds
        while not stop.is_set():
            try:
                async with self.held() as sending:
                    while not stop.is_set():
                        await sending.step()
                        pause = self._terms.poll_seconds
                        await _rest(pause, stop)
            except SenderRunning as error:
                log.info("waiting for our turn", code=error.code, reason=error.message)
            except RedressError as error:
                # What is final for one call may be mended by whoever reads this.
                self.meters.failed(error.code)
                log.warning("sending waits", code=error.code, reason=error.message)
            await _rest(pause, stop)
            pause = min(2 * pause, max(_LONGEST_PAUSE_SECONDS, self._terms.poll_seconds))


async def _rest(seconds: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
