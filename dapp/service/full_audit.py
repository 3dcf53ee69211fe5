"""The whole record of an organisation, made into a bundle and verified as an auditor would."""

import tempfile

from anyio import to_thread

from dapp.audit.format import OrganisationScope
from dapp.audit.verify import verify
from dapp.chain.node import Node
from dapp.domain.types import OrganisationId
from dapp.errors import RedressError, Retryable
from dapp.service.bundles import Asked, Bundles
from dapp.service.watch import Finding


class FullAudit:
    def __init__(self, bundles: Bundles, node: Node) -> None:
        self._bundles = bundles
        self._node = node

    async def look(self, organisation: OrganisationId) -> list[Finding]:
        """What a verifier says is wrong. Raises Retryable where node or database do not answer."""
        subject = f"organisation {organisation}"
        with tempfile.TemporaryFile() as file:
            try:
                asked = Asked(OrganisationScope(organisation=organisation))
                made = await self._bundles.make(asked, file)
                # By the node's word, not by the index's: it may have left that block meanwhile.
                trusted = (await self._node.header_at(made.block)).block.hash
            except Retryable:
                raise
            except RedressError as error:
                return [Finding("bundle-impossible", subject, f"{error.message} ({error.code})")]
            file.seek(0)
            verdict = await to_thread.run_sync(verify, file, trusted)
        if verdict.is_verified:
            return []
        return [Finding("audit-failed", subject, f"{verdict.verdict}: {verdict.message or ''}")]
