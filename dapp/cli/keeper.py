"""`redress keeper`: does what anyone may do, as it falls due."""

from typing import Annotated, Any

import typer

from dapp.cli.logging import configure
from dapp.cli.output import as_json, ether, facts, table
from dapp.cli.session import AsJson, with_parts
from dapp.cli.stopping import stopping
from dapp.errors import InvalidInput
from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Do what anyone may do, as it falls due.")


@app.callback()
def options() -> None:
    """Draws, defaults, void rounds, rulings, payments, appeals, releases. See docs/keeper.md."""


@app.command()
def run(
    context: typer.Context,
    all_cases: Annotated[
        bool,
        typer.Option("--all", help="Every case, also at a loss; else only what pays for its gas."),
    ] = False,
    gas_budget: Annotated[
        int,
        typer.Option(min=0, metavar="WEI", help="With --all: what gas may cost in 24 hours."),
    ] = 10**17,
    advance: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="WEI",
            help="With --all: the most that is sent along with the escalation of a claim that "
            "nobody answered; it comes back if the claim was worth anything.",
        ),
    ] = 0,
    address: Annotated[
        str, typer.Option(help="Of the account, where a program signs (REDRESS_SIGNER_URL).")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and end.")
    ] = False,
    spread_seconds: Annotated[
        int, typer.Option(min=0, max=600, help="Keepers take turns within so long.")
    ] = 12,
    json: AsJson = False,
) -> None:
    """Do what is due until SIGTERM or SIGINT, from the account of REDRESS_SENDER_KEYSTORE."""
    if json and not (once or dry_run):
        raise InvalidInput("--json goes with --once or --dry-run", fields={"field": "json"})

    async def work(parts: Parts) -> None:
        # Here, so that no other command waits for it.
        from dapp.domain.types import Wei
        from dapp.service.duties import Pace
        from dapp.service.keeper import Waits
        from dapp.service.keeper_views import report
        from dapp.service.keeping import Terms

        configure(parts.settings)  # also for one look: what is printed is the answer alone
        most = Wei(parts.settings.sender_most_fee_wei)
        terms = Terms(not all_cases, Wei(gas_budget), Wei(advance), most)
        is_short = once or dry_run
        opening = parts.settings.anchor_open_seconds
        pace = Pace(spread=0 if is_short else spread_seconds, opening=opening)
        async with parts.sender(address) as sender:
            keeper = parts.keeper(sender, terms, pace, Waits())
            if not is_short:
                await _keep_on(keeper, parts.settings.metrics_port)
                return
            steps = await (keeper.look() if dry_run else keeper.once())
            means, tally = await keeper.means(), await keeper.tally()
            moment = await parts.clock.moment()
            _print(report(sender.address, terms, means, tally, steps, moment), json=json)

    with_parts(context, work)


async def _keep_on(keeper: Any, metrics_port: int) -> None:
    if metrics_port:
        from prometheus_client import start_http_server

        start_http_server(metrics_port, "127.0.0.1")
    stop = stopping()
    print("redress: the keeper is at work", flush=True)
    await keeper.run(stop)


def _print(found: dict[str, Any], *, json: bool) -> None:
    if json:
        as_json(found)
        return
    rows = [
        (
            one["step"],
            one["outcome"] + (f" ({one['code']})" if one["code"] else ""),
            ether(one["cost"]),
            ether(one["bounty"]),
        )
        for one in found["steps"]
    ]
    if rows:
        table(("step", "outcome", "costs", "brings"), rows)
    lost = found["lost"]
    facts(
        [
            ("keeper", found["keeper"]),
            ("does", "what pays for itself" if found["mode"] == "profitable" else "every case"),
            ("balance", ether(found["balance"])),
            ("spent in 24 hours", ether(found["spent_in_a_day"])),
            ("done so far", found["done"]),
            ("lost to others", f"{lost['unsent']} unsent, {lost['reverted']} reverted"),
            ("paid for gas so far", ether(found["paid"])),
            *(("note", words) for words in found["warnings"]),
        ]
    )
