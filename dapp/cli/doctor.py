"""`redress doctor`: what is there, what is not, and what to do about it."""

import asyncio
import shutil

import typer

from dapp.cli.failure import Mismatch
from dapp.cli.output import as_json, table
from dapp.cli.session import AsJson, Builders, builders
from dapp.domain.types import caip2
from dapp.errors import RedressError
from dapp.settings import Settings
from evidence import EvidenceError

_LEAST_FREE_BYTES = 500 * 1024**2


def doctor(context: typer.Context, json: AsJson = False) -> None:
    """Check node, contracts, database, index, vault and replicas; exit 1 if anything ails."""
    checks = asyncio.run(_examine(builders(context), Settings()))
    healthy = all(check["ok"] for check in checks)
    if json:
        as_json({"healthy": healthy, "checks": checks})
    else:
        rows = [("ok" if one["ok"] else "FAILS", one["name"], one["detail"]) for one in checks]
        table(("", "what", "how it is"), rows)
    if not healthy:
        raise Mismatch


async def _examine(builders: Builders, settings: Settings) -> list[dict[str, object]]:
    checks = [_disk(settings), await asyncio.to_thread(_vault, builders, settings)]
    try:
        async with builders.parts(settings) as parts:
            deployment = parts.deployment
            where = f"{len(deployment.contracts)} contracts on {caip2(deployment.chain_id)}"
            checks.append(_check("deployment", True, where))
            for name, found in (await parts.status.ready()).items():
                checks.append(_check(name, bool(found["ok"]), str(found["detail"])))
            checks += [
                _check(f"replicas: {one['target']}", one["ok"], one["detail"])
                for one in await parts.replicas.health()
            ]
    except RedressError as error:
        checks.append(_failed(error.code, error))
    return checks


def _vault(builders: Builders, settings: Settings) -> dict[str, object]:
    try:
        used = builders.vault(settings).used_bytes()
    except EvidenceError as error:
        return _check("vault", False, error.message)
    return _check("vault", True, f"{used} bytes of evidence")


def _failed(name: str, error: RedressError) -> dict[str, object]:
    remedy = "" if error.remedy is None else f". {error.remedy}"
    return _check(name, False, error.message + remedy)


def _disk(settings: Settings) -> dict[str, object]:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent
    free = shutil.disk_usage(folder.resolve()).free
    return _check("disk", free >= _LEAST_FREE_BYTES, f"{free // 1024**2} MB free")


def _check(name: str, ok: bool, detail: str) -> dict[str, object]:
    return {"name": name, "ok": ok, "detail": detail}
