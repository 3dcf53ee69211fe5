"""Whom a request comes from, as far as anything is counted by it."""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

_THIS_MACHINE = "127.0.0.1"
_WITH_PORT = re.compile(r"(?:\[([^]]+)\]|([0-9.]+))(?::[0-9]+)?")
"""Some proxies name the port as well, which is another each time."""


def client_of(scope: Scope, proxies: int) -> str | None:
    """The address that counts: of IPv6, the network it is in; None for this very machine.

    Whom proxies name is never this machine: what stands there, somebody else may have written.
    """
    said = scope["client"][0] if scope.get("client") else ""
    passed = Headers(scope=scope).getlist("x-forwarded-for") if proxies else []
    names = [name.strip() for line in passed for name in line.split(",") if name.strip()]
    if names:
        return _counted(names[-min(proxies, len(names))], may_be_here=False)
    return _counted(said, may_be_here=True)


def place_of(request: Request, proxies: int) -> str:
    """As `client_of`, with a name for this very machine."""
    return client_of(request.scope, proxies) or _THIS_MACHINE


@lru_cache(maxsize=4096)
def _counted(said: str, *, may_be_here: bool) -> str | None:
    try:
        address = ip_address(_without_port(said))
    except ValueError:
        return said[:64]
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback and may_be_here:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return str(address)


def _without_port(said: str) -> str:
    found = _WITH_PORT.fullmatch(said)
    return said if found is None else found[1] or found[2]
