"""Descriptors say all of a call that a person chose, in paths that its ABI has."""

from typing import Any

import pytest

from dapp.chain import abi, artifacts
from dapp.errors import NotFound
from dapp.service.clear_signing import SIGNED, descriptor
from dapp.service.forms import FORMS
from tests.unit.service.test_agreed import DEPLOYMENT

FORMATS = {"raw", "amount", "tokenAmount", "addressName", "duration", "unit"}


def paths(items: list[dict[str, Any]], above: str = "") -> set[str]:
    found = set()
    for item in items:
        path = above + item["name"]
        if item["type"] == "tuple":
            found |= paths(item["components"], f"{path}.")
        else:
            found.add(path)
    return found


@pytest.mark.parametrize("contract", SIGNED)
def test_each_argument_is_shown_or_left_out_on_purpose(contract: str) -> None:
    found = descriptor(DEPLOYMENT, contract)
    functions = {abi.signature(one): one for one in found["context"]["contract"]["abi"]}
    assert functions.keys() == found["display"]["formats"].keys()
    for signature, shown in found["display"]["formats"].items():
        said = {one["path"] for one in shown["fields"]} - {"@.value"}
        assert said | set(shown["excluded"]) == paths(functions[signature]["inputs"])
        assert not said & set(shown["excluded"])
        assert {one["format"] for one in shown["fields"]} <= FORMATS
        assert all(one["label"].strip() for one in shown["fields"])
        is_payable = functions[signature]["stateMutability"] == "payable"
        assert ("@.value" in shown["required"]) == is_payable, signature


def test_every_action_is_described_where_it_is_deployed() -> None:
    for action, forms in FORMS.items():
        for form in forms:
            if form.contract not in SIGNED or form.function == "multicall":
                continue
            found = descriptor(DEPLOYMENT, form.contract)
            names = {one.split("(")[0] for one in found["display"]["formats"]}
            assert form.function in names, action
            (place,) = found["context"]["contract"]["deployments"]
            assert place["address"] == DEPLOYMENT.address_of(form.contract)


def test_shares_are_percent_and_amounts_name_their_coin() -> None:
    desk = descriptor(DEPLOYMENT, "ComplaintDesk")["display"]["formats"]
    offer = {one["path"]: one for one in desk["offer(uint64,uint16,bytes32)"]["fields"]}
    assert offer["share"]["params"] == {"base": "%", "decimals": 2}
    escrow = descriptor(DEPLOYMENT, "OrderEscrow")["display"]["formats"]
    (paid,) = [shown for name, shown in escrow.items() if name.startswith("payToken(")]
    amount = next(one for one in paid["fields"] if one["path"] == "amount")
    assert amount["params"]["tokenPath"] == "token"


def test_a_contract_that_nobody_calls_has_none() -> None:
    assert "Factory" not in {*SIGNED, *artifacts.CONTRACTS}
    with pytest.raises(NotFound, match="nobody signs calls"):
        descriptor(DEPLOYMENT, "Factory")
