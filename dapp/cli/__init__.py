"""The `redress` command."""

from dapp.cli.app import app
from dapp.cli.failure import run
from dapp.cli.session import Builders

__all__ = ["Builders", "app", "run"]
