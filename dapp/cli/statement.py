"""What somebody says with an action: stored before it is signed, and named by its digest."""

import mimetypes
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dapp.cli.stand import Stand
from dapp.domain.types import ComplaintId, Hash32, hash32
from dapp.errors import InvalidInput, Refused
from dapp.service.evidence import Evidence, Submission, Upload
from evidence import Vault

if TYPE_CHECKING:
    from dapp.domain.deployment import Deployment

_MOST_BYTES = 1 << 34


@dataclass(frozen=True, slots=True)
class Said:
    """As it was given: a digest of what is stored already, or what is to be stored."""

    digest: str | None = None
    text: str | None = None
    files: Sequence[Path] = ()

    def check(self) -> None:
        """Raises InvalidInput."""
        if self.digest is not None and (self.text is not None or self.files):
            raise InvalidInput(
                "a digest names what was said already",
                remedy="Leave --digest out, or --text and --attach",
                code="parameter-invalid",
                fields={"field": "digest"},
            )


async def digest_of(
    stand: Stand, said: Said, complaint: int | None = None, order: str | None = None
) -> str | None:
    """The digest for the chain, once what was said is stored; None where nothing was.

    Raises Refused where the service names another digest than these very words and files have.
    """
    said.check()
    if said.text is None and not said.files:
        return said.digest
    submission = Submission(
        author=stand.actor,
        text=said.text,
        complaint=None if complaint is None else ComplaintId(complaint),
        order=None if order is None else Hash32(order),
        salt=hash32(secrets.token_bytes(32)),
        files=[],
    )
    return await store(stand, submission, said.files)


async def store(stand: Stand, submission: Submission, files: Sequence[Path] = ()) -> str:
    """As `digest_of`, of a submission whose salt is chosen."""
    with ExitStack() as open_files:
        uploads = [
            Upload(
                path.name,
                mimetypes.guess_type(path.name)[0] or "",
                "file",
                open_files.enter_context(path.open("rb")),
            )
            for path in files
        ]
        whole = replace(submission, files=uploads)
        digest = expected(whole, stand.deployment)
        for upload in uploads:
            upload.stream.seek(0)
        stored = await stand.source.submit(whole)
    if stored.get("digest") != digest:
        raise Refused(
            "what was stored is not what you said",
            remedy="Nothing was signed; do not trust this service",
            code="prepared-otherwise",
        )
    return digest


def expected(submission: Submission, deployment: "Deployment") -> str:
    """The digest that these words and files have, whoever stores them."""
    with TemporaryDirectory(prefix="redress-") as folder:
        vault = Vault(Path(folder))
        desk = deployment.address_of("ComplaintDesk")
        here = Evidence(vault, lambda digest: None, deployment.chain_id, desk, _MOST_BYTES)
        return str(here.submit(submission)["digest"])
