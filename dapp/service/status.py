"""How the service is: where its index stands, which contracts it reads, what ails it."""

from typing import Any

from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.rounds import Terms
from dapp.domain.types import BlockNumber, caip2
from dapp.errors import RedressError
from dapp.service import views
from dapp.service.answers import Answer
from dapp.service.clock import Clock
from dapp.store.queries import Queries

View = dict[str, Any]


class Status:
    def __init__(
        self,
        queries: Queries,
        clock: Clock,
        deployment: Deployment,
        node: Node,
        max_lag_blocks: int,
    ) -> None:
        """`max_lag_blocks`: an index further behind its node than this is not ready."""
        self._max_lag_blocks = max_lag_blocks
        self._queries = queries
        self._clock = clock
        self._deployment = deployment
        self._node = node

    async def show(self) -> Answer:
        """The index. Raises Retryable while it is empty."""
        found, moment = await self._clock.read(self._queries.status)
        by_node = found.unproven_blocks - found.blocks_by_bloom
        content = {
            "chain": caip2(found.chain_id),
            "block_hash": moment.head.block_hash,
            "timestamp": views.time(moment.head.timestamp),
            "indexed_at": views.time(int(moment.head.indexed_at)),
            "safe_block": moment.head.safe_block,
            "finalized_block": moment.head.finalized_block,
            "lag_seconds": moment.now - moment.head.timestamp,
            "now": views.time(moment.now),
            "events": found.events,
            "complaints": found.complaints,
            "mismatches": list(found.mismatches),
            "unverified": found.unverified,
            "unknown_logs": found.unknown_logs,
            "complaints_on_chain": found.complaints_on_chain,
            "unproven_blocks": found.unproven_blocks,
            "levels": {"bloom": found.blocks_by_bloom, "node": by_node},
            "halted": moment.head.halted,
        }
        return Answer(content, moment, lasts=False)

    def deployment(self) -> View:
        """The chain, each contract's address, code and ABI, and the terms built in."""
        deployment = self._deployment
        return {
            "chain": caip2(deployment.chain_id),
            "chain_id": deployment.chain_id,
            "genesis_hash": deployment.genesis_hash,
            "version": deployment.version,
            "deployed_at_block": deployment.deployed_at_block,
            "source_hash": deployment.source_hash,
            "ticket": views.wei(deployment.ticket_wei),
            "draw_bounty": views.wei(deployment.draw_bounty_wei),
            "tracks": [_track(number, track) for number, track in enumerate(deployment.tracks)],
            "contracts": {
                contract.name: {
                    "address": contract.address,
                    "abi": contract.name,
                    "code_hash": contract.code_hash,
                    "transaction": contract.transaction,
                }
                for contract in deployment.contracts
            },
        }

    async def node_head(self) -> BlockNumber:
        """The node's newest block. Raises NodeUnavailable, NodeBusy, NodeRefused."""
        return (await self._node.head()).block.number

    async def ready(self) -> dict[str, View]:
        """What must be well before requests are sent here; each with `ok` and words.

        A node that is away is no reason: reads go on without it.
        """
        try:
            head = await self._queries.head()
        except RedressError as error:
            return {"database": {"ok": False, "detail": error.message}}
        database = {"ok": True, "detail": "answers"}
        if head is None:
            return {"database": database, "index": {"ok": False, "detail": "nothing indexed yet"}}
        try:
            node = await self.node_head()
        except RedressError as error:
            index = {"ok": True, "detail": f"at block {head.block_number}; {error.message}"}
        else:
            lag = max(0, node - head.block_number)
            index = {"ok": lag <= self._max_lag_blocks, "detail": f"{lag} blocks behind the node"}
        if head.halted is not None:
            # What is stored is right, and is served; that nothing is added any more is said.
            index = {"ok": True, "detail": f"halted at block {head.block_number}: {head.halted}"}
        return {"database": database, "index": index}


def _track(number: int, track: Terms) -> View:
    return {
        "track": number,
        "fee": views.wei(track.fee_wei),
        "lock": views.wei(track.lock_wei),
        "hand_over_seconds": track.hand_over_seconds,
        "commit_seconds": track.commit_seconds,
        "reveal_seconds": track.reveal_seconds,
    }
