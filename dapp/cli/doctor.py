"""`redress doctor`: what is there, what is not, and what to do about it."""

import asyncio

import typer

from dapp.cli.failure import Mismatch
from dapp.cli.machine import Check, check, failed, of_clock, of_files, of_mail
from dapp.cli.output import as_json, table
from dapp.cli.session import AsJson, Builders, builders
from dapp.domain.types import caip2
from dapp.errors import RedressError
from dapp.settings import Settings
from evidence import EvidenceError


def doctor(context: typer.Context, json: AsJson = False) -> None:
    """Check disk, files, clock, node, contracts, database, index, vault, replicas and e-mail.

    Where REDRESS_SERVICE_URL is set, that service in place of database and index. Each line that
    FAILS says what to do; exit 1 if there is one.
    """
    checks = asyncio.run(_examine(builders(context), Settings()))
    healthy = all(check["ok"] for check in checks)
    if json:
        as_json({"healthy": healthy, "checks": checks})
    else:
        rows = [("ok" if one["ok"] else "FAILS", one["name"], one["detail"]) for one in checks]
        table(("", "what", "how it is"), rows)
    if not healthy:
        raise Mismatch


async def _examine(builders: Builders, settings: Settings) -> list[Check]:
    checks = [*of_files(settings), await of_clock(settings), *await of_mail(settings)]
    if settings.service_url:
        return [*checks, await _service(settings.service_url)]
    checks.append(await asyncio.to_thread(_vault, builders, settings))
    try:
        async with builders.parts(settings) as parts:
            deployment = parts.deployment
            where = f"{len(deployment.contracts)} contracts on {caip2(deployment.chain_id)}"
            checks.append(check("deployment", True, where))
            for name, found in (await parts.status.ready()).items():
                checks.append(check(name, bool(found["ok"]), str(found["detail"])))
            checks += [
                check(f"replicas: {one['target']}", one["ok"], one["detail"])
                for one in await parts.replicas.health()
            ]
    except RedressError as error:
        checks.append(failed(error.code, error))
    return checks


async def _service(url: str) -> Check:
    # Here, so that no other command waits for it.
    from dapp.cli.remote import Remote

    try:
        async with Remote(url) as remote:
            block = (await remote.cases({}, None, 1)).get("as_of_block")
    except RedressError as error:
        return failed("service", error)
    return check("service", True, f"answers, as of block {block}")


def _vault(builders: Builders, settings: Settings) -> Check:
    try:
        used = builders.vault(settings).used_bytes()
    except EvidenceError as error:
        return check("vault", False, error.message)
    return check("vault", True, f"{used} bytes of evidence")
