"""Makes bundles for auditors (docs/audit.md): events from the index, proofs from the node, evidence
from the vault; none of it believed."""

from dapp.service.bundles.bundles import Bundles, Made
from dapp.service.bundles.choosing import FINALIZED, LATEST, At

__all__ = ["FINALIZED", "LATEST", "At", "Bundles", "Made"]
