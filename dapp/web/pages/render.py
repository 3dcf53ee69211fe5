"""One way to make a page: a template, in the reader's language."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from dapp.domain.events import KEYS
from dapp.domain.types import caip2
from dapp.service.evidence import MAX_FILES
from dapp.service.parts import Parts
from dapp.web.i18n import LANGUAGES, Language, choose, load
from dapp.web.limits import SECURITY_HEADERS
from dapp.web.words import words

_TEMPLATES = Path(__file__).parents[1] / "templates"
_COOKIE = "lang"
_COOKIE_SECONDS = 365 * 86_400
_SITE = ("chain_name", "key_registry", "node", "relay", "anchor", "most_files", "most_bytes")
_NODES = "; connect-src 'self' https: http://127.0.0.1:* http://localhost:*"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def parts_of(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


def language_of(request: Request) -> Language:
    wish = request.query_params.get("lang")
    cookie = request.cookies.get(_COOKIE)
    return load(choose(wish, cookie, request.headers.get("accept-language")))


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Renders a template; a language asked for by `?lang` is remembered."""
    t = language_of(request)
    html = render(
        t,
        template,
        words=words(t, template),
        languages=LANGUAGES,
        in_language=lambda tag: str(request.url.include_query_params(lang=tag)),
        site=_site(request),
        **context,
    )
    headers = {
        "Vary": "Accept-Language, Cookie, HX-Request",
        "Cache-Control": "no-cache",
        "Content-Language": t.tag,
    }
    response = HTMLResponse(html, status, headers=headers)
    if request.query_params.get("lang"):
        response.set_cookie(_COOKIE, t.tag, max_age=_COOKIE_SECONDS, samesite="lax")
    return response


def with_own_node(answer: Response) -> Response:
    """For pages that check for themselves: they alone may speak to a node that the reader names."""
    answer.headers["Content-Security-Policy"] = SECURITY_HEADERS["Content-Security-Policy"] + _NODES
    return answer


def render(t: Language, template: str, **context: Any) -> str:
    """A template's text, for what is no page in the common frame."""
    found = _environment().get_template(template)
    return found.render(t=t, say=t.say, count=t.count, html=t.html, **context)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Pages are UTF-8: escapes would make each letter of most languages six.
    found.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    return found


def _site(request: Request) -> dict[str, object]:
    """What a wallet needs to add the chain, and to read people's keys from it.

    Only an open node of this machine is named to it. `relay` is who sends what people sign, if
    anybody does, and `anchor` who puts signed complaints on chain; `most_files` and
    `most_bytes` are what one statement may have, and one file.
    """
    parts: Parts | None = getattr(request.app.state, "parts", None)
    if parts is None:
        return dict.fromkeys(_SITE, "")
    node = urlsplit(parts.settings.node_url)
    is_open = node.hostname in _LOOPBACK and node.username is None and node.path in ("", "/")
    return {
        "chain_name": caip2(parts.deployment.chain_id),
        "key_registry": parts.deployment.address_of(KEYS),
        "node": node.geturl() if is_open else "",
        "relay": parts.relay.terms.address or "",
        "anchor": parts.anchoring.terms.address or "",
        "most_files": MAX_FILES,
        "most_bytes": parts.settings.max_file_bytes,
    }
