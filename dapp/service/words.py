"""Amounts and shares in words."""

_WEI_IN_ETHER = 10**18


def ether(wei: int) -> str:
    """`1500000000000000000` as `1.5 ETH`, to the last wei."""
    whole, rest = divmod(abs(wei), _WEI_IN_ETHER)
    fraction = f"{rest:018d}".rstrip("0")
    return f"{'-' if wei < 0 else ''}{whole}{'.' if fraction else ''}{fraction} ETH"


def percent(basis_points: int) -> str:
    """`4050` as `40.5 %`."""
    return f"{basis_points / 100:g} %"
