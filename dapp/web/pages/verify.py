"""The page that checks a bundle: served in the pages' frame, and as one file to keep."""

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from dapp.web.i18n import Language
from dapp.web.limits import SECURITY_HEADERS
from dapp.web.pages.render import language_of, page, render
from dapp.web.verify_words import verify_words

router = APIRouter()

_STATIC = Path(__file__).parents[1] / "static"
_STYLES = ("built/pico.css", "built/redress.css", "built/verify-style.css")
_NODES = "https: http://127.0.0.1:* http://localhost:*"
_OTHER_THAN_CONNECTIONS = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


@router.get("/verify")
async def verify(request: Request) -> Response:
    """Without `?nodes` the browser keeps it from any connection at all."""
    t = language_of(request)
    response = page(
        request,
        "verify.html",
        verify_words=verify_words(t),
        saved_digest=hashlib.sha256(saved_page(t)).hexdigest(),
        with_nodes="/verify?nodes",
        with_hash="/verify",
    )
    sources = f"'self' {_NODES}" if "nodes" in request.query_params else "'none'"
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = f"{policy}; connect-src {sources}"
    return response


@router.get("/verify.html")
async def saved(request: Request) -> Response:
    """The same as one file; opened from a disk or from here, it is under its own policy."""
    t = language_of(request)
    headers = {
        "Content-Disposition": 'attachment; filename="redress-verify.html"',
        "Vary": "Accept-Language, Cookie",
        "Cache-Control": "no-cache",
        "Content-Language": t.tag,
    }
    return Response(saved_page(t), media_type="text/html; charset=utf-8", headers=headers)


@cache
def saved_page(t: Language) -> bytes:
    """The whole file: words, style and script inside; the policy names both by their hash."""
    script = (_STATIC / "built" / "verify.js").read_text()
    style = "\n".join((_STATIC / name).read_text() for name in _STYLES)
    policy = _OTHER_THAN_CONNECTIONS.format(script=_source(script), style=_source(style))
    html = render(
        t,
        "verify-saved.html",
        verify_words=verify_words(t),
        script=Markup(script),  # noqa: S704 - our own build
        style=Markup(style),  # noqa: S704
        policy=Markup(policy.replace("'", "&#39;")),  # noqa: S704
        nodes_sources=_NODES,
        with_nodes="?nodes",
        with_hash="?",
    )
    return html.encode()


def _source(text: str) -> str:
    """As a policy names what stands in the page itself."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
