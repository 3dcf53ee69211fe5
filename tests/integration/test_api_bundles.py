"""Bundles by HTTP."""

import io

import pytest

from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from tests.api_scene import Scene, is_problem, scene

__all__ = ["scene"]


def _trusted(etag: str) -> Hash32:
    return Hash32(etag.removeprefix('W/"').removesuffix('"'))


def test_a_bundle_comes_with_its_block(scene: Scene) -> None:
    http = scene.service.http
    for path, name in (
        (f"/v1/cases/{scene.names['voting']}/bundle", f"case-{scene.names['voting']}"),
        (f"/v1/organisations/{scene.names['organisation']}/bundle", "organisation-1"),
    ):
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/zip"
        block = scene.service.get("/v1/status")["as_of_block"]
        told = answer.headers["content-disposition"]
        assert told == f'attachment; filename="redress-{name}-block-{block}.zip"'
        verdict = verify(io.BytesIO(answer.content), _trusted(answer.headers["etag"]))
        cases = [one for one in verdict.entries if one.kind == "complaint"]
        assert {one.verdict for one in cases} == {"verified"}
        again = http.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
        assert http.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
        assert http.get(path, params={"block": "latest"}).content == answer.content
        earlier = http.get(path, params={"block": str(block - 1)})
        assert earlier.status_code == 200
        assert earlier.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/cases/99/bundle", 404, "complaint-unknown"),
        ("/v1/organisations/99/bundle", 404, "organisation-unknown"),
        ("/v1/cases/1/bundle?block=soon", 422, "invalid-input"),
        ("/v1/cases/1/bundle?block=99999999", 422, "block-not-indexed"),
        ("/v1/cases/1/bundle?block=-1", 422, "invalid-input"),
        ("/v1/cases/1/bundle?block=" + "1" * 21, 422, "invalid-request"),
        ("/v1/cases/0/bundle", 422, "invalid-request"),
        pytest.param(
            "/v1/cases/1/bundle?block=finalized",
            422,
            "block-not-indexed",
            marks=pytest.mark.needs("final_genesis"),
        ),
    ],
)
def test_what_is_refused(scene: Scene, path: str, status: int, code: str) -> None:
    is_problem(scene.service.http.get(path), status, code)
