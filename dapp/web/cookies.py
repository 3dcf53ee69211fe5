"""The cookies of a session, and at which site they are good."""

from fastapi import Request, Response

from dapp.domain.site import Site, loopback_site
from dapp.settings import Settings

SESSION = "redress-session"
"""Stands for a session."""
BROWSER = "redress-sign-in"
"""Of a browser that asked for a message."""


def site_of(request: Request, settings: Settings) -> Site | None:
    """Where people reach us; None where nobody said so and it is not this machine."""
    host = request.headers.get("host", "")
    return settings.site or loopback_site(request.url.scheme, host)


def holds(request: Request, name: str) -> bool:
    """Whether the browser sent the cookie, under whichever name."""
    return name in request.cookies or _safe(name) in request.cookies


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
