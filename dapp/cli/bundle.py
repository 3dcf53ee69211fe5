"""`redress bundle`: files that an auditor checks without us."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from dapp.cli.output import as_json, facts, progress_bars, whole_file
from dapp.cli.session import AsJson, with_parts
from dapp.domain.types import BlockNumber

if TYPE_CHECKING:
    from dapp.audit.format import Scope
    from dapp.service.bundles import Made
    from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Make what an auditor checks without us.")

Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]
AtBlock = Annotated[
    str | None,
    typer.Option(
        "--block", help="finalized, latest or a number. Default: finalized if the node can."
    ),
]


@app.command()
def case(
    context: typer.Context,
    complaint: Annotated[int, typer.Argument(min=1, help="The complaint's number.")],
    output: Output,
    block: AtBlock = None,
    json: AsJson = False,
) -> None:
    """One case."""
    from dapp.audit.format import CaseScope

    _make(context, CaseScope(complaint=complaint), output, block, json)


@app.command()
def organisation(
    context: typer.Context,
    organisation: Annotated[int, typer.Argument(min=1, help="The organisation's number.")],
    output: Output,
    block: AtBlock = None,
    json: AsJson = False,
) -> None:
    """An organisation and all cases against it."""
    from dapp.audit.format import OrganisationScope

    _make(context, OrganisationScope(organisation=organisation), output, block, json)


@app.command()
def history(
    context: typer.Context,
    output: Output,
    since: Annotated[
        int | None,
        typer.Option(min=0, help="The block of an earlier bundle: only what changed after it."),
    ] = None,
    block: AtBlock = None,
    json: AsJson = False,
) -> None:
    """All cases and all organisations."""
    from dapp.audit.format import HistoryScope

    scope = HistoryScope(since=None if since is None else BlockNumber(since))
    _make(context, scope, output, block, json)


def _make(
    context: typer.Context, scope: "Scope", output: Path, block: str | None, json: bool
) -> None:
    # Here, so that no other command carries what only bundles need.
    from dapp.service.bundles import Asked, at_of

    at = at_of(block)
    with whole_file(output) as file, progress_bars() as tell:

        async def work(parts: "Parts") -> "Made":
            asked = Asked(scope, at, tell=lambda done, of: tell("cases", done, of))
            return await parts.bundles.make(asked, file)

        made = with_parts(context, work)
    if json:
        as_json(_view(made, output))
    else:
        facts(_facts(made, output))


def _view(made: "Made", output: Path) -> dict[str, Any]:
    return {
        "file": str(output),
        "scope": msgspec.to_builtins(made.scope),
        "block": {"hash": made.block_hash, "number": made.block, "why": made.why},
        "records": made.records,
        "events": made.events,
        "size": made.size,
        "evidence": {
            "manifests": made.evidence.roots,
            "missing": made.evidence.missing,
            "missing_items": [
                {"manifest": digest, "name": name} for digest, name in made.evidence.missing_items
            ],
        },
    }


def _facts(made: "Made", output: Path) -> list[tuple[str, object]]:
    missing = [
        *(("missing evidence", digest) for digest in made.evidence.missing),
        *(("missing file", f"{name} of {one}") for one, name in made.evidence.missing_items),
    ]
    return [
        ("bundle", output),
        ("bytes", made.size),
        ("block", f"{made.block} ({made.why})"),
        ("block's hash", made.block_hash),
        ("records", made.records),
        ("events", made.events),
        ("evidence", f"{len(made.evidence.roots)} manifests"),
        *missing,
    ]
