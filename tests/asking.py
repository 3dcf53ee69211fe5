"""Asks a served scene everything that the API's description allows, and much that it does not.

By itself: `python -m tests.asking --seconds 600`.
"""

import argparse
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.paths import SCHEMATHESIS_VENV
from tests import chains
from tests.api_player import environment, running
from tests.api_scene import play
from tests.world import World

_CHECKS = ",".join(
    (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
)
_NOT_ASKED = "^/v1/(stream|drafts/email)$"
"""One never ends, the other takes messages that it cannot make: both have tests of their own."""


def ask(url: str, *, seconds: int, examples: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Runs schemathesis, for so long at the most and with so many examples an operation."""
    command: list[str | Path] = [SCHEMATHESIS_VENV / "bin" / "schemathesis", "run"]
    command += [f"{url}/v1/openapi.json", "--phases", "coverage,fuzzing", "--checks", _CHECKS]
    command += ["--max-examples", str(examples), "--max-time", str(seconds), "--seed", str(seed)]
    command += [
        "--exclude-path-regex",
        _NOT_ASKED,
        "--request-timeout",
        "20",
        "--generation-deterministic",
    ]
    command += ["--continue-on-failure", "--no-color", "--warnings", "off"]
    with tempfile.TemporaryDirectory(prefix="redress-ask-") as folder:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="redress-ask-"))
    with (
        postgres_tool.running() as postgres,
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            done = ask(service.url, seconds=asked.seconds, examples=1_000, seed=asked.seed)
    print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
