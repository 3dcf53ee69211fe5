"""The wheel: the same bytes every time, all that is needed in it, and it works where it is put."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from scripts.releasing import wheel
from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.paths import LOCKS, ROOT, TOOLCHAIN
from scripts.toolchain.postgres import Postgres
from tests.api_player import Service, environment, running
from tests.world import World

_NOT_PACKED = "dapp/web/frontend/"


def _git(*words: str, folder: Path = ROOT) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def commit() -> str:
    """What is tracked here as it is, changes that are not committed too."""
    return _git("stash", "create").strip() or _git("rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def built(commit: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.build(commit, tmp_path_factory.mktemp("wheel"))


@contextmanager
def _elsewhere() -> Iterator[None]:
    """Another time zone, language and mask of rights."""
    before = os.umask(0o077)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "Pacific/Kiritimati")
            patch.setenv("LC_ALL", "C")
            patch.setenv("SOURCE_DATE_EPOCH", "1")
            patch.setenv("PYTHONHASHSEED", "7")
            yield
    finally:
        os.umask(before)


def test_it_has_the_same_bytes_wherever_and_whenever_it_is_built(
    commit: str, built: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "another place"
    _git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(clone))
    with _elsewhere():
        again = wheel.build(commit, tmp_path / "again", clone)
    assert again.name == built.name
    assert wheel.digest(again) == wheel.digest(built)


def test_it_holds_every_file_of_the_service_as_it_is(built: Path, commit: str) -> None:
    tracked = _git("ls-tree", "-r", "--name-only", commit, "dapp", "evidence", "docs/help").split()
    expected = {
        re.sub("^docs/help", "dapp/help", name): name
        for name in tracked
        if not name.startswith(_NOT_PACKED)
    }
    with ZipFile(built) as files:
        held = {name for name in files.namelist() if ".dist-info/" not in name}
        assert held == set(expected)
        for name, source in expected.items():
            assert files.read(name) == (ROOT / source).read_bytes(), name


def test_the_version_is_told_in_one_place(built: Path) -> None:
    version = wheel.version()
    assert built.name == f"redress-{version}-py3-none-any.whl"
    # npm's bill of materials wants one as well.
    for name in ("package.json", "package-lock.json"):
        told = re.search(r'"version": "(.+)"', (ROOT / name).read_text())
        assert told
        assert told[1] == version, name


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but the wheel and what it asks for."""

    folder: Path

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    def run(self, name: str, *words: str, **variables: str) -> str:
        done = subprocess.run(
            [self.program(name), *words],
            env=_outside(os.environ | variables),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _outside(variables: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead Python back to the sources."""
    return {name: value for name, value in variables.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed") / "venv"
    uv = TOOLCHAIN / "uv" / "bin" / "uv"

    def run(*words: str | Path) -> None:
        done = subprocess.run([uv, "--quiet", *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    run("venv", "--python", TOOLCHAIN / "venv" / "bin" / "python", folder)
    install = ("pip", "install", "--python", folder)
    run(*install, "--require-hashes", "-r", LOCKS / "service.txt")
    run(*install, "--no-deps", built)
    run("pip", "check", "--python", folder)
    return Installed(folder)


def test_it_is_a_program(installed: Installed) -> None:
    assert installed.run("redress", "--version") == f"redress {wheel.version()}\n"
    where = installed.run("python", "-c", "import dapp, evidence; print(dapp, evidence)")
    assert where.count(f"{installed.folder}/lib/") == 2
    assert '"openapi": "3.1' in installed.run("redress", "openapi")


def test_the_part_in_c_is_built_from_it_or_done_without(installed: Installed) -> None:
    which = ("python", "-c", "from dapp import native; print(native.path())")
    assert installed.run(*which) == "python\n"
    said = installed.run("python", "-m", "dapp.native.build")
    if shutil.which("cc") is None:
        assert "will do without" in said
        return
    assert said.startswith("built ")
    assert installed.run(*which) == "native\n"
    assert installed.run(*which, PURE_PYTHON="1") == "python\n"


@dataclass(frozen=True)
class Served:
    service: Service
    env: dict[str, str]
    complaint: int


@pytest.fixture(scope="module")
def served(
    installed: Installed, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with (
        anvil_tool.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        world.stake()
        complaint = world.dispute(world.register(), [5000, 5500, 7000])
        env = _outside(environment(node.url, url, folder / "deployments", folder / "data"))
        # Nothing is compiled yet; that takes longer than anyone waits for a server.
        loads = "dapp.bootstrap.indexer, dapp.bootstrap.parts, dapp.web.app"
        installed.run("python", "-c", f"import {loads}")
        program = (installed.program("redress"),)
        with running(world, env, folder, program) as service:
            yield Served(service, env, complaint)


def test_its_doctor_finds_nothing_wrong(installed: Installed, served: Served) -> None:
    assert "FAILS" not in installed.run("redress", "doctor", **served.env)


_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _is_there(served: Served) -> Callable[[str], str]:
    def get(path: str) -> str:
        answer = served.service.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        assert answer.content, path
        # Browsers take styles and scripts by their kind alone.
        kind = _KINDS.get(Path(path.partition("?")[0]).suffix, "text/html")
        assert answer.headers["content-type"].startswith(kind), path
        return answer.text

    return get


@pytest.mark.parametrize("language", ["en", "zh-Hans", "ru"])
def test_its_pages_have_their_styles_scripts_and_words(served: Served, language: str) -> None:
    get = _is_there(served)
    for path in ("/", f"/c/{served.complaint}", "/help", "/file", "/verify", "/stats"):
        page = get(f"{path}?lang={language}")
        assert f'<html lang="{language}"' in page
        assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        assert any(one.endswith(".css") for one in assets), path
        assert any(one.endswith(".js") for one in assets), path
        for asset in assets:
            get(asset)


def test_its_scripts_find_their_parts(served: Served) -> None:
    get = _is_there(served)
    seen, open_ = set[str](), {"app.js", "verify.js", "early.js"}
    while open_:
        script = open_.pop()
        seen.add(script)
        named = re.findall(r'"\./([\w.-]+\.js)"', get(f"/static/built/{script}"))
        open_ |= set(named) - seen
    assert len(seen) > 20


def test_a_case_is_read_from_the_chain(served: Served) -> None:
    case = served.service.get(f"/v1/cases/{served.complaint}")
    assert case["case"]["ruling"]["share"] == 5500
