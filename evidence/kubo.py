"""A Kubo node over its RPC. Its blocks are checked like a stranger's; its words may be nonsense.

Files go in as our own CAR by `dag/import`, so that no setting of the node can change a CID, and
come out block by block, so that each can be checked. The node is never made to search the network.
"""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import ipfshttpclient
import requests
import urllib3
from ipfshttpclient import exceptions as ipfs

from evidence.car import write_car
from evidence.cid import CID
from evidence.dag import MAX_BLOCK_BYTES, BlockSource
from evidence.errors import (
    BlockMissing,
    BlockTooLarge,
    KuboPinFailed,
    KuboRefused,
    KuboReplyInvalid,
    KuboTimeout,
    KuboUnreachable,
)
from evidence.unixfs import read_file

_NONSENSE = (
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_MAX_ANSWER_BYTES = 16 << 10
"""Of an answer that is no block. The client parses it in time that grows with its square."""
_PIECE_BYTES = 64 << 10
_MAX_SHOWN_CHARS = 200
"""Of what a stranger says, in our own words."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a node's repository holds."""

    repository_bytes: int
    objects: int
    limit_bytes: int
    """Beyond it the node collects garbage, or refuses; pinned blocks stay."""


class Kubo:
    """Use as a context manager to keep one connection; each call works without, too.

    Every call raises KuboError.
    """

    def __init__(
        self, address: str, timeout_seconds: float = 60.0, answer_seconds: float = 120.0
    ) -> None:
        """`address` is the RPC's multiaddr, such as `/ip4/127.0.0.1/tcp/5001`.

        `timeout_seconds` is how long the node may stay silent; `answer_seconds`, how long it may
        take over the body of one answer, however little it sends at a time.
        """
        self._answer_seconds = answer_seconds
        with _kubo_errors():
            # Not `connect()`: that warns of every daemon newer than the client.
            self._client = ipfshttpclient.Client(
                address, timeout=timeout_seconds, headers={"Accept-Encoding": "identity"}
            )
        # The client would take an answer of any size into memory, and offers no other way in.
        session: dict[str, Any] = self._client._client._session_props
        session.update(hooks={"response": [self._receive]}, max_redirects=0)

    def __enter__(self) -> "Kubo":
        self._client.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def version(self) -> str:
        """Such as `0.42.0`."""
        with _kubo_errors():
            return _text(self._client.version().as_json()["Version"])

    def add_dag(self, root: CID, source: BlockSource) -> None:
        """Sends all below `root` and has the node pin it. Raises what the source raises, too.

        The node's status code says nothing of the pin; the reply's `PinErrorMsg` does.
        """
        body = _Body(write_car(root, source))
        with _kubo_errors():
            reply = self._client.dag.imprt(body, opts={"pin-roots": "true"}).as_json()["Root"]
            pinned, problem = _text(reply["Cid"]["/"]), _text(reply["PinErrorMsg"])
        if problem:
            raise KuboPinFailed(f"Kubo did not pin {root}: {problem}", cid=str(root))
        if pinned != str(root):
            raise KuboReplyInvalid(f"Kubo pinned {pinned}, not {root}", cid=str(root))

    def statistics(self) -> Statistics:
        """How full the node is."""
        with _kubo_errors():
            reply = self._client.repo.stat().as_json()
            return Statistics(
                repository_bytes=_count(reply["RepoSize"]),
                objects=_count(reply["NumObjects"]),
                limit_bytes=_count(reply["StorageMax"]),
            )

    def addresses(self) -> tuple[str, ...]:
        """Multiaddrs under which other nodes reach this one, each with its peer id."""
        with _kubo_errors():
            reply = self._client.id().as_json()
            return tuple(_text(one) for one in reply["Addresses"] or ())

    def connect(self, address: str) -> None:
        """Has the node call another one, so that blocks can flow; it has a few seconds for it."""
        with _kubo_errors():
            reply = self._client.swarm.connect(address, opts={"timeout": "5s"}).as_json()
            list(reply["Strings"])

    def pin(self, cid: CID) -> None:
        """Pins what the node holds already. Raises BlockMissing where it holds not all of it."""
        try:
            with _kubo_errors():
                named = self._client.pin.add(str(cid), offline=True).as_json()["Pins"]
        except KuboRefused as error:
            if "not found" in error.message:
                raise BlockMissing(f"Kubo does not hold all of {cid}", cid=str(cid)) from error
            raise
        _expect(named, cid)

    def unpin(self, cid: CID) -> None:
        """The node may drop it from now on; nothing happens where it has no pin of its own."""
        try:
            with _kubo_errors():
                named = self._client.pin.rm(str(cid)).as_json()["Pins"]
        except KuboRefused as error:
            if "not pinned" in error.message:
                return
            raise
        _expect(named, cid)

    def is_pinned(self, cid: CID) -> bool:
        """Whether the node holds it and all below it by a pin of its own."""
        try:
            with _kubo_errors():
                keys = self._client.pin.ls(str(cid), type="recursive").as_json()["Keys"]
                return str(cid) in dict(keys)
        except KuboRefused as error:
            if "not pinned" in error.message:
                return False
            raise

    def block(self, cid: CID) -> bytes:
        """As the node sent it, not checked. Raises BlockMissing, BlockTooLarge."""
        try:
            with _kubo_errors():
                return bytes(self._client.block.get(str(cid), offline=True))
        except KuboRefused as error:
            if "not found" in error.message:
                raise BlockMissing(f"Kubo does not hold {cid}", cid=str(cid)) from error
            raise

    def cat(self, cid: CID) -> Iterator[bytes]:
        """A file's bytes, each block checked. Raises what `unixfs.read_file` raises."""
        return read_file(cid, self.block)

    def _receive(self, response: requests.Response, **_: object) -> None:
        """The body, taken in before the client does, within bounds of size and of time."""
        is_block = response.ok and "/block/get" in response.url
        limit = MAX_BLOCK_BYTES if is_block else _MAX_ANSWER_BYTES
        deadline = time.monotonic() + self._answer_seconds
        body = bytearray()
        with response.raw:
            while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):
                body += piece
                if len(body) > limit:
                    kind = BlockTooLarge if is_block else KuboReplyInvalid
                    raise kind(f"Kubo answers with more than {limit} bytes", limit=limit)
                if time.monotonic() > deadline:
                    raise KuboTimeout("Kubo does not come to an end with its answer")
        # Where requests itself puts what it has read.
        response._content = bytes(body)
        response._content_consumed = True  # type: ignore[attr-defined]


class _Body:
    """What the client asks of a file, over pieces of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._rest:
            following = next(self._pieces, None)
            if following is None:
                return b""
            self._rest = memoryview(following)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where text was due")
    return value


def _expect(named: Any, cid: CID) -> None:
    if named != [str(cid)]:
        raise KuboReplyInvalid(f"Kubo speaks of something else than {cid}", cid=str(cid))


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{type(value).__name__} where a count was due")
    return value


def _shown(error: object) -> str:
    text = str(error)
    return text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "…"


@contextmanager
def _kubo_errors() -> Iterator[None]:
    """The one place where the client's errors become ours, and its one warning is dropped.

    The client trusts what it gets: nonsense surfaces as AssertionError, KeyError and the like.
    """
    try:
        with warnings.catch_warnings():
            # It passes urllib3 a setting that urllib3 2 has no use for.
            warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)
            yield
    except (ipfs.TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise KuboTimeout(f"Kubo did not answer in time: {_shown(error)}") from error
    except ipfs.ErrorResponse as error:
        raise KuboRefused(f"Kubo refused: {_shown(error)}") from error
    except (ipfs.StatusError, ipfs.EncoderError, requests.TooManyRedirects) as error:
        raise KuboReplyInvalid(f"Kubo's answer makes no sense: {_shown(error)}") from error
    except (ipfs.Error, urllib3.exceptions.HTTPError, OSError) as error:
        raise KuboUnreachable(f"no connection to Kubo: {_shown(error)}") from error
    except _NONSENSE as error:
        raise KuboReplyInvalid(f"Kubo's answer makes no sense: {_shown(repr(error))}") from error
