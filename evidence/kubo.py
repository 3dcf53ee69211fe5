"""A Kubo node over its RPC. Its blocks are checked like a stranger's; its words may be nonsense.

Files go in as our own CAR by `dag/import`, so that no setting of the node can change a CID, and
come out block by block, so that each can be checked. The node is never made to search the network.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import ipfshttpclient
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

_NONSENSE = (AssertionError, AttributeError, LookupError, TypeError, ValueError)


class Kubo:
    """Use as a context manager to keep one connection; each call works without, too.

    Every call raises KuboError.
    """

    def __init__(self, address: str, timeout_seconds: float = 60.0) -> None:
        """`address` is the RPC's multiaddr, such as `/ip4/127.0.0.1/tcp/5001`.

        `timeout_seconds` is how long the node may stay silent.
        """
        with _kubo_errors():
            # Not `connect()`: that warns of every daemon newer than the client.
            self._client = ipfshttpclient.Client(address, timeout=timeout_seconds)

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
        block = bytearray()
        try:
            with (
                _kubo_errors(),
                self._client.block.get(str(cid), stream=True, offline=True) as pieces,
            ):
                for piece in pieces:
                    block += piece
                    if len(block) > MAX_BLOCK_BYTES:
                        raise BlockTooLarge(f"{cid} from Kubo is too large", cid=str(cid))
        except KuboRefused as error:
            if "not found" in error.message:
                raise BlockMissing(f"Kubo does not hold {cid}", cid=str(cid)) from error
            raise
        return bytes(block)

    def cat(self, cid: CID) -> Iterator[bytes]:
        """A file's bytes, each block checked. Raises what `unixfs.read_file` raises."""
        return read_file(cid, self.block)


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
    except ipfs.TimeoutError as error:
        raise KuboTimeout(f"Kubo did not answer in time: {error}") from error
    except ipfs.ErrorResponse as error:
        raise KuboRefused(f"Kubo refused: {error}") from error
    except (ipfs.StatusError, ipfs.EncoderError, ipfs.ProtocolError) as error:
        raise KuboReplyInvalid(f"Kubo's answer makes no sense: {error}") from error
    except (ipfs.Error, OSError) as error:
        raise KuboUnreachable(f"no connection to Kubo: {error}") from error
    except _NONSENSE as error:
        raise KuboReplyInvalid(f"Kubo's answer makes no sense: {error!r}") from error
