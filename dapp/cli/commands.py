"""Makes a command of each action in the table, and of all others one that takes NAME=VALUE."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dapp.cli import evidence
from dapp.cli.act import View, carry_out, perform
from dapp.cli.actions import COMMANDS, EVIDENCE, Action, Field
from dapp.cli.options import How, acting
from dapp.cli.prepare import complete_action, parsed
from dapp.cli.stand import Stand
from dapp.cli.statement import Said, digest_of
from dapp.cli.vote import reveal, vote
from dapp.errors import Refused
from dapp.service.words import percent

_PANEL = "Act, with a key of your own"

_SAID: dict[str, Any] = {
    "digest": Annotated[
        str | None,
        typer.Option(help="Digest of a statement that is stored already (`redress evidence`)."),
    ],
    "text": Annotated[str | None, typer.Option(help="What you say about it: public for ever.")],
    "attach": Annotated[
        list[Path] | None,
        typer.Option(
            "--attach", exists=True, dir_okay=False, help="A file that goes with it: public too."
        ),
    ],
}


def install(app: typer.Typer) -> None:
    """Adds the commands of all actions."""
    for name, action in COMMANDS.items():
        app.command(name, rich_help_panel=_PANEL)(command(action))
    app.command("vote", rich_help_panel=_PANEL)(acting(vote))
    app.command("reveal", rich_help_panel=_PANEL)(acting(reveal))
    evidence.app.command("submit")(command(EVIDENCE))
    app.command("act", rich_help_panel=_PANEL)(acting(act))


def command(action: Action) -> Callable[..., None]:
    """A command whose signature is the action's."""

    def acts(context: typer.Context, how: How, **given: Any) -> None:
        perform(context, how, partial(_work, action, how, given))

    parameters = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        inspect.Parameter("how", inspect.Parameter.KEYWORD_ONLY, annotation=How),
        *(_parameter(field) for field in action.fields),
        *(_said() if action.says else ()),
    ]
    acts.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    acts.__doc__ = action.words
    acts.__name__ = action.name.replace("-", "_")
    return acting(acts)


def act(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(help="Such as register, nominate, draw.", autocompletion=complete_action),
    ],
    how: How,
    params: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="As the API takes them.")
    ] = None,
) -> None:
    """Sign any action, also those without a command of their own; its parameters are the API's.

    Amounts are in wei and shares in basis points here.
    """
    values = dict(map(parsed, params or []))

    async def work(stand: Stand) -> View:
        return await carry_out(stand, how, action, values)

    perform(context, how, work)


async def _work(action: Action, how: How, given: dict[str, Any], stand: Stand) -> View:
    name = action.name
    if (several := given.pop("complaints", None)) is not None:
        # One is signed as what it is, which a relay takes as well.
        one = len(several) == 1
        given |= {"complaint": several[0]} if one else {"complaints": several}
        name = name if one else f"{name}-many"
    if action.says:
        said = Said(given.pop("digest"), given.pop("text"), given.pop("attach") or ())
        said.check()
        complaint, order = given.get("complaint"), given.get("order")
        given["digest"] = said.digest
        if not how.dry_run:
            given["digest"] = await digest_of(stand, said, complaint, order)
    if action.name == "accept":
        await _look_at_offer(stand, given)
    return await carry_out(stand, how, name, given)


async def _look_at_offer(stand: Stand, given: dict[str, Any]) -> None:
    """What is accepted is told by the chain: whoever prepares may tell of a better offer."""
    number, share = await stand.facts.offer_of(given["complaint"])
    if number != given["offer_number"]:
        raise Refused(
            f"offer {given['offer_number']} is not the latest on complaint {given['complaint']}; "
            f"offer {number} is",
            remedy=f"Read offer {number} and decide again",
            code="offer-changed",
        )
    what = percent(share) if share else "a promise in kind, or a rejection"
    typer.echo(f"redress: by your node, offer {number} is {what}", err=True)


def _parameter(field: Field) -> inspect.Parameter:
    more: dict[str, Any] = {"help": field.words}
    kind: Any = field.kind
    if kind is int:
        more |= {"min": field.least, "max": field.most}
    elif kind is not bool:
        kind, more["parser"], more["metavar"] = str, field.kind, field.shape
    hint = typer.Option(field.option, **more) if field.option else typer.Argument(**more)
    if field.is_many:
        kind = list[kind]
    default = None if field.is_optional else inspect.Parameter.empty
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[kind | None if field.is_optional else kind, hint],
        default=default,
    )


def _said() -> Iterator[inspect.Parameter]:
    for name, hint in _SAID.items():
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
