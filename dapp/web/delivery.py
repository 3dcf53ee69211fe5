"""How pages and their files travel: compressed, and no oftener than they change."""

import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMED_BY_HASH = re.compile(r".+-[0-9A-Z]{8}\.js")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_ELSEWHERE = ("/v1/", "/ipfs/")
_LEVEL = 6
"""Of zlib: 9 takes half as long again, and saves less than one byte in a hundred."""


class Files(StaticFiles):
    """Files whose names say what is in them are kept for ever; others are asked about by ETag.

    Beside those that are built lies the same as `NAME.br`: a ninth less than by gzip, and too slow
    to make for each reader.
    """

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        smaller = Path(f"{os.fspath(full_path)}.br")
        is_smaller = _takes_brotli(Headers(scope=scope)) and smaller.is_file()
        if is_smaller:
            response = super().file_response(smaller, smaller.stat(), scope, status_code)
            response.headers.update({"Content-Encoding": "br", "Vary": "Accept-Encoding"})
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        is_fixed = _NAMED_BY_HASH.fullmatch(Path(full_path).name)
        response.headers["Cache-Control"] = _FOR_EVER if is_fixed else _ASK_AGAIN
        # A strong one would say that the compressed bytes are the same bytes (RFC 9110, 8.8.3).
        response.headers["ETag"] = "W/" + response.headers["ETag"]
        return response


def _takes_brotli(headers: Headers) -> bool:
    """Where part of a file is asked for, it is a part of the file itself."""
    names = headers.get("Accept-Encoding", "").split(",")
    return "Range" not in headers and "br" in map(str.strip, names)


class Compressed:
    """Gzip for whoever takes it, of pages and their files alone.

    The API's answers are bytes that are kept ready, its stream must come at once, and what the
    gateway serves is mostly compressed already.

    An answer's length then tells what repeats in it (BREACH). That takes a secret beside what
    somebody else chose, in a request that they can cause again and again. Here there is none:
    what is private comes to the session's cookie alone, which is SameSite=Strict and so goes along
    with no request that another site causes; all else is public; forms carry no token
    (`same_site` looks at the origin); and a link that was mailed is a secret that whoever causes
    the request would have to know before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._zipped = GZipMiddleware(app, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and not scope["path"].startswith(_ELSEWHERE)
        await (self._zipped if is_page else self._app)(scope, receive, send)
