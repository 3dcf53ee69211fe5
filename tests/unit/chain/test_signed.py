"""Typed data from outside: every signable call comes back as it was, anything else is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain import abi, artifacts, encode, signed
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import signing
from dapp.domain.deployment import DeployedContract, Deployment
from dapp.domain.events import FORWARDER, Value
from dapp.domain.signing import Place, Signer
from dapp.domain.types import ZERO_HASH, BlockNumber, ChainId, UnixTime, Wei
from dapp.errors import InvalidInput

_NAMES = (*artifacts.CONTRACTS,)
_AT = {name: checksummed(keccak(name.encode())[:20]) for name in _NAMES}
DEPLOYMENT = Deployment(
    ChainId(5),
    ZERO_HASH,
    BlockNumber(0),
    tuple(DeployedContract(name, _AT[name], ZERO_HASH, ZERO_HASH) for name in _NAMES),
    "",
    Wei(1),
    Wei(1),
    (),
)
_ACTOR = checksummed(b"\xc0" * 20)
_SIGNATURE = "0x" + "ab" * 65


def _static() -> list[tuple[str, dict[str, Any]]]:
    """What could be signed: functions that change something, with plain arguments."""
    found = []
    for name in _NAMES:
        for entry in abi.entries(artifacts.load(name).abi, "function"):
            leaves = _leaves(entry["inputs"])
            kinds = [item["type"] for item in leaves]
            static = not any(kind in ("string", "bytes") or kind.endswith("]") for kind in kinds)
            names = {item["name"].rstrip("_") for item in leaves} | {"actor", "target"}
            plain = static and len(names) == len(leaves) + 2
            if entry["stateMutability"] not in ("view", "pure") and plain:
                found.append((name, entry))
    return found


def _leaves(inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        leaf
        for item in inputs
        for leaf in (_leaves(item["components"]) if item["type"] == "tuple" else [item])
    ]


def _some(item: dict[str, Any]) -> Value:
    kind = str(item["type"])
    if kind == "tuple":
        return tuple(_some(component) for component in item["components"])
    if kind == "bool":
        return True
    if kind == "address":
        return checksummed(keccak(item["name"].encode())[:20])
    if kind.startswith("bytes"):
        return "0x" + keccak(item["name"].encode()).hex()[: 2 * int(kind[5:])]
    bits = int(kind.removeprefix("uint"))
    return (1 << (bits - 1)) + 3


def _typed(name: str, entry: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    args = tuple(_some(item) for item in entry["inputs"])
    place = Place(DEPLOYMENT.chain_id, _AT[FORWARDER])
    signer = Signer(_ACTOR, _AT[name], 2**255 + 1, UnixTime(2_000_000_000))
    data = signing.action_typed_data(place, entry["name"], entry["inputs"], args, signer)
    return signing.wallet_json(data), (args, data)


_ALL = [(name, entry) for name, entry in _static() if entry["name"] != "commit"]


@pytest.mark.parametrize(("name", "entry"), _ALL, ids=[f"{n}.{e['name']}" for n, e in _ALL])
def test_what_was_signed_is_what_is_called(name: str, entry: dict[str, Any]) -> None:
    shown, (args, data) = _typed(name, entry)
    found = signed.read(shown, _SIGNATURE, DEPLOYMENT)
    assert found.action.action == "0x" + encode.calldata(name, entry["name"], args).hex()
    assert found.digest == signing.digest(keccak, data)
    assert (found.contract, found.function) == (name, entry["name"])
    assert (found.action.actor, found.action.nonce) == (_ACTOR, 2**255 + 1)


def test_the_types_that_come_along_mean_nothing() -> None:
    """What is checked is made of our own: a wallet that was shown others signed another hash."""
    shown, (_, data) = _typed(*_ALL[0])
    found = signed.read({**shown, "types": {"EIP712Domain": []}}, _SIGNATURE, DEPLOYMENT)
    assert found.digest == signing.digest(keccak, data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=6,
)
_GOOD, _ = _typed(*next(one for one in _ALL if one[1]["name"] == "file"))
_PLACES = [
    *((part, None) for part in ("domain", "message", "primaryType")),
    *(("domain", name) for name in _GOOD["domain"]),
    *(("message", name) for name in _GOOD["message"]),
]


@given(st.sampled_from(_PLACES), _JSON, st.text(max_size=20))
def test_whatever_comes_is_refused_in_words(
    place: tuple[str, str | None], value: Any, signature: str
) -> None:
    part, name = place
    changed = {**_GOOD[part], name: value} if name else value
    shown = {**_GOOD, part: changed}
    try:
        found = signed.read(shown, signature or _SIGNATURE, DEPLOYMENT)
    except InvalidInput as error:
        assert error.code
    else:
        # Another value that fits makes another hash: whoever did not sign it is found out.
        assert changed == _GOOD[part] or found.digest
