"""Drafts for wallets and desks: small JSON objects that only their account reads."""

import json
from collections.abc import Mapping
from typing import Any

from dapp.domain.types import Address
from dapp.errors import DraftsFull, InvalidInput, NotFound
from dapp.service.clock import Wall
from dapp.service.messages.keys import MessageKeys
from dapp.service.views import time
from dapp.store.account_drafts import AccountDraftRows, KeptDraft

View = dict[str, Any]

MOST = 20
MOST_BYTES = 64 * 1024
SECONDS = 90 * 86_400


class AccountDrafts:
    def __init__(self, rows: AccountDraftRows, keys: MessageKeys, wall: Wall) -> None:
        self._rows = rows
        self._keys = keys
        self._wall = wall

    async def put(self, account: Address, name: str, body: Mapping[str, Any]) -> View:
        """Keeps it for 90 days from now. Raises InvalidInput, DraftsFull, DatabaseUnavailable."""
        now = int(self._wall())
        draft = KeptDraft(name, self._keys.seal(_text(body)), now, now + SECONDS)
        if not await self._rows.put(account, draft, MOST):
            raise DraftsFull(
                f"an account keeps at most {MOST} drafts", remedy="Remove one of the others"
            )
        return self._view(draft, dict(body))

    async def show(self, account: Address, name: str) -> View:
        """Raises NotFound, DatabaseUnavailable."""
        found = next((one for one in await self.all_of(account) if one["id"] == name), None)
        if found is None:
            raise NotFound(f"there is no draft {name!r}", code="draft-unknown")
        return found

    async def all_of(self, account: Address) -> list[View]:
        """The latest first. Raises DatabaseUnavailable."""
        kept = await self._rows.all_of(account, int(self._wall()))
        opened = [(one, self._keys.open(one.body)) for one in kept]
        return [self._view(one, json.loads(body)) for one, body in opened if body is not None]

    async def remove(self, account: Address, name: str) -> None:
        """Raises DatabaseUnavailable."""
        await self._rows.remove(account, name)

    def _view(self, draft: KeptDraft, body: View) -> View:
        times = {"changed_at": time(draft.changed_at), "expires_at": time(draft.expires_at)}
        return {"id": draft.id, "draft": body, **times}


def _text(body: Mapping[str, Any]) -> str:
    """As JSON that every reader can take. Raises InvalidInput."""
    try:
        text = json.dumps(body, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "the draft is not JSON that everybody can read",
            remedy="Leave out NaN, Infinity and half characters",
            code="draft-invalid",
        ) from error
    if size > MOST_BYTES:
        raise InvalidInput(
            f"the draft has more than {MOST_BYTES} bytes",
            remedy="Keep less",
            code="draft-too-large",
        )
    return text
