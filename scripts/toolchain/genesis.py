"""What a local chain of any client begins with: anvil's well-known accounts, and its proxy."""

from functools import cache
from typing import Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from scripts.toolchain.anvil import ACCOUNTS

WEI_EACH: Final = 10_000 * 10**18
GAS_LIMIT: Final = 60_000_000
# By which contracts get the same address on every chain (scripts/deploy.py), and its code.
PROXY: Final = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
PROXY_CODE: Final = (
    "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe036016000816020823780"
    "35828234f58015156039578182fd5b8082525050506014600cf3"
)
_MNEMONIC = "test test test test test test test test test test test junk"


@cache
def people() -> tuple[LocalAccount, ...]:
    """The accounts, with their keys, in anvil's order."""
    Account.enable_unaudited_hdwallet_features()
    return tuple(
        Account.from_mnemonic(_MNEMONIC, account_path=f"m/44'/60'/0'/0/{number}")
        for number in range(ACCOUNTS)
    )
