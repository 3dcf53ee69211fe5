"""The tree of commands."""

from typing import Annotated

import typer

from dapp.cli import case, doctor, evidence, index
from dapp.cli.prepare import prepare
from dapp.cli.serve import serve
from dapp.cli.verify import verify

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Complaints and disputes that nobody has to take on trust.",
)
app.add_typer(case.app, name="case")
app.add_typer(evidence.app, name="evidence")
app.add_typer(index.app, name="index")
app.command()(prepare)
app.command()(serve)
app.command()(doctor.doctor)
app.command()(verify)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where a failure came from.")] = False,
) -> None:
    """Settings come from the environment: REDRESS_NODE_URL, DATABASE_URL, and others."""
