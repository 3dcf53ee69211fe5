"""Parameters are read strictly, and what is wrong with them is said by name."""

from typing import Any

import pytest

from dapp.domain.types import NO_DIGEST
from dapp.errors import InvalidInput
from dapp.service.params import Params

POLICY = {
    "peak_mask": str((1 << 168) - 1),
    "acknowledge_peak_seconds": 1800,
    "acknowledge_off_peak_seconds": 600,
    "answer_hours": 72,
    "confirm_hours": 48,
    "protection_hours": 336,
    "track": 0,
    "claim_cap": 16,
}


def refused(code: str, params: Params, read: str, *args: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        getattr(params, read)(*args)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize(("given", "read"), [(7, 7), ("7", 7), ("0", 0), (2**256 - 1, 2**256 - 1)])
def test_numbers_come_as_numbers_or_as_text(given: object, read: int) -> None:
    assert Params({"n": given}).integer("n") == read


@pytest.mark.parametrize(
    "given",
    [1.0, True, False, "1.5", "-1", "", " 1", "1e3", "0x10", "1_000", "٣", "9" * 5000, [], {}, -1],
)
def test_what_is_no_number_is_refused(given: object) -> None:
    error = refused("parameter-invalid", Params({"n": given}), "integer", "n")
    assert error.fields == {"field": "n"}


def test_a_number_out_of_range_is_refused_with_the_range() -> None:
    error = refused("parameter-invalid", Params({"n": 8}), "integer", "n", 1, 7)
    assert "from 1 to 7" in error.message


@pytest.mark.parametrize("values", [{}, {"n": None}])
def test_what_is_missing_is_named(values: dict[str, object]) -> None:
    assert refused("parameter-missing", Params(values), "integer", "n").fields == {"field": "n"}


def test_what_nobody_reads_is_refused() -> None:
    params = Params({"n": 1, "surprise": 2})
    params.integer("n")
    assert refused("parameter-unknown", params, "done").fields == {"field": "surprise"}


def test_a_digest_may_be_left_out() -> None:
    for values in ({}, {"digest": None}):
        params = Params(values)
        assert params.digest() == NO_DIGEST
        params.done()


def test_a_policy_is_read_whole() -> None:
    policy = Params({"policy": POLICY}).policy()
    assert policy.peak_mask == (1 << 168) - 1
    assert (policy.answer_hours, policy.protection_hours) == (72, 336)
    assert policy.claim_cap_wei == 10**18


@pytest.mark.parametrize("given", ["true", 1, 0, []])
def test_a_flag_is_true_or_false(given: object) -> None:
    assert Params({"higher": False}).flag("higher") is False
    refused("parameter-invalid", Params({"higher": given}), "flag", "higher")


@pytest.mark.parametrize("name", sorted(POLICY))
def test_a_policy_needs_every_field(name: str) -> None:
    given = {key: value for key, value in POLICY.items() if key != name}
    error = refused("parameter-missing", Params({"policy": given}), "policy")
    assert error.fields == {"field": name}


def test_a_policy_has_no_other_field() -> None:
    refused("parameter-unknown", Params({"policy": {**POLICY, "bribe": 1}}), "policy")


@pytest.mark.parametrize("given", [None, 7, "text", []])
def test_a_policy_is_an_object(given: object) -> None:
    with pytest.raises(InvalidInput):
        Params({"policy": given}).policy()
