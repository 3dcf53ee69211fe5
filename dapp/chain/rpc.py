"""JSON-RPC over HTTP, with answers typed and errors ours."""

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import httpx
import msgspec

from dapp.errors import NodeBusy, NodeRefused, NodeUnavailable

Answer = TypeVar("Answer")
Call = tuple[str, Sequence[Any]]
"""A method and its parameters."""

_CHECK = "Check that the node runs and that REDRESS_NODE_URL names it"
_MOST_BYTES = 64 * 1024**2
"""Of one answer; several times what a full block's receipts take."""
_MOST_CHARS = 300
"""Of text in an answer that is shown."""
# What nodes answer when they are asked too often (EIP-1474 and common practice).
_BUSY_CODES = (-32005, 429)
# `Raw` equals nothing but another `Raw`.
_NULL = msgspec.Raw(b"null")


_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class _Error(msgspec.Struct):
    code: int
    message: str = ""
    data: Any = None


class _Reply(msgspec.Struct):
    id: int
    result: msgspec.Raw = _NULL
    error: _Error | None = None


class Rpc:
    """A node. Its URL may hold a key, so no error and no log ever shows it.

    Args:
        url: where it answers, over HTTP.
        timeout_seconds: for a whole answer.
    """

    def __init__(self, url: str, timeout_seconds: float = 20.0) -> None:
        self._url = url
        self.received = 0
        limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
        self._client = httpx.AsyncClient(timeout=timeout_seconds, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def call(self, answer: type[Answer], method: str, *params: Any) -> Answer:
        """Make one call.

        Raises:
            NodeUnavailable: no answer, or none of that type.
            NodeBusy: it asks for patience.
            NodeRefused: it answered with an error.
        """
        found = await self.maybe(answer, method, *params)
        if found is None:
            raise NodeUnavailable(f"the node's answer to {method} is empty")
        return found

    async def maybe(self, answer: type[Answer], method: str, *params: Any) -> Answer | None:
        """Make one call; None where the node knows no such thing. Raises as `call`."""
        request = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
        return _result(answer, method, await self._post(_Reply, method, request))

    async def batch(self, answer: type[Answer], calls: Sequence[Call]) -> list[Answer | None]:
        """Make calls in one request; the answers come in the order of the calls.

        None stands where the node knows no such thing.

        Raises:
            NodeUnavailable, NodeBusy, NodeRefused: as `call`, if any of them fails.
        """
        if not calls:
            return []
        request = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(calls)
        ]
        replies = await self._post(list[_Reply], calls[0][0], request)
        by_id = {reply.id: reply for reply in replies}
        if len(by_id) != len(calls) or any(number not in by_id for number in range(len(calls))):
            raise NodeUnavailable("the node left calls of a batch unanswered")
        return [_result(answer, call[0], by_id[number]) for number, call in enumerate(calls)]

    async def _post(self, shape: type[Answer], method: str, request: Any) -> Answer:
        try:
            async with self._client.stream(
                "POST",
                self._url,
                content=msgspec.json.encode(request),
                headers={"Content-Type": "application/json"},
            ) as response:
                body = await _body(response, method)
        except httpx.TimeoutException:
            raise NodeUnavailable(f"the node did not answer {method} in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Not `from error`: its text holds the URL.
            kind = type(error).__name__
            raise NodeUnavailable(f"the node cannot be reached ({kind})", remedy=_CHECK) from None
        self.received += len(body)
        _check_status(response)
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            raise NodeUnavailable(f"the node's answer to {method} makes no sense") from error


async def _body(response: httpx.Response, method: str) -> bytes:
    """Raises NodeUnavailable, as if it were cut off, for one that never seems to end."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise NodeUnavailable(
                f"the node's answer to {method} has more than {_MOST_BYTES} bytes"
            )
    return b"".join(parts)


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        after = response.headers.get("Retry-After", "")
        fields = {"http_status": status}
        if after.isdecimal():
            fields["retry_after_seconds"] = int(after)
        raise NodeBusy(f"the node asks for patience (HTTP {status})", fields=fields)
    # Some nodes answer errors of JSON-RPC with 400; others have no JSON to show.
    if status >= 400 and not response.headers.get("Content-Type", "").startswith(
        "application/json"
    ):
        raise NodeUnavailable(f"the node refuses us (HTTP {status})", remedy=_CHECK)


def _unwrapped(data: Any) -> Any:
    """What a call reverted with: Hardhat's node wraps it once more, beside a message.

    None for text that is not hexadecimal: what it says is the message's.
    """
    inner = data.get("data") if isinstance(data, dict) else None
    found = inner if isinstance(inner, str) else data
    return None if isinstance(found, str) and not _HEX.fullmatch(found) else found


def _result(answer: type[Answer], method: str, reply: _Reply) -> Answer | None:
    if reply.error is not None:
        error = reply.error
        if error.code in _BUSY_CODES:
            raise NodeBusy(f"the node asks for patience: {readable(error.message)}")
        raise NodeRefused(
            f"the node refused {method}: {readable(error.message)}",
            fields={"rpc_code": error.code, "data": _unwrapped(error.data)},
        )
    if reply.result == _NULL:
        return None
    if answer is msgspec.Raw:
        return cast(Answer, reply.result)
    try:
        return msgspec.json.decode(reply.result, type=answer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NodeUnavailable(f"the node's answer to {method} makes no sense") from error


def readable(text: str) -> str:
    """What can be shown of text that anybody may have written: why a contract refuses, say."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:_MOST_CHARS])
