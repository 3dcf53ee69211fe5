"""Command line of the stack: `up`, `demo` and `clock HOURS`; the Makefile calls it."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.stack import run
from scripts.stack.chain_file import ChainFile
from scripts.stack.layout import Layout, kept
from scripts.stack.supervisor import Stopped, Supervisor
from scripts.toolchain import anvil, process
from scripts.toolchain import compile as contracts
from scripts.toolchain.refusal import Refusal, exit_code_of


def up() -> int:
    """Keep the stack running on .redress/ until Ctrl-C, SIGTERM or the end of one of its parts."""
    layout = Layout(kept(), _port("PORT", 8080), _port("NODE_PORT", 8545), durable=True)
    chain_file = ChainFile(layout.chain)
    with layout.held():
        layout.prepare()
        contracts.ensure()
        try:
            with Supervisor(run.say) as supervisor:
                variables = run.start(layout, supervisor, chain_file, sends=True)
                if not layout.played.exists():
                    run.say("playing one dispute, so that there is something to see …")
                    run.play(layout, supervisor, variables)
                print(f"\nRedress: {variables['REDRESS_API_URL']}  (Ctrl-C stops it)\n", flush=True)
                supervisor.wait(lambda: _look_after(layout, chain_file), "running")
        except Stopped:
            pass
        finally:
            layout.running.unlink(missing_ok=True)
    return 0


def _look_after(layout: Layout, chain_file: ChainFile) -> bool:
    """Done at every tick of a running stack; the answer is that it is never over."""
    chain_file.keep()
    layout.check_disk()
    return False


def demo() -> int:
    """Play one dispute through a stack of its own, on empty data and free ports, and end it."""
    data = Path(tempfile.mkdtemp(prefix="redress-demo-"))
    layout = Layout(data, process.free_port(), process.free_port(), durable=False)
    keep_logs = True
    try:
        layout.prepare()
        contracts.ensure()
        with Supervisor(lambda line: None) as supervisor:
            variables = run.start(layout, supervisor, ChainFile(layout.chain), sends=False)
            run.play(layout, supervisor, variables)
        keep_logs = False
    except Stopped:
        keep_logs = False
        return 130
    finally:
        if not keep_logs:
            shutil.rmtree(data, ignore_errors=True)
    return 0


def clock(hours: float) -> int:
    """Move the clock of the running stack's chain ahead."""
    running = kept() / "running.json"
    if not running.is_file():
        raise Refusal("no stack runs here", "Start one with 'make up' in another terminal")
    url = json.loads(running.read_text(encoding="utf-8"))["variables"]["REDRESS_NODE_URL"]
    try:
        chain_id = int(anvil.rpc(url, "eth_chainId"), 16)
        if chain_id != anvil.CHAIN_ID:
            raise Refusal(f"the node at {url} is of chain {chain_id}", "Restart 'make up'")
        anvil.rpc(url, "evm_increaseTime", int(hours * 3600))
        anvil.rpc(url, "anvil_mine", hex(1))
    except OSError as error:
        raise Refusal(f"the chain at {url} does not answer", "Restart 'make up'") from error
    print(f"the chain's clock is {hours:g} hours further")
    return 0


def _port(variable: str, default: int) -> int:
    given = os.environ.get(variable) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refusal(
            f"{variable}={given} is no port", f"Give a number, as in {variable}={default}"
        )
    return int(given)


def main(words: list[str]) -> int:
    """Do what the first word says."""
    match words:
        case ["up"]:
            return up()
        case ["demo"]:
            return demo()
        case ["clock", hours] if hours.replace(".", "", 1).isdecimal():
            return clock(float(hours))
    sys.stderr.write("usage: python -m scripts.stack up | demo | clock HOURS\n")
    return 2


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
