"""EIP-712 messages, derived from the ABI by the rule of IForwarder, and keys to sign them."""

from typing import Any

from brownie import chain
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak, to_checksum_address

# Of the accounts that anvil holds, known to everybody.
_MNEMONIC = "test test test test test test test test test test test junk"
FOREVER = (1 << 40) - 1


def key_of(account) -> bytes:
    """The key of one of anvil's accounts."""
    Account.enable_unaudited_hdwallet_features()
    for index in range(20):
        path = f"m/44'/60'/0'/0/{index}"
        found = Account.from_mnemonic(_MNEMONIC, account_path=path)
        if found.address == account:
            return bytes(found.key)
    raise LookupError(f"{account} is not one of anvil's")


def fields_of(entry: dict) -> list[dict[str, str]]:
    """The fields of an action's struct: its arguments, those of structs one after another.

    An underscore at the end only keeps a contract's argument apart from its view of that name.
    """
    flat = []
    for value in entry["inputs"]:
        flat += fields_of({"inputs": value["components"]}) if "components" in value else [value]
    return [{"name": field["name"].rstrip("_"), "type": field["type"]} for field in flat]


_LAST = [
    {"name": "actor", "type": "address"},
    {"name": "target", "type": "address"},
    {"name": "nonce", "type": "uint256"},
    {"name": "deadline", "type": "uint256"},
]


def type_of(entry: dict) -> tuple[str, list[dict[str, str]]]:
    """Name and fields of the struct that is signed for a function's ABI entry."""
    name = entry["name"][0].upper() + entry["name"][1:]
    return name, fields_of(entry) + _LAST


def type_hash(entry: dict) -> bytes:
    """EIP-712's hash of the struct's type."""
    name, fields = type_of(entry)
    return keccak(text=f"{name}({','.join(f['type'] + ' ' + f['name'] for f in fields)})")


def selector_of(entry: dict) -> bytes:
    return keccak(text=f"{entry['name']}({','.join(_canonical(i) for i in entry['inputs'])})")[:4]


def _canonical(value: dict) -> str:
    if "components" not in value:
        return value["type"]
    return f"({','.join(_canonical(part) for part in value['components'])})"


def flat(values) -> list:
    """Arguments with those of structs in their place."""
    found = []
    for value in values:
        found += flat(value) if isinstance(value, tuple | list) else [value]
    return found


class Signer:
    """Signs actions for one account.

    Attributes:
        account: who acts.
        key: whose key signs; the account's own if none is given.
    """

    def __init__(self, house, account, key: bytes | None = None) -> None:
        self.forwarder, self.account = house.forwarder, account
        self.key = key or key_of(account)
        self._nonce = 0

    def sign(
        self, method, *arguments, nonce: int | None = None, deadline: int = FOREVER, **domain: Any
    ) -> tuple:
        """The `SignedAction` of a call; `domain` replaces parts of the forwarder's own."""
        if nonce is None:
            nonce, self._nonce = self._nonce, self._nonce + 1
        name, fields = type_of(method.abi)
        target = method._address
        values = [*flat(arguments), str(self.account), target, nonce, deadline]
        message = {
            field["name"]: _clean(field["type"], value)
            for field, value in zip(fields, values, strict=True)
        }
        return (
            target,
            method.encode_input(*arguments),
            str(self.account),
            nonce,
            deadline,
            sign(self.forwarder, self.key, {name: fields}, message, **domain),
        )


def sign(forwarder, key: bytes, types: dict, message: dict, **domain: Any) -> bytes:
    """EIP-712 under the forwarder's domain (ERC-5267), of which `domain` replaces parts."""
    _, name, version, chain_id, place, _, _ = forwarder.eip712Domain()
    assert (chain_id, place) == (chain.id, forwarder.address)
    whole = {"name": name, "version": version, "chainId": chain_id, "verifyingContract": place}
    signable = encode_typed_data(whole | domain, types, message)
    return bytes(Account.sign_message(signable, key).signature)


def _clean(type_: str, value):
    """As the library wants it: brownie's accounts and numbers are its own classes."""
    if type_ == "address":
        return to_checksum_address(str(value))
    if type_.startswith("bytes"):
        return bytes(value)
    return bool(value) if type_ == "bool" else int(value)
