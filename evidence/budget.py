"""Who may leave how many bytes here that nothing speaks for yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.errors import BudgetSpent, ShareFull


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose bytes they are.

    Attributes:
        client: stands for a network address; whatever tells two of them apart.
        account: who has proven to be it; None for anybody.
    """

    client: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    holder: Holder
    bytes: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Accounts cost nothing to make, so those of one client share what one of them has.

    Attributes:
        client_bytes: for what comes from one client without an account.
        account_bytes: for an account, and for all that comes from one client.
    """

    client_bytes: int
    account_bytes: int

    def check(self, held: Iterable[Held], new: Held, room: int | None) -> None:
        """Whether `new` may join `held`; all of it together may have `room` bytes.

        Raises BudgetSpent, ShareFull.
        """
        total = of_client = of_account = of_nobody = 0
        for one in held:
            total += one.bytes
            same_client = one.holder.client == new.holder.client
            of_client += one.bytes * same_client
            of_nobody += one.bytes * (same_client and one.holder.account is None)
            of_account += one.bytes * (one.holder.account == new.holder.account)
        if new.holder.account is None:
            _spend("client", of_nobody, new.bytes, self.client_bytes)
        else:
            _spend("account", of_account, new.bytes, self.account_bytes)
        _spend("client", of_client, new.bytes, self.account_bytes)
        if room is not None and total + new.bytes > room:
            message = f"{new.bytes} bytes more than fit into what is kept for newcomers"
            raise ShareFull(message, used=total, limit=max(0, room), bytes=new.bytes)


def _spend(holder: str, used: int, more: int, limit: int) -> None:
    if used + more > limit:
        message = f"{more} bytes more would pass the {limit} that one {holder} may have waiting"
        raise BudgetSpent(message, holder=holder, used=used, limit=limit, bytes=more)
