"""A service elsewhere, by its API. What it says is checked by whoever acts on it."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from dapp.cli.source import Query, View
from dapp.domain.types import Address, Hash32
from dapp.errors import InvalidInput, NotFound, RedressError, Refused, Retryable
from dapp.service.evidence import Submission
from evidence import CID, digest_to_cid

MOST_BYTES = 32 * 1024**2
_SECONDS = 30.0
_UPLOAD_SECONDS = 600.0
_WORD_CHARS = 500
_KINDS: dict[int, type[RedressError]] = {
    404: NotFound,
    410: NotFound,
    422: InvalidInput,
    **dict.fromkeys((429, 502, 503, 504), Retryable),
}


class Remote:
    """Its URL may hold a password, so no error ever shows more of it than the host.

    Args:
        url: where the service is, without `/v1`.
    """

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        try:
            found = httpx.URL(url.rstrip("/"))
        except httpx.InvalidURL:
            found = httpx.URL("")
        if found.scheme not in ("http", "https") or not found.host:
            raise InvalidInput(
                "the service's address is not an http address",
                remedy="Write https:// and its name, as in a browser",
                fields={"field": "service"},
            )
        self._host = found.host
        # No redirects: what is posted goes to whom it was meant for.
        self._http = httpx.AsyncClient(base_url=found, timeout=_SECONDS, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def cases(self, query: Query, cursor: str | None, limit: int) -> View:
        return await self._get("/v1/cases", {**query, "cursor": cursor, "limit": limit})

    async def case(self, complaint: int) -> View:
        return await self._get(f"/v1/cases/{complaint}")

    async def timeline(self, complaint: int) -> View:
        return await self._get(f"/v1/cases/{complaint}/timeline")

    async def panel(self, complaint: int) -> View:
        return await self._get(f"/v1/cases/{complaint}/panel")

    async def orders(self, query: Query, cursor: str | None, limit: int) -> View:
        return await self._get("/v1/orders", {**query, "cursor": cursor, "limit": limit})

    async def organisation(self, organisation: int) -> View:
        return await self._get(f"/v1/organisations/{organisation}")

    async def organisations(self, cursor: str | None) -> View:
        return await self._get("/v1/organisations", {"cursor": cursor, "limit": 100})

    async def arbitrator(self, account: Address) -> View:
        return await self._get(f"/v1/arbitrators/{account}")

    async def foreseen(self, account: Address) -> View:
        return await self._get(f"/v1/arbitrators/{account}/foreseen")

    async def evidence(self, digest: Hash32) -> View:
        return await self._get(f"/v1/evidence/{digest}")

    async def manifest(self, digest: Hash32) -> bytes:
        cid = digest_to_cid(bytes.fromhex(digest[2:]))
        return await self._ask("GET", f"/ipfs/{cid}", params={"format": "raw"})

    async def anchored(self, leaf: Hash32, wait: float = 0.0) -> View:
        return await self._get(f"/v1/anchored/{leaf}", {"wait": str(wait)})

    async def all_anchored(self, query: Query, cursor: str | None, limit: int) -> View:
        return await self._get("/v1/anchored", {**query, "cursor": cursor, "limit": limit})

    async def anchor(self, signed: Mapping[str, Any], wait: float) -> View:
        params = {"wait": str(wait)}
        body = await self._ask("POST", "/v1/anchored", params=params, json=dict(signed))
        return self._object(body)

    async def prepare(self, action: str, values: Mapping[str, Any]) -> View:
        return self._object(await self._ask("POST", f"/v1/actions/{action}", json=dict(values)))

    async def relay(self, signed: Mapping[str, Any]) -> View:
        """Hands over what somebody signed, for the service to send."""
        return self._object(await self._ask("POST", "/v1/relay", json=dict(signed)))

    async def submit(self, submission: Submission) -> View:
        data: dict[str, Any] = {
            "author": submission.author,
            "text": submission.text,
            "complaint": submission.complaint,
            "order": submission.order,
            "salt": submission.salt,
            "kind": [one.kind for one in submission.files],
        }
        files = [("files", (one.name, one.stream, one.media_type)) for one in submission.files]
        fields = {name: value for name, value in data.items() if value is not None}
        # A form without a file is still a form: forms of the other kind hold less.
        body = await self._ask(
            "POST", "/v1/evidence", data=fields, files=files or None, timeout=_UPLOAD_SECONDS
        )
        return self._object(body)

    async def car(self, cid: CID, into: BinaryIO, most_bytes: int) -> None:
        """The blocks below a CID, as a CAR; nobody has checked them."""
        params = {"format": "car"}
        try:
            async with self._http.stream("GET", f"/ipfs/{cid}", params=params) as response:
                if not response.is_success:
                    raise self._problem(response.status_code, await self._body(response))
                async for part in response.aiter_bytes():
                    into.write(part)
                    if into.tell() > most_bytes:
                        raise self._senseless(f"it has more than {most_bytes} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(error) from None

    async def _get(self, path: str, query: Query | None = None) -> View:
        params = {name: value for name, value in (query or {}).items() if value is not None}
        return self._object(await self._ask("GET", path, params=params))

    async def _ask(self, method: str, path: str, **more: Any) -> bytes:
        try:
            async with self._http.stream(method, path, **more) as response:
                body = await self._body(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(error) from None
        if response.is_success:
            return body
        raise self._problem(response.status_code, body)

    async def _body(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                raise self._senseless(f"it has more than {MOST_BYTES} bytes")
            parts.append(part)
        return b"".join(parts)

    def _object(self, body: bytes) -> View:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise self._senseless("it is not JSON") from None
        if not isinstance(found, dict):
            raise self._senseless("it is no object")
        return found

    def _problem(self, status: int, body: bytes) -> RedressError:
        """Its problem (RFC 9457) as an error of ours, with the same code."""
        try:
            told = json.loads(body)
            code, detail = str(told["code"])[:80], str(told["detail"])[:_WORD_CHARS]
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._senseless(f"HTTP {status}, and no problem+json")
        remedy = told.get("remedy")
        kind = _KINDS.get(status, Refused)
        return kind(
            detail.rstrip("."),
            remedy=str(remedy)[:_WORD_CHARS].rstrip(".") if remedy else None,
            code=code,
        )

    def _away(self, error: Exception) -> Retryable:
        """Never `from error`: its text may hold the URL."""
        return Retryable(
            f"the service at {self._host} cannot be reached ({type(error).__name__})",
            remedy="Check its address, and that you are online",
            code="service-unavailable",
        )

    def _senseless(self, why: str) -> Retryable:
        return Retryable(
            f"the answer of the service at {self._host} makes no sense: {why}",
            remedy="Check that REDRESS_SERVICE_URL names a service of Redress",
            code="service-senseless",
        )
