"""Files by parts, against real servers: what came is there, whatever breaks off."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence import new_identity, recipient_of
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.deployment import Deployment
from scripts.toolchain.postgres import Postgres
from tests.api_player import Person, environment, redress, until
from tests.api_scene import is_problem
from tests.patience import PATIENCE_SECONDS
from tests.session_hall import signature
from tests.uploading import AUTHOR, PART, TUS, Server, id_of, serving, sha256

KIB, MIB = 1 << 10, 1 << 20
DATA = random.Random(5).randbytes(3 * MIB)
MAX_FILE_BYTES = 40 * MIB
SEALED = b"age-encryption.org/v1\n"


@dataclass(frozen=True)
class Place:
    env: dict[str, str]
    folder: Path
    server: Server

    @property
    def uploads(self) -> Path:
        return self.folder / "data" / "vault" / "uploads"


@pytest.fixture(scope="module")
def place(
    anvil: Anvil,
    deployment: Deployment,
    postgres: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("uploads")
    with postgres_tool.database(postgres) as url:
        env = environment(anvil.url, url, deployment.folder, folder / "data")
        env["REDRESS_MAX_FILE_BYTES"] = str(MAX_FILE_BYTES)
        env["REDRESS_MAX_UPLOAD_BYTES"] = str(MIB)
        with serving(env, folder / "serve.log") as server:
            yield Place(env, folder, server)


@pytest.fixture
def server(place: Place) -> Server:
    return place.server


def test_the_server_says_what_it_can(server: Server) -> None:
    response = server.http.options("/v1/uploads")
    assert response.status_code == 204
    assert response.headers["tus-version"] == "1.0.0"
    assert response.headers["tus-extension"] == "creation,expiration,checksum,termination"
    assert response.headers["tus-max-size"] == str(MAX_FILE_BYTES)
    assert response.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_a_file_comes_in_parts_and_becomes_evidence(server: Server) -> None:
    """Larger than any form may be."""
    upload = server.begin(len(DATA), "film.mp4")
    for offset in range(0, len(DATA), MIB):
        part = DATA[offset : offset + MIB]
        response = server.add(upload, offset, part, **{"Upload-Checksum": sha256(part)})
        assert response.status_code == 204
        assert response.headers["upload-offset"] == str(offset + MIB)
        assert response.headers["tus-resumable"] == "1.0.0"
        assert response.headers["upload-expires"].endswith("GMT")
    response = server.submit(upload, kind=["call-record"], text="a call")
    assert response.status_code == 201, response.text
    (item,) = response.json()["items"]
    assert (item["name"], item["size"], item["kind"]) == ("film.mp4", len(DATA), "call-record")
    assert server.http.get(f"/ipfs/{item['cid']}").content == DATA
    assert server.http.head(upload, headers=TUS).status_code == 404
    is_problem(server.submit(upload), 404, "upload-missing")


def test_files_of_both_ways_keep_their_order(server: Server) -> None:
    first, third = server.whole(b"one", "1"), server.whole(SEALED + b"...", "3")
    other = server.whole(b"four", "4")
    boundary = "x" * 10
    fields = [
        ("author", None, "0x" + "11" * 20),
        ("upload", None, id_of(first)),
        ("files", "2", "two"),
        ("upload", None, id_of(third)),
        ("upload", None, id_of(other)),
        ("files", "5", "five"),
        *(("kind", None, kind) for kind in ("file", "transcript", "file", "file", "call-record")),
        *(("commitment", None, one) for one in ("", "", "0x" + "12" * 32)),
        ("sealed_to", None, recipient_of(new_identity())),
    ]
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        + (f'; filename="{file}"' if file else "")
        + f"\r\n\r\n{value}\r\n"
        for name, file, value in fields
    )
    response = server.http.post(
        "/v1/evidence",
        content=(body + f"--{boundary}--\r\n").encode(),
        headers={"content-type": f"multipart/form-data; boundary={boundary}"},
    )
    assert response.status_code == 201, response.text
    items = response.json()["items"]
    assert [item["size"] for item in items] == [3, 3, len(SEALED) + 3, 4, 4]
    assert [item["visibility"] for item in items] == ["public"] * 2 + ["sealed"] + ["public"] * 2
    assert [item["kind"] for item in items][1] == "transcript"
    assert [item["kind"] for item in items][4] == "call-record"
    assert [item["name"] for item in items][3:] == ["4", "5"]


def test_a_connection_that_breaks_loses_nothing_and_another_worker_goes_on(place: Place) -> None:
    server = place.server
    upload = server.begin(len(DATA))
    with server.half_sent(upload, 0, DATA[: MIB + 7], len(DATA)):
        data = place.uploads / id_of(upload) / "data"
        until(lambda: data.stat().st_size >= MIB // 2, "a part of it came")
        response = server.add(upload, 0, b"a")
        assert response.headers["retry-after"]
        is_problem(response, 423, "upload-busy")
        is_problem(server.http.delete(upload, headers=TUS), 423, "upload-busy")
        is_problem(server.submit(upload), 423, "upload-busy")
    with serving(place.env, place.folder / "second.log") as second:
        until(lambda: second.offset(upload) == MIB + 7, "it was noted down")
        assert second.add(upload, MIB + 7, DATA[MIB + 7 :]).status_code == 204
        response = second.submit(upload)
    assert response.status_code == 201
    cid = response.json()["items"][0]["cid"]
    assert server.http.get(f"/ipfs/{cid}").content == DATA


def test_two_at_once_on_two_workers(place: Place) -> None:
    """One of them comes in at each moment, and the bytes are in order in the end."""
    size = 8 * MIB
    data = random.Random(6).randbytes(size)
    upload = place.server.begin(size)
    seen: set[int] = set()

    def push(server: Server) -> None:
        while (offset := server.offset(upload)) < size:
            part = data[offset : offset + 300 * KIB]
            seen.add(server.add(upload, offset, part).status_code)

    with serving(place.env, place.folder / "second.log") as second:
        threads = [
            threading.Thread(target=push, args=(one,))
            for one in (place.server, second, place.server)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert seen <= {204, 409, 413, 423}
    response = place.server.submit(upload)
    cid = response.json()["items"][0]["cid"]
    assert place.server.http.get(f"/ipfs/{cid}").content == data


def test_a_server_that_is_killed_goes_on_where_it_was(place: Place) -> None:
    size = 20 * MIB
    data = random.Random(7).randbytes(size)
    with serving(place.env, place.folder / "dying.log") as dying:
        upload = dying.begin(size)
        assert dying.add(upload, 0, data[:MIB]).status_code == 204
        with dying.half_sent(upload, MIB, data[MIB : 12 * MIB], size - MIB):
            file = place.uploads / id_of(upload) / "data"
            until(lambda: file.stat().st_size == 12 * MIB, "it came")
            dying.kill()
    with serving(place.env, place.folder / "next.log") as after:
        offset = after.offset(upload)
        assert MIB + 8 * MIB <= offset <= 12 * MIB
        assert after.add(upload, offset, data[offset:]).status_code == 204
        response = after.submit(upload)
        assert response.status_code == 201
        cid = response.json()["items"][0]["cid"]
        assert after.http.get(f"/ipfs/{cid}").content == data


def test_a_server_that_ends_notes_down_every_byte(place: Place) -> None:
    with serving(place.env, place.folder / "ending.log") as ending:
        upload = ending.begin(len(DATA))
        with ending.half_sent(upload, 0, DATA[: 2 * MIB + 5], len(DATA)):
            file = place.uploads / id_of(upload) / "data"
            until(lambda: file.stat().st_size > MIB, "it came")
            ending.child.terminate()
            assert ending.child.wait(PATIENCE_SECONDS) == 0
    assert 2 * MIB - 256 * KIB <= place.server.offset(upload) <= 2 * MIB + 5


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412, "tus-version-unsupported"),
        ({"Upload-Length": ""}, 422, "header-invalid"),
        ({"Upload-Length": "-1"}, 422, "header-invalid"),
        ({"Upload-Length": "1e3"}, 422, "header-invalid"),
        ({"Upload-Length": "9" * 19}, 422, "header-invalid"),
        ({"Upload-Length": str(MAX_FILE_BYTES + 1)}, 413, "upload-too-large"),
        ({"Upload-Metadata": "filename !!!"}, 422, "header-invalid"),
        ({"Upload-Metadata": "filename /w=="}, 422, "header-invalid"),
        ({"Upload-Metadata": "a YQ==," * 1000}, 422, "header-invalid"),
        ({"Upload-Metadata": "filename Li4vYQ=="}, 422, "manifest-name-unsafe"),
        ({"Upload-Metadata": "filetype PGI+"}, 422, "manifest-field-invalid"),
    ],
)
def test_a_beginning_is_refused_in_words(
    server: Server, place: Place, headers: dict[str, str], status: int, code: str
) -> None:
    before = set(place.uploads.iterdir())
    said = {**TUS, "Upload-Length": "10", **headers}
    response = server.http.post("/v1/uploads", headers=said)
    is_problem(response, status, code)
    assert response.headers["tus-resumable"] == "1.0.0"
    assert set(place.uploads.iterdir()) == before


@pytest.mark.parametrize(
    ("offset", "data", "headers", "status", "code"),
    [
        (4, b"abcd", {}, 409, "offset-mismatch"),
        (6, b"abcd", {}, 409, "offset-mismatch"),
        (0, b"abcd", {}, 409, "offset-mismatch"),
        (5, b"abcdef", {}, 413, "upload-too-large"),
        (5, b"abcde", {"Upload-Checksum": sha256(b"abcdf")}, 460, "checksum-mismatch"),
        (5, b"abcde", {"Upload-Checksum": "md5 abc"}, 422, "header-invalid"),
        (5, b"abcde", {"Upload-Checksum": "sha256 abc"}, 422, "header-invalid"),
        (5, b"abcde", {"Upload-Offset": "five"}, 422, "header-invalid"),
        (5, b"abcde", {"Tus-Resumable": "2"}, 412, "tus-version-unsupported"),
        (5, b"abcde", {"Content-Type": "text/plain"}, 415, "media-type-unsupported"),
    ],
)
def test_a_part_is_refused_in_words(
    server: Server, offset: int, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    upload = server.begin(10)
    server.add(upload, 0, b"01234")
    response = server.add(upload, offset, data, **headers)
    is_problem(response, status, code)
    assert response.headers["tus-resumable"] == "1.0.0"
    assert server.offset(upload) == 5
    is_problem(server.submit(upload), 409, "upload-incomplete")
    assert server.add(upload, 5, b"56789").status_code == 204
    assert server.submit(upload).status_code == 201


def test_more_than_was_announced_without_a_length(server: Server) -> None:
    upload = server.begin(10)
    said = {**PART, "Upload-Offset": "0"}
    pieces = iter([b"a" * 8, b"b" * 300 * KIB])
    is_problem(server.http.patch(upload, headers=said, content=pieces), 413, "upload-too-large")
    assert server.offset(upload) in (0, 8)


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "name", ["0" * 64, "..%2f..%2fpins", "%2e%2e", "lock", "A" * 64, "%00", "%ff", "a" * 5000]
)
def test_no_forged_name_leads_anywhere(server: Server, method: str, name: str) -> None:
    headers = {**PART, "Upload-Offset": "0"}
    response = server.http.request(method, f"/v1/uploads/{name}", headers=headers)
    assert response.status_code in (404, 405)
    if method == "PATCH" and response.status_code == 404 and "%2" not in name:
        is_problem(response, 404, "upload-missing")
    is_problem(server.submit("x/" + name), 404, "upload-missing")


def test_an_end_by_its_sender(server: Server, place: Place) -> None:
    upload = server.whole(b"abc")
    assert server.http.delete(upload, headers=TUS).status_code == 204
    is_problem(server.http.delete(upload, headers=TUS), 404, "upload-missing")
    assert not (place.uploads / id_of(upload)).exists()


def test_methods_by_another_name(server: Server) -> None:
    upload = server.begin(3)
    said = {**PART, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert server.http.post(upload, headers=said, content=b"abc").status_code == 204
    assert server.offset(upload) == 3
    is_problem(server.http.post(upload, headers=TUS), 405, "method-not-allowed")
    said = {**TUS, "X-HTTP-Method-Override": "DELETE"}
    assert server.http.post(upload, headers=said).status_code == 204


def test_what_expired_is_gone(server: Server, place: Place) -> None:
    upload = server.whole(b"abc")
    state = place.uploads / id_of(upload) / "state"
    said = json.loads(state.read_bytes())
    state.write_text(json.dumps({**said, "touched_at": said["touched_at"] - 24 * 3600}))
    assert server.http.head(upload, headers=TUS).status_code == 410
    is_problem(server.add(upload, 3, b""), 410, "upload-expired")
    is_problem(server.submit(upload), 410, "upload-expired")


def test_it_is_used_up_only_when_it_is_stored(server: Server) -> None:
    upload, other = server.whole(b"abc"), server.begin(3)
    is_problem(server.submit(upload, kind=["rumour"]), 422, "evidence-kind-unknown")
    is_problem(server.submit(upload, other), 409, "upload-incomplete")
    is_problem(server.submit(upload, upload), 423, "upload-busy")
    is_problem(server.submit(upload, author="me"), 422, "invalid-input")
    assert server.submit(upload).status_code == 201


def test_nobody_reads_an_address_off_the_disk(server: Server, place: Place) -> None:
    upload = server.whole(b"abc")
    assert "127.0.0.1" not in (place.uploads / id_of(upload) / "state").read_text()
    assert (place.uploads.parent / "clients.key").stat().st_mode & 0o077 == 0


def test_a_client_has_a_budget_and_an_account_a_larger_one(place: Place) -> None:
    """In a vault of its own: each submission counts as 256 KiB, each upload as a MiB."""
    env = {
        **place.env,
        "REDRESS_VAULT_DIR": str(place.folder / "small"),
        "REDRESS_WAITING_CLIENT_BYTES": str(2 * MIB),
        "REDRESS_WAITING_ACCOUNT_BYTES": str(4 * MIB),
        "REDRESS_TRUSTED_PROXIES": "1",
    }
    with serving(env, place.folder / "small.log") as server:
        whole = [server.whole(b"a", "a"), server.whole(b"b", "b")]
        said = {**TUS, "Upload-Length": "1"}
        refused = server.http.post("/v1/uploads", headers=said)
        assert is_problem(refused, 429, "budget-spent")["fields"]["holder"] == "client"
        for number in range(7):
            assert server.submit(text=str(number)).status_code == 201
        assert server.submit(*whole).status_code == 201
        is_problem(server.submit(text="one more"), 429, "budget-spent")
        assert server.http.post("/v1/uploads", headers=said).status_code == 201
        headers = {"X-Forwarded-For": "203.0.113.7"}  # as a proxy on this machine would say
        form = {"author": AUTHOR, "text": "from elsewhere"}
        assert server.http.post("/v1/evidence", data=form, headers=headers).status_code == 201
        sign_in(server)
        assert server.submit(text="signed in").status_code == 201


def sign_in(server: Server) -> None:
    person, origin = Person(), str(server.http.base_url)
    headers = {"Origin": origin}
    asked = server.http.post(
        "/v1/session/message", json={"address": person.address}, headers=headers
    ).json()
    signed = {
        "message": asked["message"],
        "signature": "0x" + signature(person, asked["message"]).hex(),
    }
    answer = server.http.post("/v1/session", json=signed, headers=headers)
    assert answer.status_code == 201, answer.text
    server.http.headers["Origin"] = origin


def test_the_command_sweeps(place: Place) -> None:
    assert place.server.submit(text="it waits").status_code == 201
    log = place.folder / "sweep.log"
    with redress(log, place.env, "evidence", "sweep", "--json") as child:
        assert child.wait(PATIENCE_SECONDS) == 0
    swept = json.loads(log.read_text())
    assert swept["given_up"] == 0
    assert swept["waiting"] > 0
