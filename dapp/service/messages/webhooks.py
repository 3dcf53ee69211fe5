"""Webhooks by the Standard Webhooks spec: who gets one can tell that it came from us."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx
from standardwebhooks import Webhook

from dapp.errors import InvalidInput
from dapp.service.messages.reach import Endpoint, Resolve, Unreachable, addresses, endpoint, resolve
from dapp.service.messages.sending import NotSent

_MAX_ANSWER_BYTES = 16 * 1024
_MAX_PATIENCE_SECONDS = 6 * 3600.0


class Webhooks:
    """Sends them. Redirects and proxies of the environment are not followed."""

    def __init__(
        self, *, allow_local: bool, seconds: float = 20.0, resolver: Resolve = resolve
    ) -> None:
        """`seconds`: that one attempt may take, from looking the name up to the answer."""
        self._allow_local = allow_local
        self._seconds = seconds
        self._resolve = resolver

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    async def send(
        self, url: str, letter: UUID, body: Mapping[str, Any], secrets: Sequence[str], now: float
    ) -> None:
        """Posts the body, signed with each of the secrets. Raises NotSent."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        headers = _headers(letter, text, secrets, now)
        try:
            async with asyncio.timeout(self._seconds):
                status, wait = await self._post(self._endpoint(url), text.encode(), headers)
        except TimeoutError as error:
            raise NotSent("too-slow") from error
        except Unreachable as error:
            raise NotSent(error.code) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise NotSent("no-connection") from error
        _judge(status, wait)

    def _endpoint(self, url: str) -> Endpoint:
        try:
            return endpoint(url, allow_local=self._allow_local)
        except InvalidInput as error:
            raise NotSent("address-refused", is_final=True) from error

    async def _post(
        self, to: Endpoint, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, float]:
        """Connects to the very address that was checked, under the name that was asked for."""
        found = await addresses(to, self._resolve, allow_local=self._allow_local)
        url = httpx.URL(to.url).copy_with(host=found[0])
        async with httpx.AsyncClient(
            verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._seconds
        ) as client:
            request = client.build_request(
                "POST",
                url,
                content=body,
                headers={**headers, "Host": to.authority},
                extensions={"sni_hostname": to.host},
            )
            async with aclosing(await client.send(request, stream=True)) as response:
                await _read_some(response)
                return response.status_code, _patience(response.headers.get("retry-after", ""))


async def _read_some(response: httpx.Response) -> None:
    """As it came: nothing that is packed is unpacked."""
    read = 0
    async for part in response.aiter_raw():
        read += len(part)
        if read > _MAX_ANSWER_BYTES:
            return


def _headers(letter: UUID, text: str, secrets: Sequence[str], now: float) -> dict[str, str]:
    number, at = f"msg_{letter.hex}", datetime.fromtimestamp(now, UTC)
    signatures = [Webhook(secret).sign(number, at, text) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Redress-Webhooks/1",
        "Accept-Encoding": "identity",
        "webhook-id": number,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(signatures),
    }


def _judge(status: int, wait: float) -> None:
    if 200 <= status < 300:
        return
    if status == 410:
        raise NotSent("gone", is_final=True, is_gone=True)
    if 300 <= status < 400:
        raise NotSent("redirected")
    raise NotSent(f"status-{status}", retry_after=wait)


def _patience(text: str) -> float:
    is_seconds = text.isascii() and text.isdecimal() and len(text) < 10
    return min(float(text), _MAX_PATIENCE_SECONDS) if is_seconds else 0.0
