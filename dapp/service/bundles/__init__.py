"""Makes bundles for auditors (docs/audit.md): events from the index, proofs from the node, evidence
from the vault; none of it believed."""

from dapp.service.bundles.asked import FINALIZED, LATEST, Asked, At, Limits, Made, at_of
from dapp.service.bundles.bundles import Bundles

__all__ = ["FINALIZED", "LATEST", "Asked", "At", "Bundles", "Limits", "Made", "at_of"]
