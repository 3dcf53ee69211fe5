"""What a webhook is told, for programs: the same at each try but for how final it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dapp.domain.notices import Facts
from dapp.domain.types import ChainId, caip2
from dapp.service import views
from dapp.service.messages.sending import MOST_SHOWN, Letter, Written
from dapp.store.letters import LetterKind
from dapp.store.notice_turn import Due
from dapp.store.views import Head

View = dict[str, Any]


def payload(
    letter: Letter, written: Written, made_at: float, head: Head | None, chain_id: ChainId
) -> View:
    """`type`, `timestamp` and `data`, as the Standard Webhooks spec has them."""
    at = datetime.fromtimestamp(int(made_at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    chain = caip2(chain_id)
    common = {"chain": chain, "account": letter.reader.account, "text": written.text}
    if letter.kind is not LetterKind.NOTICES or not letter.notices:
        return {"type": "test", "timestamp": at, "data": common}
    shown = [
        _notice(due, line, head, letter.site)
        for due, line in zip(letter.notices, written.lines, strict=False)
    ]
    if len(letter.notices) == 1:
        (only,) = shown
        return {"type": only.pop("type"), "timestamp": at, "data": {**common, **only}}
    more = max(0, len(letter.notices) - MOST_SHOWN)
    return {
        "type": "digest",
        "timestamp": at,
        "data": {**common, "messages": shown, "not_shown": more},
    }


def _notice(due: Due, line: str, head: Head | None, site: str) -> View:
    notice = due.notice
    case = notice.complaint
    return {
        "type": f"case.{notice.kind}" if case is not None else str(notice.kind),
        "text": line,
        "complaint": case,
        "url": None if case is None else f"{site}/c/{case}",
        "at": views.time(notice.at),
        "until": None if notice.until is None else views.time(notice.until),
        "as_of_block": due.block,
        "finality": "latest" if head is None else head.finality_of(due.block),
        "facts": _facts(notice.facts),
    }


def _facts(found: Facts) -> Mapping[str, int | str | None]:
    """Without what only we make use of."""
    return {name: value for name, value in found.items() if name != "key"}
