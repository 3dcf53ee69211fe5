"""Each keeper has a second of its own for each step."""

from collections import Counter

from dapp.domain.types import Address
from dapp.service.duties import second_of

PERIOD = 13
KEEPERS = [Address(f"0x{number:040x}") for number in range(2)]


def test_it_follows_from_keeper_and_step_and_from_nothing_else() -> None:
    step = "complaint/1/draw/0-1"
    assert second_of(KEEPERS[0], step, PERIOD) == second_of(KEEPERS[0], step, PERIOD)
    assert second_of(KEEPERS[0], step, 1) == 0


def test_two_keepers_meet_no_oftener_than_chance() -> None:
    steps = [f"complaint/{number}/draw/0-1" for number in range(1300)]
    first, second = ([second_of(one, step, PERIOD) for step in steps] for one in KEEPERS)
    assert max(first + second) == PERIOD - 1
    met = sum(one == other for one, other in zip(first, second, strict=True))
    assert 50 < met < 150  # 100 by chance; the steps are always the same
    assert min(Counter(first).values()) > 50
