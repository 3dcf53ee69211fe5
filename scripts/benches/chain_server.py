"""Answers for a long chain as a node does.

    python -m scripts.benches.chain_server PORT FOLDER URL DESK

Blocks and receipts come out of the folder as they were written, the desk's words out of its trails;
what the contracts are is asked of the real node at URL. The head moves when the index grows.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn

from dapp.chain import encode
from dapp.domain.events import DESK
from dapp.domain.types import word
from scripts.benches.long_chain import RECORD

_TRAIL = "0x" + encode.calldata(DESK, "trail", [0]).hex()[:8]
_COUNT = "0x" + encode.calldata(DESK, "complaintCount", []).hex()
_NULL = b"null"


class _Call(msgspec.Struct):
    id: int
    method: str
    params: list[Any] = []


class Chain:
    """
    Args:
        folder: as `LongChain` writes it.
        url: of the node with the real contracts.
        desk: its address.
    """

    def __init__(self, folder: Path, url: str, desk: str) -> None:
        self._folder = folder
        self._desk = desk.lower()
        self._blocks = os.open(folder / "blocks", os.O_RDONLY)
        self._records: list[tuple[int, int, int, bytes]] = []
        self._numbers: dict[bytes, int] = {}
        self._trails = b""
        self._node = httpx.Client(base_url=url)
        self.renew()

    def renew(self) -> None:
        """Take in what was written meanwhile."""
        with (self._folder / "index").open("rb") as index:
            index.seek(len(self._records) * RECORD.size)
            found = index.read()
        if not found:
            return
        self._trails = (self._folder / "trails").read_bytes()
        for record in RECORD.iter_unpack(found):
            self._numbers[record[3]] = len(self._records)
            self._records.append(record)

    def answer(self, call: _Call) -> bytes:
        """The result, as JSON."""
        first: Any = call.params[0] if call.params else None
        match call.method:
            case "eth_getBlockByNumber":
                return self._header(self._number(first))
            case "eth_getBlockByHash":
                return self._header(self._numbers.get(_raw(first), -1))
            case "eth_getBlockReceipts":
                return self._receipts(self._numbers.get(_raw(first), -1))
            case "eth_getLogs":
                return self._logs(first)
            case "eth_call" if first["to"].lower() == self._desk and (
                word_ := self._word(first["data"])
            ):
                return json.dumps("0x" + word_.hex()).encode()
        return self._asked(call)

    def _number(self, named: str) -> int:
        if named == "latest":
            self.renew()
        last = len(self._records) - 1
        return last if named in ("latest", "safe", "finalized") else int(named, 16)

    def _header(self, number: int) -> bytes:
        if not 0 <= number < len(self._records):
            return _NULL
        at, size, _, _ = self._records[number]
        return os.pread(self._blocks, size, at)

    def _receipts(self, number: int) -> bytes:
        if number < 0:
            return _NULL
        at, before, size, _ = self._records[number]
        return os.pread(self._blocks, size, at + before)

    def _logs(self, which: dict[str, Any]) -> bytes:
        if "blockHash" in which:
            numbers = range(known := self._numbers[_raw(which["blockHash"])], known + 1)
        else:
            numbers = range(int(which["fromBlock"], 16), int(which["toBlock"], 16) + 1)
        wanted = {address.lower() for address in which["address"]}
        found = []
        for number in numbers:
            for receipt in msgspec.json.decode(self._receipts(number)):
                found += [log for log in receipt["logs"] if log["address"] in wanted]
        return msgspec.json.encode(found)

    def _word(self, data: str) -> bytes:
        """Of the desk, as of the head; nothing for what else it is asked."""
        if data == _COUNT:
            return word(len(self._trails) // 32)
        number = int(data[10:], 16) if data.startswith(_TRAIL) else 0
        return self._trails[32 * number - 32 : 32 * number] if number else b""

    def _asked(self, call: _Call) -> bytes:
        params = [*call.params]
        if call.method == "eth_call":
            params[1] = "latest"
        request = {"jsonrpc": "2.0", "id": 0, "method": call.method, "params": params}
        told = self._node.post("/", json=request).json()
        return json.dumps(told["result"]).encode()


def _raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


class Server:
    """The chain over HTTP, as an ASGI application."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        answer = self._answer(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, body: bytes) -> bytes:
        if body[:1] == b"[":
            calls = msgspec.json.decode(body, type=list[_Call])
            return b"[%b]" % b",".join([self._reply(call) for call in calls])
        return self._reply(msgspec.json.decode(body, type=_Call))

    def _reply(self, call: _Call) -> bytes:
        result = self._chain.answer(call)
        return b'{"jsonrpc":"2.0","id":%d,"result":%b}' % (call.id, result)


def main(port: str, folder: str, url: str, desk: str) -> None:
    """Serve until ended."""
    chain = Chain(Path(folder), url, desk)
    uvicorn.run(
        Server(chain), host="127.0.0.1", port=int(port), log_level="warning", lifespan="off"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
