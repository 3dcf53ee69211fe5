"""What the relay pays for."""

from dataclasses import dataclass

from dapp.domain.types import Address, Wei


@dataclass(frozen=True, slots=True)
class RelayTerms:
    """
    Attributes:
        address: it sends from; None: there is no relay.
        items: in one transaction, at most.
        seconds: that the first of them waits for others.
        action_gas: of one action, at most.
        signer_day, organisation_day, day: paid in a day for one account, for actions about one
            organisation, for all.
        most_fee: for a unit of gas.
    """

    address: Address | None
    items: int
    seconds: float
    action_gas: int
    signer_day: Wei
    organisation_day: Wei
    day: Wei
    most_fee: Wei
