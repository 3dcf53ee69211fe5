"""How often one client may be counted; forgotten with the process, and never written down."""

from collections import OrderedDict
from ipaddress import ip_address

_MOST_CLIENTS = 10_000


class Pace:
    """At most `most` a window and client; each process counts for itself."""

    def __init__(self, most: int = 10, seconds: float = 3600.0) -> None:
        self._most = most
        self._seconds = seconds
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, client: str, now: float) -> bool:
        """Counts one more of that client, if it may have one."""
        name = _network(client)
        began, number = self._counted.pop(name, (now, 0))
        if now - began >= self._seconds:
            began, number = now, 0
        self._counted[name] = (began, min(number, self._most) + 1)
        if len(self._counted) > _MOST_CLIENTS:
            self._counted.popitem(last=False)
        return number < self._most


def _network(client: str) -> str:
    """One subscriber of IPv6 has a whole /64."""
    try:
        address = ip_address(client)
    except ValueError:
        return ""
    return address.exploded[:19] if address.version == 6 else str(address)
