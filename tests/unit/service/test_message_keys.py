"""What protects where messages go, and the links in them."""

from pathlib import Path
from uuid import uuid4

import pytest

from dapp.errors import Refused
from dapp.service.messages.keys import MessageKeys


def keys(folder: Path, name: str = "messages.key") -> MessageKeys:
    return MessageKeys(folder / name)


def test_what_is_sealed_opens_with_the_same_file_only(tmp_path: Path) -> None:
    sealed = keys(tmp_path).seal("https://desk.example/ü")
    assert b"desk" not in sealed
    assert keys(tmp_path).open(sealed) == "https://desk.example/ü"
    assert keys(tmp_path, "other.key").open(sealed) is None


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    keys(tmp_path / "new").mark("email", "a@example.org")
    assert (tmp_path / "new" / "messages.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["messages.key"]


@pytest.mark.parametrize("text", ["", "nonsense", "AGE-SECRET-KEY-1XYZ", "\xff"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "messages.key").write_text(text, encoding="latin-1")
    with pytest.raises(Refused) as refused:
        keys(tmp_path).mark("email", "a@example.org")
    assert refused.value.code == "messages-key-unusable"
    assert "AGE-SECRET" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused):
        keys(tmp_path / "file").seal("x")


def test_a_link_is_good_for_one_purpose_one_channel_and_its_time(tmp_path: Path) -> None:
    ours, channel = keys(tmp_path), uuid4()
    link = ours.link("confirm", channel, 1_000)
    assert ours.channel_of("confirm", link, 999.9) == channel
    assert ours.channel_of("confirm", link, 1_000.0) is None
    assert ours.channel_of("refuse", link, 999.0) is None
    assert ours.channel_of("refuse", ours.link("refuse", channel), 1e12) == channel
    assert keys(tmp_path, "other.key").channel_of("confirm", link, 999.0) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda link: "",
        lambda link: link[:-1],
        lambda link: link + "A",
        lambda link: link.replace(".1000.", ".9999."),
        lambda link: link.replace(".1000.", ".01000."),
        lambda link: link.replace(".1000.", ".0."),
        lambda link: link.replace(".1000.", ".-1."),
        lambda link: link.replace(".1000.", ".²."),
        lambda link: link.replace(".1000.", "." + "9" * 5000 + "."),
        lambda link: "0" * 32 + link[32:],
        lambda link: link.upper(),
        lambda link: "\ud800" + link,
        lambda link: link + "\ud800",
        lambda link: "..",
    ],
)
def test_a_forged_link_is_none(tmp_path: Path, forge: object) -> None:
    ours = keys(tmp_path)
    assert callable(forge)
    assert ours.channel_of("confirm", forge(ours.link("confirm", uuid4(), 1_000)), 1.0) is None
