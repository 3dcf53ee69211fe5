"""Who asks: the account that is signed in, and whether one of our own pages asks for a change."""

from typing import Annotated

from fastapi import Depends, Request, Response

from dapp.domain.site import Site
from dapp.domain.types import Address
from dapp.errors import CrossSite, DatabaseUnavailable, Refused, SignInRequired
from dapp.store.sessions import Session
from dapp.web import quotas
from dapp.web.api.inputs import PartsOf
from dapp.web.clients import place_of
from dapp.web.cookies import SESSION, cookie, holds, site_of
from evidence import Holder

_READS = ("GET", "HEAD", "OPTIONS")


async def never_stored(response: Response) -> None:
    """What is private stays out of every cache."""
    response.headers["Cache-Control"] = "no-store"


async def _site(request: Request, parts: PartsOf) -> Site:
    found = site_of(request, parts.settings)
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
    if not holds(request, SESSION):
        return None
    site = await _site(request, parts)
    await same_site(request, site)
    token = cookie(request, site, SESSION)
    found = None if token is None else await parts.sessions.find(token)
    if found is not None and request.method not in _READS:
        quotas.count(request, found.account)
    return found


OptionalSession = Annotated[Session | None, Depends(_optional_session)]


async def in_browser(found: OptionalSession) -> Address:
    if found is None:
        raise _nobody()
    return found.account


async def _optional_account(request: Request, parts: PartsOf) -> Address | None:
    """Of an API key, which no other site's page can send along, else of the session."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        session = await _optional_session(request, parts)
        return None if session is None else session.account
    found = await parts.api_keys.find(key.strip())
    if request.method not in _READS:
        quotas.count(request, found.account)
    return found.account


async def required_account(
    account: Annotated[Address | None, Depends(_optional_account)],
) -> Address:
    if account is None:
        raise _nobody()
    return account


def _nobody() -> SignInRequired:
    return SignInRequired(
        "this is private to an account, and nobody is signed in",
        remedy="Sign in with your wallet; programs send an API key",
    )


Account = Annotated[Address, Depends(required_account)]
"""The account that is signed in, or whose API key is sent; 401 `sign-in-required` where none is,
`api-key-unknown`; 403 `cross-site`."""
InBrowser = Annotated[Address, Depends(in_browser)]
"""As `Account`, but never by an API key."""
OptionalAccount = Annotated[Address | None, Depends(_optional_account)]
"""As `Account`, but None where nobody is signed in."""


async def _holder(request: Request, parts: PartsOf) -> Holder:
    """Of what is sent; who cannot be relied on is nobody."""
    try:
        account = await _optional_account(request, parts)
    except (CrossSite, Refused, SignInRequired, DatabaseUnavailable):
        account = None
    place = place_of(request, parts.settings.trusted_proxies)
    return parts.intake.holder(place, account)


HolderOf = Annotated[Holder, Depends(_holder)]
