"""Makes events of logs, by the ABIs, strictly: what is not canonical ABI encoding is refused."""

from collections.abc import Mapping
from functools import cache

from dapp.chain import abi, artifacts
from dapp.chain.event_reader import reader
from dapp.chain.event_source import Read
from dapp.domain.events import Event, RawLog
from dapp.domain.types import Address, ChainId
from dapp.errors import Undecodable


class Decoder:
    """Decodes the logs of one chain's contracts.

    Args:
        chain_id: of the chain.
        contracts: where each contract is, by name; those without an artifact of ours are refused.
    """

    def __init__(self, chain_id: ChainId, contracts: Mapping[str, Address]) -> None:
        self._chain_id = chain_id
        self._readers = {address: _readers(name) for name, address in contracts.items()}

    def topics(self) -> dict[Address, list[bytes]]:
        """The signature hashes of each contract's events."""
        return {address: list(readers) for address, readers in self._readers.items() if readers}

    def __call__(self, log: RawLog) -> Event | None:
        """The event of a log; None for one that no ABI explains.

        Raises:
            Undecodable: its bytes do not fit the ABI of the event it claims to be.
        """
        readers = self._readers.get(log.address)
        if readers is None or not log.topics:
            return None
        known = readers.get(log.topics[0])
        if known is None:
            return None
        name, read = known
        try:
            return read(log, self._chain_id)
        except ValueError as error:
            raise Undecodable(
                f"a log does not fit {name}: {error}",
                fields={"transaction": log.transaction, "log_index": log.log_index},
            ) from error


@cache
def _readers(contract: str) -> dict[bytes, tuple[str, Read]]:
    """The name of each event of a contract and the function that reads it, by its first topic."""
    return {
        abi.topic0(event): (f"{contract}.{event['name']}", reader(contract, event))
        for event in abi.entries(artifacts.load(contract).abi, "event")
    }
