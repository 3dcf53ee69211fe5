"""Makes sure that the logs of blocks are all there are, as far as the node lets us."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from dapp.chain import bloom
from dapp.chain.bloom import Filter
from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.events import RawLog
from dapp.domain.proof import Level
from dapp.domain.types import Address, Hash32
from dapp.errors import NodeRefused
from dapp.indexer.together import together

_log = structlog.get_logger("indexer")
_AT_ONCE = 25
"""Blocks whose receipts are asked for in one request."""
# By EIP-1474: not found, not supported.
_UNKNOWN_METHOD = (-32601, -32004)
_SAMPLE = 64
"""Of the blocks that a bloom clears, one in so many is looked at all the same."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The logs of some blocks, in order, and what each block's rest on."""

    logs: list[RawLog]
    levels: list[Level]


class Prover:
    """Proves logs by the headers they stand under.

    A header's bloom has every address and topic of its block's logs, so a block that it clears has
    none of ours. The receipts of every other block are asked for, and must give the header's root;
    what they hold is taken in place of what the node said before. Some chains have blooms that say
    nothing: so a few cleared blocks are looked at as well, and from the first bloom that is wrong
    on, none is relied upon.

    Args:
        node: of the chain.
        addresses: of the contracts.
        filter_: built from them and the events they have.
    """

    def __init__(self, node: Node, addresses: Sequence[Address], filter_: Filter) -> None:
        self._node = node
        self.addresses = addresses
        self._filter = filter_
        self._lots = random.Random()  # noqa: S311 (nothing secret)
        self.has_receipts = True
        self.blooms_lie = False

    async def prove(
        self, headers: Sequence[Header], given: Mapping[Hash32, list[RawLog]] | None
    ) -> Proven:
        """Prove the logs of linked blocks.

        Args:
            headers: of the blocks, their own hashes checked.
            given: what the node gave for each block that has any; None if it was not asked.

        Raises:
            IntegrityBroken: receipts do not give the header's root.
            NodeRefused: neither receipts nor logs were given.
        """
        await self._try_blooms(headers)
        suspects = [header for header in headers if self._suspect(header, given)]
        receipts = await self._receipts(suspects)
        if given is None and sum(one is not None for one in receipts.values()) < len(suspects):
            raise NodeRefused("the node does not have the receipts of all these blocks")
        logs: list[RawLog] = []
        levels: list[Level] = []
        for header in headers:
            proven = receipts.get(header.block.hash)
            said = [] if given is None else given.get(header.block.hash, [])
            if proven is None:
                logs += said
                levels.append(self._without_receipts(header, said))
                continue
            if given is not None and proven != said:
                _log.error(
                    "the node's logs were not those of its receipts",
                    block=header.block.number,
                    given=len(said),
                    proven=len(proven),
                )
            if not bloom.holds(header.logs_bloom, proven):
                self._distrust(header)
            logs += proven
            levels.append(Level.RECEIPTS)
        return Proven(logs, levels)

    async def _try_blooms(self, headers: Sequence[Header]) -> None:
        """Look at some blocks that their blooms clear: are those blooms what they should be?"""
        if self.blooms_lie or not self.has_receipts:
            return
        for header in headers:
            if self._lots.randrange(_SAMPLE) or self._filter.may_hold(header.logs_bloom):
                continue
            try:
                found = await self._node.bloom_of(header)
            except NodeRefused:
                return
            if found is not None and found != header.logs_bloom:
                self._distrust(header)

    def _distrust(self, header: Header) -> None:
        if not self.blooms_lie:
            _log.warning("this chain's blooms say nothing", block=header.block.number)
        self.blooms_lie = True

    def _suspect(self, header: Header, given: Mapping[Hash32, list[RawLog]] | None) -> bool:
        if self.blooms_lie or self._filter.may_hold(header.logs_bloom):
            return True
        return given is not None and header.block.hash in given

    def _without_receipts(self, header: Header, said: list[RawLog]) -> Level:
        if not bloom.holds(header.logs_bloom, said):
            self._distrust(header)
        if self.blooms_lie:
            return Level.NODE
        return Level.BLOOM if self._filter.may_hold(header.logs_bloom) else Level.RECEIPTS

    async def _receipts(self, headers: Sequence[Header]) -> dict[Hash32, list[RawLog] | None]:
        """By block; None where the node has none, and nothing where it knows no receipts at all."""
        if not self.has_receipts:
            return {}
        parts = [headers[first : first + _AT_ONCE] for first in range(0, len(headers), _AT_ONCE)]
        try:
            answers = await together(self._node.receipts(part, self.addresses) for part in parts)
        except NodeRefused as error:
            if error.fields.get("rpc_code") not in _UNKNOWN_METHOD:
                # Gone in a reorg, which is told by ChainMoved; else it has those of this block not.
                await together(self._node.header(part[0].block.hash) for part in parts)
                _log.warning("receipts refused", reason=error.message)
                return {}
            _log.warning("the node gives no receipts: logs are proven no further than by blooms")
            self.has_receipts = False
            return {}
        found = [logs for answer in answers for logs in answer]
        return {header.block.hash: logs for header, logs in zip(headers, found, strict=True)}
