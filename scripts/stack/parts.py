"""Starts each part of the stack and waits until it is well."""

import signal
import urllib.request
from collections.abc import Callable, Mapping

from scripts.stack.chain_file import ChainFile
from scripts.stack.layout import Layout
from scripts.stack.supervisor import Part, Supervisor
from scripts.toolchain import anvil, artifacts, deployment, kubo, postgres, process
from scripts.toolchain.paths import VENV
from scripts.toolchain.refusal import Refusal

_DATABASE = "redress"


def start_chain(layout: Layout, supervisor: Supervisor, chain_file: ChainFile) -> anvil.Anvil:
    """Start anvil on the chain that the data hold, or on a new one."""
    if chain_file.restore():
        print("  anvil was killed while it wrote the chain; going on from the last whole copy")
    log = layout.log("anvil")
    node = anvil.start(port=layout.node_port, log=log, state=layout.chain, state_interval_seconds=2)
    supervisor.add(Part("anvil", node.process, log))
    return node


def start_database(layout: Layout, supervisor: Supervisor) -> str:
    """Start PostgreSQL and return the URL of the service's database."""
    log = layout.log("postgres")
    server = postgres.start(layout.postgres, log=log, durable=layout.durable)
    supervisor.add(Part("PostgreSQL", server.process, log, postgres.FAST_SHUTDOWN))
    return (
        server.url(_DATABASE)
        if server.has_database(_DATABASE)
        else server.create_database(_DATABASE)
    )


def deploy(layout: Layout, node: anvil.Anvil) -> deployment.Deployment:
    """Deploy the contracts unless the chain has them.

    Raises:
        Refusal: it has them, but from other sources than these.
    """
    if (layout.deployments / f"{anvil.CHAIN_ID}.json").is_file():
        known = deployment.read(layout.deployments, anvil.CHAIN_ID)
        if all(len(node.rpc("eth_getCode", at, "latest")) > 2 for at in known.addresses.values()):
            if known.source_hash != artifacts.committed_digest():
                raise Refusal(
                    f"the contracts changed since the chain in {layout.data} was made",
                    "Run 'make clean' and start again, or go back to the sources it was made from",
                )
            return known
    return deployment.deploy(node.url, layout.deployments)


def start_kubo(layout: Layout, supervisor: Supervisor) -> kubo.Kubo | None:
    """Start Kubo where it is installed; None where it is not."""
    try:
        kubo.find()
    except Refusal as refusal:
        print(f"  evidence stays in the local vault: {refusal}")
        return None
    log = layout.log("kubo")
    node = kubo.start(layout.kubo, log=log)
    supervisor.add(Part("Kubo", node.process, log))
    return node


def start_service(
    layout: Layout,
    supervisor: Supervisor,
    name: str,
    words: tuple[str, ...],
    environment: Mapping[str, str],
) -> None:
    """Start one of the service's own processes; it dies at once if the stack is killed."""
    log = layout.log(name.replace(" ", "-"))
    program = VENV / "bin" / "redress"
    child = process.start([program, *words], log=log, env=environment, death_signal=signal.SIGKILL)
    supervisor.add(Part(name, child, log))


def answers(url: str) -> Callable[[], bool]:
    """Return a check that `url` answers with success."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
                return bool(response.status == 200)
        except OSError:
            return False

    return check
