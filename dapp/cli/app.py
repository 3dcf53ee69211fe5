"""The tree of commands."""

from importlib.metadata import version
from typing import Annotated

import typer

from dapp.cli import (
    anchor,
    anchored,
    bundle,
    case,
    clerk,
    commands,
    doctor,
    evidence,
    index,
    keeper,
    keys,
    mail,
    notify,
    pin,
    promises,
    relay,
    sla,
)
from dapp.cli.audit import audit
from dapp.cli.backup import backup, rebuild, restore
from dapp.cli.brief import brief
from dapp.cli.export import export
from dapp.cli.inbox import inbox, queue
from dapp.cli.prepare import prepare
from dapp.cli.serve import openapi, serve
from dapp.cli.tx import tx
from dapp.cli.verify import verify
from dapp.cli.watch import watch

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Complaints and disputes that nobody has to take on trust.",
)
app.add_typer(anchor.app, name="anchor")
app.add_typer(anchored.app, name="anchored")
anchored.app.command()(promises.check)
anchored.app.command()(promises.bundle)
app.add_typer(case.app, name="case")
app.add_typer(bundle.app, name="bundle")
app.add_typer(clerk.app, name="clerk")
app.add_typer(evidence.app, name="evidence")
app.add_typer(index.app, name="index")
app.add_typer(keeper.app, name="keeper")
app.add_typer(keys.app, name="keys")
app.add_typer(sla.app, name="sla")
app.add_typer(relay.app, name="relay")
app.add_typer(mail.app, name="mail")
app.add_typer(notify.app, name="notify")
app.add_typer(pin.app, name="pin")
app.command()(audit)
for keep in (backup, restore, rebuild):
    app.command()(keep)
app.command()(prepare)
app.command()(serve)
app.command()(doctor.doctor)
app.command()(tx)
app.command()(verify)
commands.install(app)
case.app.command()(watch)
for read in (inbox, queue, brief):
    app.command()(read)
app.command()(export)
app.command()(openapi)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"redress {version('redress')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where a failure came from.")] = False,
    _: Annotated[
        bool, typer.Option("--version", help="Print it.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Settings come from the environment: REDRESS_NODE_URL, DATABASE_URL, and others."""
