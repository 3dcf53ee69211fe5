"""How pages and files travel: compressed where it helps, kept as long as they are true."""

import asyncio
import re
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from dapp.web.app import STATIC
from dapp.web.delivery import Compressed, Files

LONG = "A complaint that nobody has to take on trust. " * 40
HASHED = next(path.name for path in (STATIC / "built").glob("chunk-*.js"))


async def said(request: Request) -> Response:
    return PlainTextResponse(LONG)


async def told(request: Request) -> Response:
    return StreamingResponse(iter(["data: one\n\n"] * 100), media_type="text/event-stream")


def asked(path: str, **headers: str) -> httpx.Response:
    """As the bytes came."""
    routes = [Route(one, said) for one in ("/", "/v1/cases", "/ipfs/bafy")]
    app = Starlette(
        routes=[*routes, Route("/live", told), Mount("/static", Files(directory=STATIC))]
    )
    transport = httpx.ASGITransport(Compressed(app))

    async def request() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
            return await http.get(path, headers={"Accept-Encoding": "identity", **headers})

    return asyncio.run(request())


GZIP: Mapping[str, str] = {"Accept-Encoding": "gzip"}


def test_pages_and_files_are_compressed_for_who_takes_it() -> None:
    zipped, plain = asked("/", **GZIP), asked("/")
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < len(LONG) / 5
    assert zipped.text == plain.text == LONG
    assert "content-encoding" not in plain.headers
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    styles = asked("/static/built/redress.css", **GZIP)
    assert styles.headers["content-encoding"] == "gzip"
    assert styles.content == (STATIC / "built" / "redress.css").read_bytes()


def test_what_was_compressed_beforehand_is_sent_as_it_lies_there() -> None:
    sent = asked("/static/built/redress.css", **{"Accept-Encoding": "gzip, deflate, br"})
    # As it came: nothing here reads it.
    assert sent.content == (STATIC / "built" / "redress.css.br").read_bytes()
    assert sent.headers["content-encoding"] == "br"
    assert sent.headers["content-type"].startswith("text/css")
    plain = asked("/static/built/redress.css")
    assert sent.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    refused = asked("/static/built/redress.css", **{"Accept-Encoding": "br;q=0"})
    assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("path", ["/v1/cases", "/ipfs/bafy", "/live"])
def test_the_api_the_gateway_and_the_stream_stay_as_they_are(path: str) -> None:
    assert "content-encoding" not in asked(path, **GZIP).headers


def test_a_part_of_a_file_is_the_part_that_was_asked_for() -> None:
    part = asked("/static/built/redress.css", **GZIP, Range="bytes=0-999")
    assert (part.status_code, len(part.content)) == (206, 1000)
    assert "content-encoding" not in part.headers


def test_what_is_named_by_its_hash_is_kept_for_ever() -> None:
    assert "immutable" in asked(f"/static/built/{HASHED}").headers["cache-control"]
    for name in ("built/redress.css", "built/app.js", "built/pico.css"):
        assert asked(f"/static/{name}").headers["cache-control"] == "no-cache"


def test_what_has_not_changed_is_not_sent_again() -> None:
    first = asked("/static/built/redress.css", **GZIP)
    tag = first.headers["etag"]
    assert tag.startswith('W/"'), "the compressed bytes are other bytes"
    again = asked("/static/built/redress.css", **GZIP, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_every_chunk_is_named_by_its_hash() -> None:
    built = {path.name for path in (STATIC / "built").glob("*.js")}
    entries = {"app.js", "early.js", "htmx.js", "seal.js", "verify.js"}
    assert {
        name for name in built - entries if not re.fullmatch(r".+-[0-9A-Z]{8}\.js", name)
    } == set()
