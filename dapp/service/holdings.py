"""Which submissions a file came with: an index in memory of what the vault has pinned."""

import re
from collections import defaultdict
from threading import Lock

from dapp.domain.types import Hash32
from evidence import CID, Vault

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Holdings:
    """Blocking. It reads each submission's pins once, the first time it is asked after it came."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = Lock()
        self._seen: set[str] = set()
        self._by_root: dict[str, list[str]] = defaultdict(list)

    def of(self, cid: CID) -> list[Hash32]:
        """Digests of the manifests whose files include it. Raises VaultError."""
        with self._lock:
            owners = self._vault.owners()
            for owner in sorted(owners - self._seen):
                if _DIGEST.fullmatch(owner):
                    for root in self._vault.roots(owner):
                        self._by_root[str(root)].append(owner)
                self._seen.add(owner)
            # What was erased or given up is not held any more.
            held = [owner for owner in self._by_root.get(str(cid), ()) if owner in owners]
        return [Hash32(f"0x{owner}") for owner in held]
