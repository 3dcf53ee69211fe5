"""Where every failure of a command ends: one plain line on stderr, and an exit code.

0 is fine, 1 refused or mismatch, 2 usage.
"""

import sys
import traceback
from collections.abc import Sequence

import typer
from pydantic import ValidationError

from dapp.cli.output import escaped
from dapp.cli.session import Builders
from dapp.errors import RedressError
from evidence import EvidenceError

REFUSED = 1
USAGE = 2
_INTERRUPTED = 130


class Mismatch(Exception):
    """What was checked is not what it should be; the command has said so."""


def run(app: typer.Typer, words: Sequence[str], builders: Builders) -> int:
    """The exit code of the command; with `--debug` first, a failure shows its traceback."""
    debug = "--debug" in words
    try:
        code = app(args=list(words), prog_name="redress", obj=builders, standalone_mode=False)
    except Mismatch:
        return REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except typer.TyperException as error:
        said = error.format_message()
        if said:  # without any word, the help was printed already
            print(f"redress: {said.rstrip('.')}. See --help (usage)", file=sys.stderr)
        return error.exit_code
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(f"redress: {escaped(_line(error))}", file=sys.stderr)
        return REFUSED
    return code if isinstance(code, int) else 0


def _line(error: Exception) -> str:
    if isinstance(error, RedressError):
        remedy = "" if error.remedy is None else f". {error.remedy}"
        return f"{error.message}{remedy} ({error.code})"
    if isinstance(error, EvidenceError):
        return f"{error.message} ({error.code.replace('_', '-')})"
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"]).upper().removeprefix("REDRESS_")
        return f"the setting REDRESS_{name} is wrong: {fault['msg']}. Correct it (setting-invalid)"
    if isinstance(error, BrokenPipeError):
        return "whoever read the output is gone (output-closed)"
    kind = type(error).__name__
    return f"something broke on our side: {kind}. Run it again with --debug (internal-error)"
