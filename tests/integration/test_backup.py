"""A database and a vault that are lost come back: from a backup, from the chain, from Kubo."""

import asyncio
import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from dapp.domain.events import DESK
from dapp.errors import DatabaseForeign, DatabaseNewer, Refused
from dapp.service import backup as file
from dapp.store import backup
from dapp.store.database import connect, schema_of
from dapp.store.schema import migrate, migrations
from evidence import Vault
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from tests import chains, terminal
from tests.api_player import environment, running, until
from tests.sealing_scene import Stage
from tests.world import World

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
FILLED = ("session", "api_key", "account_draft", "envelope", "envelope_reader", "replication",
          "subscriber", "channel", "notice_cursor")  # fmt: skip
AS_TIMED = {
    # When it was read is another time now, and who asked first what the desk counts.
    "checkpoint": "(chain_id, block_number, block_hash, timestamp, finalized_block, events)",
    # At which block it was compared.
    "verification": "(chain_id, complaint, folded, on_chain, matches)",
}

Rows = dict[str, list[tuple[object, ...]]]


def _rows(url: str, tables: Iterable[str]) -> Rows:
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(
                f"SELECT {AS_TIMED.get(name, 't')}::text FROM {name} t ORDER BY 1".encode()  # noqa: S608
            ).fetchall()
            for name in tables
        }


def test_everything_that_was_lost_is_there_again(
    postgres: Postgres, kubo: Kubo, tmp_path: Path
) -> None:
    """The database is dropped and the vault deleted; a session goes on as if nothing had been."""
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, tmp_path / "deployments")) as world,
    ):
        env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
        env |= {"REDRESS_KUBO_URL": kubo.api_url, "REDRESS_MESSAGES_LOCAL": "1"}
        with running(world, env, tmp_path) as service:
            with ExitStack() as browsers:
                stage = Stage(service, world, env, tmp_path, browsers)
                cookies, digest = _live(stage)
            files = service.get(f"/v1/evidence/{digest}")["items"]
        # Its messenger is where notices are made.
        assert terminal.spawn(env, "notify", "run", "--once").returncode == 0
        before = _rows(url, (*backup.KEPT, *backup.REBUILT))
        assert [name for name in FILLED if not before[name]] == []
        assert [name for name in ("log", "complaint", "reference") if not before[name]] == []
        pins = Vault(tmp_path / "data" / "vault").pins()

        kept = tmp_path / "all.backup"
        assert terminal.spawn(env, "backup", str(kept)).returncode == 0
        assert kept.stat().st_mode & 0o777 == 0o600
        terminal.refusal(terminal.spawn(env, "backup", str(kept)), "invalid-input")
        name = urlsplit(url).path.strip("/")
        postgres.drop_database(name)
        assert postgres.create_database(name) == url
        shutil.rmtree(tmp_path / "data" / "vault" / "blocks")
        shutil.rmtree(tmp_path / "data" / "vault" / "pins")

        assert terminal.spawn(env, "restore", str(kept)).returncode == 0
        done = terminal.spawn(env, "rebuild")
        assert done.returncode == 0, done.stderr
        after = _rows(url, (*backup.KEPT, *backup.REBUILT))
        for table, rows in before.items():
            assert after[table] == rows, table
        assert Vault(tmp_path / "data" / "vault").pins() == pins
        again = tmp_path / "again"
        again.mkdir()
        with running(world, env, again) as service:
            service.http.cookies = cookies
            assert service.get("/v1/me/drafts/letter")["draft"] == {"text": "dear shop"}
            assert service.get(f"/v1/evidence/{digest}")["items"] == files
        # What comes now is numbered after what there was.
        numbers = _rows(url, ("envelope",))["envelope"]
        assert numbers == before["envelope"]
        with psycopg.connect(url) as connection:
            asked = "SELECT last_value FROM pg_sequences WHERE sequencename LIKE 'envelope%'"
            assert connection.execute(asked).fetchone() == (len(numbers),)


def _live(stage: Stage) -> tuple[httpx.Cookies, str]:
    """Something of each private kind, and sealed evidence that is on chain and in Kubo."""
    world = stage.world
    organisation = world.register()
    customer, shop = (stage.someone(one) for one in (world.customer, world.organisation))
    complaint = world.file(world.pay(organisation))
    stage.indexed()
    sealed = customer.submit({"letter.txt": b"dear shop", "photo": bytes(3 << 20)}, complaint)
    world.send(world.customer, DESK, "submitEvidence", (complaint, sealed.digest))
    stage.indexed()
    assert customer.give(sealed, shop).is_success
    wishes, hook = (
        "/v1/me/notifications",
        {"kind": "webhook", "target": "http://127.0.0.1:65000/hook"},
    )
    for answer in (
        customer.http.put(wishes, json={"language": "en", "time_zone": "Asia/Riyadh"}),
        customer.http.post(f"{wishes}/channels", json=hook),
        customer.http.post("/v1/me/api-keys", json={"name": "mine"}),
        customer.http.put("/v1/me/drafts/letter", json={"text": "dear shop"}),
    ):
        assert answer.is_success, answer.text

    def pinned() -> bool:
        shown = stage.service.get(f"/v1/evidence/{sealed.digest}")
        return all("kubo" in one["stored"] for one in (shown, *shown["items"]))

    until(pinned, "Kubo has it")
    return customer.http.cookies, str(sealed.digest)


def test_every_table_is_in_one_list_and_in_the_manual(database_url: str) -> None:
    """A new table is either rebuilt or backed up: whoever makes one has to say which."""
    asyncio.run(_migrated(database_url))
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
    listed = (*backup.KEPT, *backup.REBUILT, *backup.LEFT)
    assert sorted(name for (name,) in found) == sorted(listed)
    said = DOCS.read_text(encoding="utf-8")
    assert [name for name in listed if f"`{name}`" not in said] == []


def test_kept_tables_come_after_those_they_refer_to(database_url: str) -> None:
    asyncio.run(_migrated(database_url))
    with psycopg.connect(database_url) as connection:
        links = connection.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f'"
        ).fetchall()
    assert links
    places = {name: place for place, name in enumerate(backup.KEPT)}
    assert [pair for pair in links if places[pair[0]] <= places[pair[1]]] == []


async def _migrated(url: str, only: set[int] | None = None) -> None:
    async with await connect(url) as connection:
        await migrate(connection, only)


def _sql(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


_SESSION = "INSERT INTO session VALUES (1, '\\x01', '0xa\tb\\n', 2, 3)"
_ENVELOPE = (
    "INSERT INTO envelope (chain_id, digest, sealed_by, trusted, body)"
    " VALUES (1, '\\x02', 'clerk', true, '\\x00ff')"
)


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Path:
    """A backup of one session, and of two envelopes of three that were put."""
    asyncio.run(_migrated(database_url))
    for statement in (_SESSION, _ENVELOPE, _ENVELOPE, _ENVELOPE):
        _sql(database_url, statement)
    _sql(database_url, "DELETE FROM envelope WHERE number = 3")
    return _backed_up(database_url, tmp_path / "made.backup")


def _backed_up(url: str, path: Path) -> Path:
    with path.open("wb") as out:
        asyncio.run(file.write(url, out))
    return path


def _restored(url: str, path: Path, *, replace: bool = False) -> file.Manifest:
    with path.open("rb") as source:
        return asyncio.run(file.restore(url, source, replace=replace))


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    with postgres_tool.database(postgres) as url:
        yield url


def test_rows_and_counters_come_back(database_url: str, made: Path, empty: str) -> None:
    manifest = _restored(empty, made)
    assert manifest.rows == 3
    assert _rows(empty, backup.KEPT) == _rows(database_url, backup.KEPT)
    _sql(empty, _ENVELOPE)
    assert _sql(empty, "SELECT max(number) FROM envelope") == [(4,)]


def test_rows_that_are_there_stay_unless_told_otherwise(
    database_url: str, made: Path, tmp_path: Path
) -> None:
    _sql(database_url, "UPDATE session SET account = 'other'")
    with pytest.raises(Refused) as refused:
        _restored(database_url, made)
    assert refused.value.code == "backup-would-replace"
    assert _sql(database_url, "SELECT account FROM session") == [("other",)]
    _restored(database_url, made, replace=True)
    assert _sql(database_url, "SELECT account FROM session") == [("0xa\tb\\n",)]


def test_an_older_schema_is_filled_and_then_upgraded(
    empty: str, postgres: Postgres, tmp_path: Path
) -> None:
    older = {version for version, _ in migrations() if version <= 6}
    asyncio.run(_migrated(empty, older))
    _sql(empty, _SESSION)
    path = _backed_up(empty, tmp_path / "older.backup")
    with postgres_tool.database(postgres) as url:
        _restored(url, path)
        assert _sql(url, "SELECT account FROM session") == [("0xa\tb\\n",)]
        newest = [(version,) for version, _ in migrations()]
        assert _sql(url, "SELECT version FROM redress_schema ORDER BY 1") == newest
    with postgres_tool.database(postgres) as url:
        asyncio.run(_migrated(url))
        with pytest.raises(Refused) as refused:
            _restored(url, path)
        assert refused.value.code == "backup-schema-differs"


def test_each_version_of_the_contracts_comes_back_into_its_schema(
    database_url: str, empty: str, tmp_path: Path
) -> None:
    named = schema_of(database_url, "v2")
    for url, account in ((database_url, "0xa"), (named, "0xb")):
        asyncio.run(_migrated(url))
        _sql(url, f"INSERT INTO session VALUES (1, '\\x01', '{account}', 2, 3)")  # noqa: S608
    _restored(empty, _backed_up(database_url, tmp_path / "both.backup"))
    for url, account in ((empty, "0xa"), (schema_of(empty, "v2"), "0xb")):
        assert _sql(url, "SELECT account FROM session") == [(account,)]


def test_what_is_no_database_of_ours_is_neither_copied_nor_filled(
    database_url: str, made: Path, empty: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        _backed_up(empty, tmp_path / "none.backup")
    assert refused.value.code == "backup-empty"
    _sql(empty, "CREATE TABLE theirs ()")
    with pytest.raises(DatabaseForeign):
        _restored(empty, made)
    _sql(database_url, "INSERT INTO redress_schema (version) VALUES (9999)")
    with pytest.raises(DatabaseNewer):
        _backed_up(database_url, tmp_path / "newer.backup")


def _again(path: Path, change: Callable[[str, bytes], bytes | None], **more: bytes) -> None:
    """The same file with other members; one that becomes None is left out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | more).items():
            changed = change(name, content)
            if changed is not None:
                archive.writestr(name, changed)


def _in_manifest(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        assert old in content
        return content.replace(old, new)

    return change


DAMAGE: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a row more": lambda name, data: data * 2 if name == "-/session.copy" else data,
    "a table less": lambda name, data: None if name == "-/session.copy" else data,
    "no manifest": lambda name, data: None if name == "manifest.json" else data,
    "a table of the index": _in_manifest(b'"session"', b'"complaint"'),
    "a table that is none": _in_manifest(b'"session"', b'"pg_authid"'),
    "a column that is none": _in_manifest(b'"sealed_by"', b'"sealed_bx"'),
    "another count of rows": _in_manifest(b'"rows": 1', b'"rows": 2'),
    "a schema elsewhere": _in_manifest(b'"version": ""', b'"version": "x;y"'),
    "no JSON": _in_manifest(b"{", b"["),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_changes_nothing(made: Path, empty: str, how: str) -> None:
    _again(made, DAMAGE[how])
    with pytest.raises(Refused) as refused:
        _restored(empty, made)
    assert refused.value.code == "backup-damaged"
    assert _sql(empty, "SELECT to_regclass('redress_schema')") == [(None,)]


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(made: Path, empty: str, part: float) -> None:
    made.write_bytes(made.read_bytes()[: int(made.stat().st_size * part)])
    with pytest.raises(Refused) as refused:
        _restored(empty, made)
    assert refused.value.code == "backup-damaged"


def test_bits_that_flipped_are_noticed(made: Path) -> None:
    whole = made.read_bytes()
    for place in range(0, len(whole), 97):
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            with made.open("rb") as source:
                found = file.read(source)
        except Refused:
            continue
        # What no reader of the format looks at, such as the time of a member.
        assert found.rows == 3


def test_another_format_and_a_later_schema_are_named(made: Path, empty: str) -> None:
    whole = made.read_bytes()
    _again(made, _in_manifest(b"redress-backup/1", b"redress-backup/2"))
    with pytest.raises(Refused) as refused:
        _restored(empty, made)
    assert refused.value.code == "backup-format-unknown"
    made.write_bytes(whole)
    _again(made, _in_manifest(b'"migrations": [', b'"migrations": [9999,'))
    with pytest.raises(DatabaseNewer):
        _restored(empty, made)


def test_rows_that_do_not_fit_leave_nothing_behind(made: Path, empty: str) -> None:
    """The digests are right, and still it is no backup of ours."""
    with zipfile.ZipFile(made) as archive:
        before = hashlib.sha256(archive.read("-/session.copy")).hexdigest()
    row = b"not-a-number\t\\\\x01\t0xa\t2\t3\n"

    def change(name: str, content: bytes) -> bytes:
        if name == "-/session.copy":
            return row
        if name == "manifest.json":
            return content.replace(before.encode(), hashlib.sha256(row).hexdigest().encode())
        return content

    _again(made, change)
    with pytest.raises(Refused) as refused:
        _restored(empty, made)
    assert refused.value.code == "backup-damaged"
    assert _sql(empty, "SELECT to_regclass('session')") == [(None,)]
