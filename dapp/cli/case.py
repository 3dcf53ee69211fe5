"""`redress case`: what the index knows."""

from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, escaped, ether, facts, share, short, table
from dapp.cli.session import AsJson
from dapp.cli.source import Service, read

app = typer.Typer(no_args_is_help=True, help="Read cases from the index.")

Complaint = Annotated[int, typer.Argument(min=1, help="The complaint's number.")]


@app.command("list")
def list_(
    context: typer.Context,
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    arbitrator: Annotated[str | None, typer.Option(help="Only where this one was drawn.")] = None,
    organisation: Annotated[int | None, typer.Option(min=1, help="Only against this one.")] = None,
    state: Annotated[str | None, typer.Option(help="Such as filed,offered,escalated.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Where the last page ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 25,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Cases, the newest first."""
    query = {
        "customer": customer,
        "arbitrator": arbitrator,
        "organisation": organisation,
        "state": state,
    }
    found = read(context, service, lambda source: source.cases(query, cursor, limit))
    if json:
        as_json(found)
        return
    rows = [
        (
            one["id"],
            one["round_phase"] or one["phase"],
            one["organisation"],
            short(one["customer"]),
            ether(one["amount"]),
            share(one["demand"]),
            one["filed_at"]["iso"],
        )
        for one in found["cases"]
    ]
    columns = ("case", "stands", "organisation", "customer", "amount", "demand", "filed")
    table(columns, rows)
    if found["next_cursor"]:
        print(f"more: --cursor {escaped(found['next_cursor'])}")


@app.command()
def show(
    context: typer.Context, complaint: Complaint, service: Service = None, json: AsJson = False
) -> None:
    """One case and where it stands."""
    found = read(context, service, lambda source: source.case(complaint))
    if json:
        as_json(found)
        return
    case = found["case"]
    facts(
        [
            ("case", case["id"]),
            ("stands", case["round_phase"] or case["phase"]),
            ("customer", case["customer"]),
            ("organisation", case["organisation"]),
            ("amount", ether(case["amount"])),
            ("demand", share(case["demand"])),
            ("offer", share(case["offers"][-1]["share"]) if case["offers"] else None),
            ("promise", _promise(case)),
            ("ruling", share(case["ruling"]["share"]) if case["ruling"] else None),
            ("paid out", _paid(case)),
            ("filed", case["filed_at"]["iso"]),
            ("deadline", (case["turn"]["until"] or case["deadline"])["iso"]),
            ("then", case["turn"]["then"]),
            ("trail", case["trail"]),
            ("as of block", f"{found['as_of_block']} ({found['finality']})"),
        ]
    )


@app.command()
def timeline(
    context: typer.Context, complaint: Complaint, service: Service = None, json: AsJson = False
) -> None:
    """Every event about a case: when, who, what, transaction."""
    found = read(context, service, lambda source: source.timeline(complaint))
    if json:
        as_json(found)
        return
    rows = [
        (event["timestamp"]["iso"], event["actor"], event["name"], event["transaction"])
        for event in found["events"]
    ]
    table(("when", "who", "what", "transaction"), rows)


@app.command()
def panel(
    context: typer.Context, complaint: Complaint, service: Service = None, json: AsJson = False
) -> None:
    """Who votes in the open round, drawn already or not."""
    found = read(context, service, lambda source: source.panel(complaint))
    if json:
        as_json(found)
        return
    rows = [(one["number"], one["position"], one["owner"]) for one in found["seats"]]
    table(("seat", "position", "arbitrator"), rows)
    if not found["drawn"] and rows:
        print("nobody has drawn yet: the first to vote does")


def _promise(case: dict[str, Any]) -> str | None:
    pledge = case["offers"][-1]["pledge"] if case["offers"] else None
    if pledge is None:
        return None
    return f"{pledge['kind']} within {pledge['due_hours']} hours, else {share(pledge['refund'])}"


def _paid(case: dict[str, Any]) -> str | None:
    payment = case["payment"]
    if payment is None:
        return None
    return f"{ether(payment['to_customer'])} to the customer ({payment['outcome']})"
