"""What a release hands out: all of it is under a checksum, and the same each time."""

import subprocess
from pathlib import Path

import pytest

from scripts.releasing import __main__ as release
from scripts.releasing import commits
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project of one commit."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "file").write_text("one")
    identity = ("-c", "user.name=test", "-c", "user.email=test")
    for words in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-m", "One")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def test_a_release_is_all_under_checksums_and_the_same_each_time(tmp_path: Path) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    first, second = tmp_path / "first", tmp_path / "second"
    wheel = release.write(first, commit)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", release.SUMS], cwd=first
    )
    assert checked.returncode == 0
    sums = (first / release.SUMS).read_text()
    named = {line.split("  ", 1)[1] for line in sums.splitlines()}
    assert {path.relative_to(first).as_posix() for path in first.rglob("*") if path.is_file()} == {
        *named,
        release.SUMS,
    }
    assert {wheel.name, "requirements.txt", "sbom/npm.cdx.json", "sourcify/index.json"} < named
    release.write(second, commit)
    assert (second / release.SUMS).read_text() == sums


def test_a_version_that_the_changelog_does_not_know_is_refused() -> None:
    release.check_changelog("1.2.0", "# Changelog\n\n## 1.2.0 (2027-01-01)\n")
    with pytest.raises(Refusal, match=r"no heading for 1\.2\.0"):
        release.check_changelog("1.2.0", "# Changelog\n\n## Unreleased\n\n- 1.2.0\n")
    with pytest.raises(Refusal):
        release.check_changelog("1.2.0", "## 1x2.0\n## 1.2.01\n")


def test_what_is_not_committed_is_not_released(checkout: Path) -> None:
    assert len(commits.head(checkout)) == 40
    (checkout / "file").write_text("two")
    with pytest.raises(Refusal, match="not committed"):
        commits.head(checkout)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="git"):
        commits.head(tmp_path)


def test_an_export_is_of_the_commit(checkout: Path, tmp_path: Path) -> None:
    commit = commits.head(checkout)
    (checkout / "file").write_text("two")
    (checkout / "other").write_text("stray")
    commits.export(commit, tmp_path / "out", checkout)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["file"]
    assert (tmp_path / "out" / "file").read_text() == "one"
