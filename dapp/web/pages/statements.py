"""The words of a statement or an agreement, where they are kept."""

from anyio import to_thread

from dapp.domain.types import NO_DIGEST, Digest, Hash32
from dapp.errors import NotFound
from dapp.service.evidence import Evidence
from evidence import EvidenceError


async def kept_text(evidence: Evidence, digest: Digest) -> str:
    """Empty where there is none, or where it is not kept here."""
    if digest == NO_DIGEST:
        return ""
    try:
        shown = await to_thread.run_sync(evidence.show, Hash32(digest))
    except (NotFound, EvidenceError):
        return ""
    return str(shown["manifest"]["text"] or "")
