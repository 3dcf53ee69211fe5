"""What is known, what is accepted until when, and what nobody could say: three different ends."""

import datetime
from pathlib import Path

import pytest

from scripts import checks
from scripts.releasing import audit
from scripts.releasing.audit import NOT_CHECKED, Accepted, Finding, Report
from scripts.toolchain.paths import LOCKS
from scripts.toolchain.refusal import Refusal

TODAY = datetime.date(2026, 12, 1)
FINDING = Finding("py", "1.11.0", ("PYSEC-1", "CVE-1"), "slow expressions", "brownie.txt")
REASON = "brownie alone has it, and gives it our own text"
KNOWN = Accepted("CVE-1", "py", REASON, TODAY + datetime.timedelta(days=1))
SILENT = Report((), {"dev.txt": "no such host"})


def judged(
    report: Report, *known: Accepted, day: datetime.date = TODAY, required: bool = False
) -> tuple[int, list[str]]:
    return audit.judge(report, known, day, required=required)


def test_nothing_found_is_a_pass() -> None:
    assert judged(Report((), {})) == (0, [])


def test_a_finding_fails_and_says_where() -> None:
    code, (line,) = judged(Report((FINDING,), {}))
    assert code == 1
    assert line == "brownie.txt: py 1.11.0: PYSEC-1, CVE-1: slow expressions"


def test_what_is_accepted_passes_until_its_day() -> None:
    report = Report((FINDING,), {})
    assert judged(report, KNOWN) == (0, [])
    assert judged(report, KNOWN, day=KNOWN.until)[0] == 1


def test_it_is_accepted_of_its_package_alone() -> None:
    other = Finding("pytest", "1", FINDING.names, FINDING.what, FINDING.where)
    assert judged(Report((FINDING, other), {}), KNOWN) == (1, [str(other)])


def test_what_is_not_found_any_more_has_to_go() -> None:
    code, (line,) = judged(Report((), {}), KNOWN)
    assert code == 1
    assert "CVE-1 of py is not found any more" in line


def test_silence_is_neither_a_pass_nor_a_failure() -> None:
    assert judged(SILENT, KNOWN) == (NOT_CHECKED, ["NOT AUDITED: dev.txt: no such host"])


def test_silence_fails_where_an_answer_is_required() -> None:
    assert judged(SILENT, required=True)[0] == 1


def test_what_was_found_fails_beside_silence() -> None:
    code, lines = judged(Report((FINDING,), SILENT.not_audited))
    assert (code, len(lines)) == (1, 2)


def test_what_was_not_checked_is_named_and_fails_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    steps: list[checks.Step] = [("good", lambda: 0), ("silent", lambda: NOT_CHECKED)]
    assert checks.run(steps) == 0
    assert capsys.readouterr().err == "NOT CHECKED, see above: silent\n"
    assert checks.run([*steps, ("bad", lambda: 1)]) == 1


@pytest.mark.parametrize(
    "entry",
    [
        'id = "A"',
        f'id = "A"\npackage = "b"\nreason = "{REASON}"\nuntil = "2026-12-31"',
        f'id = "A"\npackage = "b"\nreason = "{REASON}"\nuntil = 2026-12-31T00:00:00',
        'id = "A"\npackage = "b"\nreason = "none"\nuntil = 2026-12-31',
    ],
)
def test_an_entry_has_a_reason_and_an_end(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text(f"[[accepted]]\n{entry}\n")
    with pytest.raises(Refusal, match="not whole"):
        audit.accepted(path)


def test_the_committed_list_can_be_read() -> None:
    assert all(one.reason for one in audit.accepted())


def test_every_package_is_locked_with_hashes() -> None:
    for lock in LOCKS.glob("*.txt"):
        for entry in lock.read_text().replace("\\\n", "").splitlines():
            assert "==" in entry.partition(" ")[0], f"{lock.name}: {entry[:80]}"
            assert " --hash=sha256:" in entry, f"{lock.name}: {entry[:80]}"
