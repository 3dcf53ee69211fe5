"""Keys by which programs act for an account in what is private: a session without a browser."""

import re
import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

from dapp.domain.types import Address, UnixTime
from dapp.errors import NotFound, Refused, SignInRequired
from dapp.service import views
from dapp.service.clock import Wall
from dapp.store.api_keys import MOST_KEYS, ApiKey, ApiKeyRows

View = dict[str, Any]

MAX_DAYS = 366
_PREFIX = "redress_"
"""So that a key is known as one wherever it turns up by mistake."""
_KEY = re.compile(_PREFIX + r"[0-9a-f]{64}")


class ApiKeys:
    """Every method raises DatabaseUnavailable."""

    def __init__(self, rows: ApiKeyRows, wall: Wall) -> None:
        self._rows = rows
        self._wall = wall

    async def make(self, account: Address, name: str, days: int) -> View:
        """A new key; nobody can tell it again. Raises Refused."""
        key = _PREFIX + secrets.token_hex(32)
        now = self._now()
        made = await self._rows.add(_digest(key), account, name, now, UnixTime(now + days * 86_400))
        if made is None:
            raise Refused(
                f"this account has {MOST_KEYS} keys already",
                remedy="Remove one that is not used any more",
                code="too-many-api-keys",
            )
        return {**_view(made), "key": key}

    async def find(self, key: str) -> ApiKey:
        """Raises SignInRequired for one that is unknown, removed or too old."""
        found = await self._rows.find(_digest(key), self._now()) if _KEY.fullmatch(key) else None
        if found is None:
            raise SignInRequired(
                "this API key is not one, was removed, or is too old",
                remedy="Make a new one where you are signed in: POST /v1/me/api-keys",
                code="api-key-unknown",
            )
        return found

    async def list(self, account: Address) -> View:
        return {"api_keys": [_view(one) for one in await self._rows.all_of(account, self._now())]}

    async def remove(self, account: Address, key: UUID) -> None:
        """Raises NotFound."""
        if not await self._rows.remove(account, key):
            raise NotFound(
                "this account has no such API key",
                remedy="See GET /v1/me/api-keys",
                code="api-key-missing",
            )

    def _now(self) -> UnixTime:
        return UnixTime(int(self._wall()))


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _view(found: ApiKey) -> View:
    return {
        "id": str(found.id),
        "name": found.name,
        "made_at": views.time(found.made_at),
        "expires_at": views.time(found.expires_at),
        "used_on": views.maybe_time(found.used_on),
    }
