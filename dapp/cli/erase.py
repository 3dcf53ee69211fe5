"""`redress evidence erase`: by whoever runs this instance, of any submission."""

from typing import Annotated, Any

import typer

from dapp.cli.output import as_json
from dapp.cli.session import AsJson, with_parts
from dapp.service.inputs import hash32
from dapp.service.parts import Parts
from dapp.store.erasures import Reason


def erase(
    context: typer.Context,
    digest: Annotated[str, typer.Argument(help="The manifest's digest, as it is on chain.")],
    reason: Annotated[
        Reason, typer.Option(help="legal: the same bytes are refused from then on, too.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Remove a submission here and where it was pinned. Copies that others took stay theirs.

    The digest, and that it was erased, stay in the record.
    """
    name = hash32(digest)
    if not yes:
        typer.confirm(f"Erase what {name} names, for good?", abort=True)

    async def work(parts: Parts) -> dict[str, Any]:
        return await parts.erasure.erase(name, reason)

    done = with_parts(context, work)
    if json:
        as_json(done)
    else:
        print(f"erased {done['digest']} ({done['reason']})")
