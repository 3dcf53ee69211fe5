"""Who asks: the account that is signed in, and whether one of our own pages asks for a change."""

from typing import Annotated

from fastapi import Depends, Request, Response

from dapp.domain.site import Site, loopback_site
from dapp.domain.types import Address
from dapp.errors import CrossSite, Refused, SignInRequired
from dapp.store.sessions import Session
from dapp.web.api.inputs import PartsOf

SESSION = "redress-session"
"""The cookie that stands for a session."""
BROWSER = "redress-sign-in"
"""The cookie of a browser that asked for a message."""

_READS = ("GET", "HEAD", "OPTIONS")


async def _site(request: Request, parts: PartsOf) -> Site:
    told = parts.settings.site
    found = told or loopback_site(request.url.scheme, request.headers.get("host", ""))
    if found is None:
        raise Refused(
            "this server was not told where people reach it",
            remedy="Set REDRESS_PUBLIC_URL, or open the pages by 127.0.0.1",
            code="site-unknown",
        )
    return found


SiteOf = Annotated[Site, Depends(_site)]


async def same_site(request: Request, site: SiteOf) -> None:
    """Refuses a change that a page of another site asks for (CSRF): SameSite is not all we rely on.

    Raises CrossSite, also where neither `Origin` nor `Sec-Fetch-Site` is there.
    """
    if request.method in _READS:
        return
    origin, fetch = (request.headers.get(name) for name in ("origin", "sec-fetch-site"))
    if (origin or fetch) and origin in (None, site.origin) and fetch in (None, "same-origin"):
        return
    raise CrossSite(
        "this change was not asked for by one of our own pages",
        remedy=f"Open {site.origin} and do it there; programs say Origin: {site.origin}",
    )


async def _optional_session(request: Request, parts: PartsOf) -> Session | None:
    """None where nobody is signed in. Raises CrossSite as `same_site`."""
    if SESSION not in request.cookies and _safe(SESSION) not in request.cookies:
        return None
    site = await _site(request, parts)
    await same_site(request, site)
    token = cookie(request, site, SESSION)
    return None if token is None else await parts.sessions.find(token)


OptionalSession = Annotated[Session | None, Depends(_optional_session)]


async def _session(found: OptionalSession) -> Session:
    if found is None:
        raise SignInRequired(
            "this is private to an account, and nobody is signed in",
            remedy="Sign in with your wallet",
        )
    return found


SignedIn = Annotated[Session, Depends(_session)]


async def _account(session: SignedIn) -> Address:
    return session.account


async def _optional_account(session: OptionalSession) -> Address | None:
    return None if session is None else session.account


Account = Annotated[Address, Depends(_account)]
"""The account that is signed in; 401 `sign-in-required` where none is, 403 `cross-site`."""
OptionalAccount = Annotated[Address | None, Depends(_optional_account)]
"""As `Account`, but None where nobody is signed in."""


def cookie(request: Request, site: Site, name: str) -> str | None:
    return request.cookies.get(_name(site, name))


def set_cookie(response: Response, site: Site, name: str, value: str, seconds: int) -> None:
    """Of this host alone, out of reach of scripts and of other sites; 0 seconds take it away."""
    response.set_cookie(
        _name(site, name),
        value,
        max_age=seconds,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="strict",
    )


def _name(site: Site, name: str) -> str:
    return _safe(name) if site.is_secure else name


def _safe(name: str) -> str:
    """A name that no neighbouring host and no plain http can set (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}"
