"""What `redress doctor` looks at beside the index: this machine, its clock, whom it relies on."""

import asyncio
import os
import shutil
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from dapp.errors import RedressError
from dapp.settings import Settings

Check = dict[str, object]

_LEAST_FREE_BYTES = 500 * 1024**2
_DRIFT_SECONDS = 30
_STALE_SECONDS = 15 * 60
_REACH_SECONDS = 5.0
_LOCAL_CHAINS = (1337, 31337)
"""Their clocks are moved by hand."""


def check(name: str, ok: bool, detail: str) -> Check:
    return {"name": name, "ok": ok, "detail": detail}


def failed(name: str, error: RedressError) -> Check:
    remedy = "" if error.remedy is None else f". {error.remedy}"
    return check(name, False, error.message + remedy)


def of_files(settings: Settings) -> Iterator[Check]:
    """Room, whose folder it is, and whether secrets are secret."""
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent
    free = shutil.disk_usage(folder.resolve()).free
    room = free >= _LEAST_FREE_BYTES
    advice = "" if room else ". Make room, or set REDRESS_DATA_DIR to another disk"
    yield check("disk", room, f"{free // 1024**2} MB free{advice}")
    yield _folder(folder)
    for name, path in _secrets(settings):
        yield _secret(name, path)


def _folder(folder: Path) -> Check:
    if not os.access(folder, os.W_OK | os.X_OK):
        advice = f"Run: chown {os.getuid()} {folder}"
        return check("data folder", False, f"{folder} cannot be written to. {advice}")
    if stat.S_IMODE(folder.stat().st_mode) & 0o002 and folder.name == ".redress":
        return check("data folder", False, f"anybody can write to it. Run: chmod o-w {folder}")
    return check("data folder", True, "is ours to write to")


def _secrets(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Files that settings name: keystores, passwords, tokens."""
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, Path) and name.endswith(("_file", "_keystore")):
            yield f"REDRESS_{name.upper()}", value
    for variable in ("REDRESS_KEYSTORE", "REDRESS_PASSWORD_FILE"):
        if os.environ.get(variable):
            yield variable, Path(os.environ[variable])


def _secret(name: str, path: Path) -> Check:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except OSError as error:
        said = f"{path} cannot be read: {error.strerror}. Give its owner back, or name another"
        return check(name, False, said)
    if mode & 0o077:
        return check(name, False, f"others on this machine can read it. Run: chmod 600 {path}")
    return check(name, True, "readable, by us alone")


async def of_clock(settings: Settings) -> Check:
    """Our clock against the chain's: what is signed carries deadlines."""
    # Here, so that no other command waits for it.
    from dapp.chain.node import Node
    from dapp.chain.rpc import Rpc

    async with Rpc(settings.node_urls[0][0], settings.node_timeout_seconds) as rpc:
        node = Node(rpc)
        try:
            chain, head = await node.chain_id(), await node.head()
        except RedressError as error:
            return failed("node", error)
    ahead = head.block.timestamp - int(time.time())
    if chain in _LOCAL_CHAINS:
        return check("clock", True, "a local chain keeps its own")
    if ahead > _DRIFT_SECONDS:
        said = f"it is {ahead} s behind the chain's newest block. Set it, as by NTP"
        return check("clock", False, said)
    if -ahead > _STALE_SECONDS:
        said = f"the node's newest block is {-ahead} s old. Let it catch up, or set the clock"
        return check("clock", False, said)
    return check("clock", True, f"{-ahead} s after the chain's newest block")


async def of_mail(settings: Settings) -> list[Check]:
    """Whether the server that takes our e-mail answers; nothing where none is named."""
    host, port = getattr(settings, "smtp_host", ""), getattr(settings, "smtp_port", 25)
    if not host:
        return []
    try:
        await asyncio.to_thread(_reach, host, port)
    except OSError as error:
        said = f"{host}:{port} does not answer: {error.strerror or type(error).__name__}. "
        return [check("e-mail", False, said + "Correct REDRESS_SMTP_HOST and REDRESS_SMTP_PORT")]
    return [check("e-mail", True, f"{host}:{port} answers")]


def _reach(host: str, port: int) -> None:
    with socket.create_connection((host, port), timeout=_REACH_SECONDS):
        pass
