"""What an account signs to sign in at the pages: Sign-in with Ethereum (EIP-4361)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dapp.domain.site import Site
from dapp.domain.types import Address, ChainId, UnixTime

STATEMENT = (
    "Sign in to see what is private to this account. "
    "This costs nothing, moves no money and allows nobody to act for you on chain."
)
"""In English for everybody: EIP-4361 has ASCII only. The page says it in the reader's language."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One message, and so one attempt to sign in."""

    site: Site
    account: Address
    chain_id: ChainId
    """Where the account's code is, if it has any: elsewhere it may be somebody else's."""
    nonce: str
    """Letters and digits, at least eight."""
    issued_at: UnixTime
    expires_at: UnixTime

    def text(self) -> str:
        """The message. A scheme is named where it is not the https that wallets assume."""
        named = self.site.authority if self.site.is_secure else self.site.origin
        return (
            f"{named} wants you to sign in with your Ethereum account:\n"
            f"{self.account}\n\n"
            f"{STATEMENT}\n\n"
            f"URI: {self.site.origin}\n"
            "Version: 1\n"
            f"Chain ID: {self.chain_id}\n"
            f"Nonce: {self.nonce}\n"
            f"Issued At: {_moment(self.issued_at)}\n"
            f"Expiration Time: {_moment(self.expires_at)}"
        )


def _moment(time: UnixTime) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
