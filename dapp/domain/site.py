"""Where people reach the pages, as browsers and wallets name it: an origin (RFC 6454)."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

# Names in lower case and ASCII, since that is how they are compared; an IPv6 address in brackets.
_AUTHORITY = re.compile(r"([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    scheme: str
    """http or https."""
    authority: str
    """The host, with the port where it is not the scheme's own."""

    @property
    def origin(self) -> str:
        """As a browser's `Origin` header says it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"


def site_of(url: str) -> Site:
    """The site of an http(s) address that has nothing after the host. Raises ValueError."""
    scheme, _, authority = url.lower().partition("://")
    if scheme not in _PORTS:
        raise ValueError("give an address of http:// or https://")
    return _site(scheme, authority.removesuffix("/"))


def loopback_site(scheme: str, host: str) -> Site | None:
    """The site that a `Host` header names, if it is this machine itself; else None.

    Any other name could be anybody's: whoever asks writes that header.
    """
    try:
        site = _site(scheme, host)
    except ValueError:
        return None
    return site if _is_loopback(_split(site.authority)[0]) else None


def _site(scheme: str, authority: str) -> Site:
    name, port = _split(authority.lower())
    if not port or int(port) == _PORTS[scheme]:
        return Site(scheme, name)
    if not 0 < int(port) < 65_536:
        raise ValueError("a port is a number up to 65535")
    return Site(scheme, f"{name}:{int(port)}")


def _split(authority: str) -> tuple[str, str]:
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise ValueError("give a host in ASCII, and nothing after it but a port")
    return found[1], found[2] or ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
