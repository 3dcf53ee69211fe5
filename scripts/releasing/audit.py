"""Looks for known vulnerabilities in all that is locked, by pip-audit and npm audit.

Both ask a service that may not be there. Then nothing is known, which is neither a pass nor a
failure: the step says what was not audited and ends with `NOT_CHECKED`; with
REDRESS_REQUIRE_AUDIT=1, as for a release, it fails. OSV is asked and not PyPI, since pip-audit
takes a package that PyPI would not tell it of for one without findings.

A finding that does not concern us stands in locks/accepted.toml, with the reason and the day from
which it counts again; one that is not found any more has to go.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.toolchain.paths import LOCKS, RELEASE_VENV, ROOT
from scripts.toolchain.refusal import Refusal, exit_code_of

NOT_CHECKED: Final = 75
"""EX_TEMPFAIL of sysexits.h: the step could not be done, for now."""
ACCEPTED: Final = LOCKS / "accepted.toml"
REPORT: Final = ROOT / "build" / "audit.json"
OSV: Final = "https://api.osv.dev/v1/query"
REQUIRED: Final = "REDRESS_REQUIRE_AUDIT"
_PATIENCE_SECONDS: Final = 600
_NPM_AUDIT: Final = ("npm", "audit", "--json", "--package-lock-only", "--fetch-retries=0")


class Unanswered(Exception):
    """The service did not say which vulnerabilities are known; the text says how."""


@dataclass(frozen=True, order=True)
class Finding:
    """A known vulnerability of something that is locked.

    Attributes:
        names: its ids; databases have their own.
        where: the lock that names the package.
    """

    package: str
    version: str
    names: tuple[str, ...]
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.package} {self.version}: {', '.join(self.names)}: {self.what}"


@dataclass(frozen=True)
class Accepted:
    """A finding that does not concern us, until a day."""

    id: str
    package: str
    reason: str
    until: datetime.date

    def covers(self, finding: Finding, today: datetime.date) -> bool:
        named = self.id in finding.names and self.package == finding.package
        return named and today < self.until


def accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """Read the list.

    Raises:
        Refusal: an entry lacks something.
    """
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", []):
        try:
            one = Accepted(**entry)
        except TypeError:
            one = None
        if one is None or type(one.until) is not datetime.date or len(one.reason) < 20:
            raise Refusal(
                f"{path.name} has an entry that is not whole: {entry}",
                "Give it id, package, reason (why it does not concern us) and until (a date)",
            )
        found.append(one)
    return found


def of_python(lock: Path, osv_url: str = OSV) -> list[Finding]:
    """Ask pip-audit about a lock. What is for other platforms than this one is left out.

    Raises:
        Unanswered: there is no service, or it spoke of less than the whole lock.
    """
    command: list[str | Path] = [
        RELEASE_VENV / "bin" / "pip-audit",
        "--requirement",
        lock,
        "--no-deps",
    ]
    command += ["--disable-pip", "--vulnerability-service", "osv", "--osv-url", osv_url]
    said = _ask([*command, "--format", "json", "--progress-spinner", "off"])
    parts = said.get("dependencies", [])
    left_out = [part["name"] for part in parts if "vulns" not in part]
    if left_out or not parts:
        raise Unanswered(f"nothing was said about {', '.join(left_out) or 'any package'}")
    return [
        Finding(
            part["name"],
            part["version"],
            (one["id"], *one["aliases"]),
            _line(one["description"]),
            lock.name,
        )
        for part in parts
        for one in part["vulns"]
    ]


def of_node(registry: str | None = None) -> list[Finding]:
    """Ask npm audit about package-lock.json, by npm's own registry unless one is named.

    Raises:
        Unanswered: there is no service.
    """
    where = [f"--registry={registry}"] if registry else []
    said = _ask([*_NPM_AUDIT, *where])
    if "auditReportVersion" not in said:
        raise Unanswered(_line(str(said.get("message") or said.get("error") or "no report")))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = set()
    for name, one in said["vulnerabilities"].items():
        versions = ", ".join(lock[node]["version"] for node in one["nodes"])
        for cause in one["via"]:
            if isinstance(cause, Mapping):  # a mere name: what depends on another that has one
                ids = (cause["url"].rpartition("/")[2],)
                found.add(Finding(name, versions, ids, cause["title"], "package-lock.json"))
    return sorted(found)


def _ask(command: Sequence[str | Path]) -> dict[str, Any]:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Unanswered(f"no answer within {_PATIENCE_SECONDS} s") from error
    try:
        said = json.loads(done.stdout)
    except ValueError as error:
        raise Unanswered(_why(done.stderr)) from error
    return said if isinstance(said, dict) else {}


def _why(said: str) -> str:
    """The last line that names an error, of a program that ended with a traceback."""
    lines = [line for line in said.splitlines() if re.match(r"[\w.]+: ", line)]
    return _line((lines or said.splitlines() or ["no report"])[-1])


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


@dataclass(frozen=True)
class Report:
    """What was found, and what could not be looked at, by lock and why."""

    findings: tuple[Finding, ...]
    not_audited: Mapping[str, str]


def audit(osv_url: str = OSV, registry: str | None = None) -> Report:
    """Look at every lock."""
    findings: list[Finding] = []
    not_audited: dict[str, str] = {}
    why = ""  # one service for all of Python's: whoever waited once need not again
    for lock in sorted(LOCKS.glob("*.txt")):
        try:
            findings += [] if why else of_python(lock, osv_url)
        except Unanswered as error:
            why = str(error)
        if why:
            not_audited[lock.name] = why
    try:
        findings += of_node(registry)
    except Unanswered as error:
        not_audited["package-lock.json"] = str(error)
    return Report(tuple(findings), not_audited)


def judge(
    report: Report, known: Iterable[Accepted], today: datetime.date, *, required: bool
) -> tuple[int, list[str]]:
    """Return the step's exit code, and the lines that say why."""
    known = list(known)
    wrong = [str(one) for one in report.findings if not any(k.covers(one, today) for k in known)]
    if not report.not_audited:
        wrong += _unneeded(report, known, today)
    silent = list(_silent(report.not_audited))
    if wrong or (silent and required):
        return 1, [*wrong, *silent]
    return (NOT_CHECKED if silent else 0), silent


def _silent(not_audited: Mapping[str, str]) -> Iterator[str]:
    for why in dict.fromkeys(not_audited.values()):
        locks = [lock for lock, other in not_audited.items() if other == why]
        yield f"NOT AUDITED: {', '.join(locks)}: {why}"


def _unneeded(report: Report, known: Iterable[Accepted], today: datetime.date) -> Iterator[str]:
    for one in known:
        if today < one.until and not any(one.covers(each, today) for each in report.findings):
            yield f"{one.id} of {one.package} is not found any more: drop it from {ACCEPTED.name}"


def run() -> int:
    """Audit, write build/audit.json, print what there is to say; return what `judge` does."""
    today = datetime.datetime.now(datetime.UTC).date()
    known = accepted()
    report = audit()
    required = os.environ.get(REQUIRED) == "1"
    code, lines = judge(report, known, today, required=required)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(
        json.dumps(_as_json(report, today), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sys.stdout.flush()
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    return code


def _as_json(report: Report, today: datetime.date) -> dict[str, Any]:
    return {
        "on": today.isoformat(),
        "findings": [str(one) for one in report.findings],
        "not_audited": dict(report.not_audited),
    }


if __name__ == "__main__":
    sys.exit(exit_code_of(run))
