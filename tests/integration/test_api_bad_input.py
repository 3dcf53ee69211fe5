"""Input that makes no sense is refused in words: no route breaks."""

from typing import Any

import pytest

from tests import api_scene
from tests.api_scene import MAX_UPLOAD_BYTES, NOBODY, NOTHING, Scene, is_problem

scene = api_scene.scene


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/cases/999", 404, "complaint-unknown"),
        ("/v1/cases/999/timeline", 404, "complaint-unknown"),
        ("/v1/cases/0", 422, "invalid-request"),
        ("/v1/cases/one", 422, "invalid-request"),
        (f"/v1/cases/{10**30}", 422, "invalid-request"),
        ("/v1/cases?limit=0", 422, "invalid-request"),
        ("/v1/cases?cursor=%00nonsense", 422, "invalid-input"),
        ("/v1/cases?state=lost", 422, "invalid-input"),
        ("/v1/cases?customer=0x12", 422, "invalid-input"),
        ("/v1/organisations/77", 404, "organisation-unknown"),
        ("/v1/organisations?cursor=-1", 422, "invalid-input"),
        ("/v1/orders?cursor=x", 422, "invalid-input"),
        (f"/v1/orders/{NOTHING}", 404, "order-unknown"),
        ("/v1/orders/abc", 422, "invalid-input"),
        ("/v1/arbitrators/abc", 422, "invalid-input"),
        ("/v1/arbitrators?cursor=x", 422, "invalid-input"),
        (f"/v1/evidence/{NOTHING}", 404, "evidence-not-here"),
        ("/v1/evidence/abc", 422, "invalid-input"),
        ("/ipfs/abc", 400, "cid-invalid"),
        ("/ipfs/bafkqaaa/..%2f..", 400, "path-invalid"),
        ("/ipfs/bafkqaaa?format=tar", 406, "not-acceptable"),
        (
            "/ipfs/bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            404,
            "block-missing",
        ),
        ("/v1/nothing", 404, "unknown-route"),
        ("/v1/actions/file", 405, "method-not-allowed"),
    ],
)
def test_a_read_is_refused_in_words(scene: Scene, path: str, status: int, code: str) -> None:
    is_problem(scene.service.http.get(path), status, code)


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{nope", "application/json", 400, "json-invalid"),
        (b"[1, 2]", "application/json", 422, "invalid-request"),
        (b'"text"', "application/json", 422, "invalid-request"),
        (b"", "application/json", 422, "invalid-request"),
        (b"\xff\xfe", "application/json", 400, "json-invalid"),
        (b"a=b", "application/x-www-form-urlencoded", 422, "invalid-request"),
        (b" " * 300_000, "application/json", 413, "body-too-large"),
        (b"[" * 100_000, "application/json", 400, "bad-request"),
    ],
)
def test_a_body_is_refused_in_words(
    scene: Scene, content: bytes, kind: str, status: int, code: str
) -> None:
    headers = {"content-type": kind}
    response = scene.service.http.post("/v1/actions/offer", content=content, headers=headers)
    is_problem(response, status, code)


AUTHOR = {"author": NOBODY}


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"data": AUTHOR}, 422, "evidence-empty"),
        ({"data": {"text": "hello"}}, 422, "invalid-request"),
        ({"data": {"author": "me", "text": "hello"}}, 422, "invalid-input"),
        ({"data": {**AUTHOR, "text": "a", "complaint": "0"}}, 422, "invalid-request"),
        ({"data": {**AUTHOR, "text": "a", "order": "0x1"}}, 422, "invalid-input"),
        ({"data": {**AUTHOR, "text": "a" * 10_001}}, 422, "manifest-field-invalid"),
        ({"data": {**AUTHOR, "text": "a\x00b"}}, 422, "manifest-field-invalid"),
        (
            {"data": {**AUTHOR, "kind": "rumour"}, "files": {"files": ("a", b"a")}},
            422,
            "evidence-kind-unknown",
        ),
        (
            {"data": AUTHOR, "files": {"files": ("gnp.\u202eexe", b"a")}},
            422,
            "manifest-name-unsafe",
        ),
        (
            {"data": AUTHOR, "files": {"files": ("a", b"a" * (MAX_UPLOAD_BYTES + 1))}},
            413,
            "body-too-large",
        ),
        (
            {"data": AUTHOR, "files": [("files", ("a", b"a")) for _ in range(33)]},
            422,
            "evidence-too-many-files",
        ),
        (
            {"data": AUTHOR, "files": [("files", ("a", b"a")) for _ in range(200)]},
            400,
            "bad-request",
        ),
    ],
)
def test_evidence_is_refused_in_words(
    scene: Scene, form: dict[str, Any], status: int, code: str
) -> None:
    is_problem(scene.service.http.post("/v1/evidence", **form), status, code)


def test_a_broken_upload_is_refused(scene: Scene) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = scene.service.http.post("/v1/evidence", content=b"--y\r\n", headers=headers)
    assert response.status_code in (400, 422)
    is_problem(response, response.status_code, response.json()["code"])
