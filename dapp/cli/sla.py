"""`redress sla`: what organisations promised, and what they kept."""

import sys
from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, escaped, facts, share, table
from dapp.cli.session import AsJson, with_parts
from dapp.domain.types import OrganisationId, UnixTime
from dapp.errors import InvalidInput
from dapp.service.scorecards import flat
from dapp.service.tables import csv_text
from dapp.store.scores import Span

app = typer.Typer(no_args_is_help=True, help="What organisations promised, and what they kept.")

_UNIX = "Unix seconds, included."


@app.callback()
def sla() -> None:
    """What organisations promised, and what they kept."""


@app.command()
def report(
    context: typer.Context,
    organisation: Annotated[
        int | None, typer.Option(min=1, help="Only this one's, with its operators.")
    ] = None,
    filed_from: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help=_UNIX)] = None,
    filed_to: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help=_UNIX)] = None,
    cursor: Annotated[str | None, typer.Option(help="Where the last page ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 25,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
    json: AsJson = False,
) -> None:
    """Scorecards from chain facts alone, of complaints filed in a time (docs/scorecards.md)."""
    if csv and json:
        raise InvalidInput("--csv and --json exclude each other", remedy="Leave one of them out")
    which = Span(
        filed_from=None if filed_from is None else UnixTime(filed_from),
        filed_to=None if filed_to is None else UnixTime(filed_to),
    )
    if organisation is None:
        found = with_parts(context, lambda parts: parts.scorecards.list(cursor, limit, which))
        cards = found["scorecards"]
    else:
        one = OrganisationId(organisation)
        found = with_parts(context, lambda parts: parts.scorecards.show(one, which))
        cards = [found["scorecard"]]
    if json:
        as_json(found)
    elif csv:
        rows = [flat(card) for card in cards]
        columns = list(rows[0]) if rows else ["organisation"]
        sys.stdout.write(csv_text(columns, [list(row.values()) for row in rows]))
    elif organisation is None:
        _beside_each_other(found)
    else:
        _whole(found)


def _beside_each_other(found: dict[str, Any]) -> None:
    columns = ("organisation", "complaints", "promises kept", "first answer", "resolved", "stars")
    rows = [
        (
            card["organisation"],
            card["complaints"],
            share(card["headline"]["promises_kept"]),
            _delay(card["first_answer"]["all"]["median_seconds"]),
            share(card["headline"]["resolved"]),
            _stars(card["headline"]["satisfaction"]),
        )
        for card in found["scorecards"]
    ]
    table(columns, rows)
    if found["next_cursor"]:
        print(f"more: --cursor {escaped(found['next_cursor'])}")


def _whole(found: dict[str, Any]) -> None:
    card = found["scorecard"]
    headline, promises, rulings = card["headline"], card["promises"], card["rulings"]
    heaviest = headline["promises_kept_without_heaviest_payer"]
    facts(
        [
            ("organisation", card["organisation"]),
            ("complaints", f"{card['complaints']}, {card['open']} open"),
            ("promises kept, by value and payer", share(headline["promises_kept"])),
            ("  without the heaviest payer", share(heaviest)),
            ("  payers", headline["payers"]),
            *((_words(name), _rate(counted)) for name, counted in promises.items()),
            *_delays(card["first_answer"]),
            ("resolved by the two sides", _rate(card["resolved"])),
            ("  at first contact", _rate(card["at_first_contact"])),
            ("  settlements", card["settlements"]),
            ("defaults by silence", card["defaults_by_silence"]),
            ("rulings", rulings["ruled"]),
            ("  lost", _rate(rulings["lost"])),
            ("  overturned on appeal", _rate(rulings["overturned"])),
            ("satisfaction", _stars(card["satisfaction"]["mean"])),
            ("as of block", f"{found['as_of_block']} ({found['finality']})"),
        ]
    )
    columns = ("operator", "replies", "fastest tenth", "median", "slowest tenth", "in time")
    rows = [
        (
            one["account"],
            one["count"],
            _delay(one["p10_seconds"]),
            _delay(one["median_seconds"]),
            _delay(one["p90_seconds"]),
            _rate(one["on_time"]),
        )
        for one in card["operators"]
    ]
    if rows:
        table(columns, rows)


def _delays(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (
            f"first answer, {_words(name)}",
            f"median {_delay(one['median_seconds'])}, nine tenths within"
            f" {_delay(one['p90_seconds'])}, of {one['count']}",
        )
        for name, one in found.items()
        if one["count"]
    ]


def _words(name: str) -> str:
    """A field's name as words."""
    return name.replace("_", " ")


def _rate(counted: dict[str, Any]) -> str | None:
    if not counted["of"]:
        return None
    return f"{share(counted['share'])} ({counted['count']} of {counted['of']})"


def _delay(seconds: int | None) -> str:
    """`5400` as `1 h 30 min`; seconds below two minutes."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _stars(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{hundredths / 100:g} of 5"
