"""Evidence sealed, opened and sealed again, as somebody types it."""

import os
from pathlib import Path

import pytest

from evidence import Visibility, new_identity, recipient_of
from tests.unit.cli.conftest import AUTHOR, Shell

LETTER = b"The diagnosis is nobody's business."
TEXT = "It is about my health."


class Case:
    """Two people with keys, and a submission sealed to the first of them."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell, self.folder = shell, folder
        self.me, self.other = self.person("me"), self.person("other")
        (folder / "letter.pdf").write_bytes(LETTER)
        (folder / "film.bin").write_bytes(bytes(3 << 20))
        self.files = [folder / "letter.pdf", folder / "film.bin"]
        self.envelope = folder / "sealed.envelope"

    def person(self, name: str) -> str:
        identity = new_identity()
        (self.folder / name).write_text(identity + "\n")
        return recipient_of(identity)

    def add(self, *words: object) -> list[object]:
        start = ["evidence", "add", *self.files, "--author", AUTHOR, "--kind", "transcript"]
        return [*start, "--sealed", "--envelope", self.envelope, "--to", self.me, *words]

    def open(self, digest: str, who: str, into: str, envelope: Path | None = None) -> list[object]:
        keys = ["--envelope", envelope or self.envelope, "--identity", self.folder / who]
        return ["evidence", "open", digest, *keys, "-o", self.folder / into]


@pytest.fixture
def case(shell: Shell, tmp_path: Path) -> Case:
    return Case(shell, tmp_path)


def test_what_is_sealed_is_opened_by_whom_it_is_sealed_to(case: Case, shell: Shell) -> None:
    stored = shell.read(*case.add("--text", TEXT, "--complaint", 7))
    assert [item["name"] for item in stored["items"]] == [f"sealed-{n}.age" for n in (1, 2, 3)]
    assert {item["visibility"] for item in stored["items"]} == {Visibility.SEALED}
    assert {item["kind"] for item in stored["items"]} == {"file"}
    assert stored["manifest"]["text"] is None
    for block in (case.folder / "vault").rglob("*"):
        if block.is_file():
            data = block.read_bytes()
            assert not any(secret in data for secret in (LETTER, TEXT.encode(), b"letter.pdf"))

    opened = shell.read(*case.open(stored["digest"], "me", "out"))
    assert [(item["name"], item["kind"]) for item in opened["items"]] == [
        ("message.txt", "file"), ("letter.pdf", "transcript"), ("film.bin", "transcript")
    ]  # fmt: skip
    for file in case.files:
        assert (case.folder / "out" / file.name).read_bytes() == file.read_bytes()
    assert (case.folder / "out" / "message.txt").read_text() == TEXT
    assert shell.run("evidence", "verify", stored["digest"]).code == 0
    assert shell.refusal(*case.open(stored["digest"], "other", "none")) == "identity-wrong"
    assert not (case.folder / "none").exists()
    assert shell.refusal(*case.open(stored["digest"], "me", "out")) == "name-taken"


def test_an_envelope_is_handed_on(case: Case, shell: Shell) -> None:
    digest = shell.read(*case.add())["digest"]
    handed = case.folder / "handed.envelope"
    words = ["evidence", "reseal", "--envelope", case.envelope, "--output", handed]
    assert shell.refusal(*words, "--identity", case.folder / "me") == "recipient-count"
    other = ("--to", case.other)
    assert shell.refusal(*words, "--identity", case.folder / "other", *other) == "identity-wrong"
    assert not handed.exists()
    assert shell.run(*words, "--identity", case.folder / "me", *other).code == 0
    assert shell.run(*case.open(digest, "other", "theirs", handed)).code == 0
    assert (case.folder / "theirs" / "letter.pdf").read_bytes() == LETTER


def test_an_envelope_opens_its_own_submission_only(case: Case, shell: Shell) -> None:
    shell.read(*case.add("--complaint", 7))
    first, case.envelope = case.envelope, case.folder / "second.envelope"
    digest = shell.read(*case.add("--complaint", 8))["digest"]
    assert shell.refusal(*case.open(digest, "me", "out", first)) == "envelope-mismatch"
    assert shell.refusal(*case.open("0x" + "11" * 32, "me", "out")) == "block-missing"


def test_files_that_are_no_envelope(case: Case, shell: Shell) -> None:
    digest = shell.read(*case.add())["digest"]
    for name, data, code in (
        ("random", os.urandom(1000), "sealed-invalid"),
        ("long", bytes(1 << 20), "envelope-too-large"),
        ("cut", case.envelope.read_bytes()[:-1], "sealed-invalid"),
    ):
        (case.folder / name).write_bytes(data)
        words = case.open(digest, "me", "out", case.folder / name)
        assert shell.refusal(*words) == code


def test_options_that_do_not_go_together(case: Case, shell: Shell) -> None:
    plain = ["evidence", "add", *case.files, "--author", AUTHOR]
    assert shell.refusal(*plain, "--sealed") == "usage"
    assert shell.refusal(*plain, "--sealed", "--to", case.me) == "usage"
    assert shell.refusal(*plain, "--to", case.me) == "usage"
    assert shell.refusal(*plain, "--envelope", case.envelope) == "usage"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--to", "age1pq1qqqq"], "recipient-unsupported"),
        (["--to", "me@example.org"], "recipient-invalid"),
        (["--kind", "rumour"], "evidence-kind-unknown"),
    ],
)
def test_nothing_is_stored_if_it_cannot_be_sealed(
    case: Case, shell: Shell, words: list[str], code: str
) -> None:
    assert shell.refusal(*case.add(*words)) == code
    assert shell.vault.used_bytes() == 0
    assert not case.envelope.exists()


def test_a_name_that_cannot_be_kept_is_refused_before_anything_is_stored(
    case: Case, shell: Shell
) -> None:
    (case.folder / ".profile").write_bytes(b"x")
    case.files = [case.folder / ".profile"]
    assert shell.refusal(*case.add()) == "envelope-invalid"
    assert shell.vault.used_bytes() == 0


def test_an_envelope_that_is_there_is_not_replaced(case: Case, shell: Shell) -> None:
    case.envelope.write_bytes(b"precious")
    assert shell.refusal(*case.add()) == "invalid-input"
    assert case.envelope.read_bytes() == b"precious"
    assert shell.vault.used_bytes() == 0
