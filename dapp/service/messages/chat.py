"""Chat tools, by Apprise: only those that always post to their maker's own servers."""

import asyncio
import re
from typing import TYPE_CHECKING

from dapp.errors import InvalidInput
from dapp.service.aside import aside
from dapp.service.messages.reach import MAX_URL_CHARS
from dapp.service.messages.sending import NotSent

if TYPE_CHECKING:
    from apprise import NotifyBase

TOOLS = {
    "dingtalk": "DingTalk",
    "discord": "Discord",
    "feishu": "Feishu",
    "gchat": "Google Chat",
    "lark": "Lark",
    "pbul": "Pushbullet",
    "pover": "Pushover",
    "slack": "Slack",
    "tgram": "Telegram",
    "wecombot": "WeCom",
}
"""Schemas that reach neither files nor commands, nor a host that whoever enters them may choose."""
LOCAL_TOOLS = {"json": "JSON"}
"""Where local addresses are allowed: posts JSON to a host, for tests and development."""

# Nothing after a question mark: there Apprise takes files to read, and orders not to check TLS.
_URL = re.compile(r"([a-z]+)://[A-Za-z0-9_@:#.%+=/~-]+")


class Chat:
    def __init__(self, *, allow_local: bool, seconds: float = 20.0) -> None:
        """`seconds`: that one attempt may take."""
        self._allow_local = allow_local
        self._seconds = seconds

    async def send(self, url: str, subject: str, text: str) -> None:
        """Raises NotSent; Apprise does not tell why."""
        import apprise  # here, so that nobody else waits for its many plug-ins

        try:
            tools = apprise.Apprise(_tool(url, allow_local=self._allow_local))
        except InvalidInput as error:
            raise NotSent("chat-invalid", is_final=True) from error
        try:
            async with asyncio.timeout(self._seconds):
                done = await aside(
                    lambda: tools.notify(
                        body=text, title=subject, body_format=apprise.NotifyFormat.TEXT
                    )
                )
        except TimeoutError as error:
            raise NotSent("too-slow") from error
        except Exception as error:  # whatever its plug-ins let through
            raise NotSent("chat-refused") from error
        if not done:
            raise NotSent("chat-refused")


def check(url: str, *, allow_local: bool) -> str:
    """How the tool may be shown, without what is secret in its URL. Raises InvalidInput."""
    shown = _tool(url, allow_local=allow_local).url(privacy=True)  # type: ignore[no-untyped-call]
    return str(shown).partition("?")[0]


def _tool(url: str, *, allow_local: bool) -> "NotifyBase":
    import apprise

    allowed = {**TOOLS, **(LOCAL_TOOLS if allow_local else {})}
    found = _URL.fullmatch(url) if len(url) <= MAX_URL_CHARS else None
    if found is None or found[1] not in allowed:
        raise _bad("this chat tool is not one that we write to")
    asset = apprise.AppriseAsset(
        app_id="Redress", app_url="", async_mode=False, storage_mode="memory"
    )
    tool = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if not isinstance(tool, apprise.NotifyBase):
        raise _bad("this is no address of that chat tool")
    return tool


def _bad(message: str) -> InvalidInput:
    return InvalidInput(
        message,
        remedy=f"Give an Apprise URL without parameters, of one of {', '.join(sorted(TOOLS))}",
        code="chat-invalid",
        fields={"field": "target"},
    )
