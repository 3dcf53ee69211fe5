"""Any bytes are taken or refused with a code. `make fuzz-evidence` does the same for long."""

import pytest

from tests.fuzz.decoders import Check, holds
from tests.fuzz.valid import VALID, try_many


@pytest.mark.parametrize("check", VALID, ids=lambda check: check.__name__)
def test_any_bytes(check: Check) -> None:
    try_many(check, examples=500)


@pytest.mark.parametrize("check", VALID, ids=lambda check: check.__name__)
def test_what_is_valid_is_taken(check: Check) -> None:
    """Else the damaged ones would be refused for another reason."""
    assert all(holds(check, data) for data in VALID[check])
