"""Where messages may go: nothing that a stranger enters leads to this machine or its neighbours."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from dapp.errors import InvalidInput

MAX_URL_CHARS = 1_000
MAX_EMAIL_CHARS = 254

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text. Raises OSError."""

_LOOK_UP_SECONDS = 5.0
_PORTS = {"http": 80, "https": 443}
_LOW_PORTS = frozenset(_PORTS.values())
"""Of those below 1024: other services might take a request for something else."""
_URL = re.compile(r"[!-\[\]-~]+")  # printable ASCII without the backslash
_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# What Python's list does not have: hosts of clouds that answer to those beside them only.
_NEIGHBOURS = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
_UNICAST = IPv6Network("2000::/3")
# IPv6 addresses with an IPv4 address in them: where the latter leads is what counts.
_MAPPED = tuple(map(IPv6Network, ("64:ff9b::/96", "::/96")))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A web address taken apart, checked, and not resolved."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As the Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class Unreachable(Exception):
    """Attributes: code: stable, kebab-case."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def endpoint(url: str, *, allow_local: bool) -> Endpoint:
    """A webhook's address. Raises InvalidInput for what we would never send to.

    `allow_local` allows http, and addresses of this machine and its neighbours.
    """
    if len(url) > MAX_URL_CHARS or not _URL.fullmatch(url):
        raise _bad("the address is too long, or has characters that an address cannot have")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad("this is no web address") from error
    if parts.scheme != "https" and not (allow_local and parts.scheme == "http"):
        raise _bad("the address does not begin with https://")
    if "@" in parts.netloc or parts.fragment:
        raise _bad("an address with a user, a password or a fragment is not taken")
    port = _PORTS[parts.scheme] if port is None else port
    if port < 1024 and port not in _LOW_PORTS:
        raise _bad(f"port {port} is not one for the web")
    return Endpoint(url, parts.scheme, _host(parts, allow_local=allow_local), port)


async def addresses(found: Endpoint, resolve: Resolve, *, allow_local: bool) -> list[str]:
    """Where the host is now; one look, so that what was checked is what is connected to.

    Raises Unreachable: `name-unknown`, or `address-private` if only one of them is.
    """
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            named = list(await resolve(found.host, found.port))
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Unreachable("name-unknown") from error
    if not named:
        raise Unreachable("name-unknown")
    if not allow_local and not all(is_public(one) for one in named):
        raise Unreachable("address-private")
    return named


async def resolve(host: str, port: int) -> list[str]:
    """By the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet's."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_public(found)


def mailbox(text: str) -> str:
    """An e-mail address in the form that we compare by: the host in lower case.

    Raises InvalidInput; for one with letters beyond ASCII before the @ as well, which most servers
    do not take. A host with such letters becomes its `xn--` form, so that no two look the same.
    """
    name, at, host = text.strip().rpartition("@")
    try:
        host = host.encode("idna").decode().lower() if at else ""
    except UnicodeError:
        host = ""
    is_name = len(name) <= 64 and _MAILBOX.fullmatch(name) is not None
    is_host = "." in host and _NAME.fullmatch(host) is not None and not _is_number(host)
    if not is_name or not is_host or len(name) + 1 + len(host) > MAX_EMAIL_CHARS:
        raise InvalidInput(
            "this is no e-mail address that we can write to",
            remedy="Give one such as name@example.org",
            code="email-invalid",
            fields={"field": "target"},
        )
    return f"{name}@{host}"


def reader_of(found: str) -> str:
    """Of a mailbox: the same for all spellings that most servers take to the same reader."""
    name, _, host = found.rpartition("@")
    return f"{name.partition('+')[0].lower() or name}@{host}"


def _host(parts: SplitResult, *, allow_local: bool) -> str:
    host = (parts.hostname or "").lower()
    if ":" in host or _is_number(host):
        try:
            literal = ip_address(host)
        except ValueError as error:
            raise _bad("this is no address of a host") from error
        if not allow_local and not _is_public(literal):
            raise _bad("this host is not on the open internet", "address-private")
        return str(literal)
    if _NAME.fullmatch(host) is None:
        raise _bad("this is no name of a host; one with other letters has an xn-- form")
    if "." not in host and not allow_local:
        raise _bad("this host is not on the open internet", "address-private")
    return host


def _is_number(host: str) -> bool:
    """Whether resolvers may read it as an IPv4 address, in whatever notation."""
    last = host.rpartition(".")[2]
    return last.isdecimal() or re.fullmatch(r"0x[0-9a-f]*", last) is not None or not last


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return _is_public(inner)
        if address not in _UNICAST:
            return False
    elif any(address in network for network in _NEIGHBOURS):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None or address.sixtofour is not None:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _MAPPED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _bad(message: str, code: str = "webhook-invalid") -> InvalidInput:
    return InvalidInput(
        message,
        remedy="Give an address of the open internet, such as https://desk.example/redress",
        code=code,
        fields={"field": "target"},
    )
