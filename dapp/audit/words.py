"""The contracts' words at the trusted block, each proven."""

from collections.abc import Mapping

from dapp.audit.format import Contract
from dapp.audit.headers import Header
from dapp.audit.state import Account, Nodes, account, storage
from dapp.audit.verdict import refuse
from dapp.domain.types import raw


class Words:
    """Reads words of storage.

    Raises:
        Unproven: a contract is not there, or has other code than the bundle says.
    """

    def __init__(self, nodes: Nodes, header: Header, contracts: Mapping[str, Contract]) -> None:
        self._nodes = nodes
        self._accounts: dict[str, Account] = {}
        for name, contract in contracts.items():
            try:
                found = account(nodes, header.state_root, raw(contract.address))
            except ValueError as error:
                raise refuse("contract-unproven", f"{name} is not proven to be there") from error
            if found.code_hash != raw(contract.code_hash):
                raise refuse("contract-unproven", f"{name} has other code than the bundle says")
            self._accounts[name] = found

    def read(self, contract: str, slot: bytes) -> int:
        """The word in a contract's slot; zero if nothing is there. Raises Unproven."""
        try:
            return storage(self._nodes, self._accounts[contract].storage_root, slot)
        except ValueError as error:
            said = f"a word of {contract} at the trusted block is not proven"
            raise refuse("word-unproven", said) from error
