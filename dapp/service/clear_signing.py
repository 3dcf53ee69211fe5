"""What a wallet shows before somebody signs a call of our contracts (ERC-7730, version 1).

Made from the ABIs and from how each action is called (`service.forms`), so nothing is said twice.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dapp.chain import abi, artifacts
from dapp.domain.deployment import Deployment
from dapp.domain.types import NATIVE_COIN
from dapp.errors import NotFound
from dapp.service.forms import CONTRACT, FORMS, Form

View = dict[str, Any]

SIGNED = sorted({form.contract for forms in FORMS.values() for form in forms} - {CONTRACT})
"""The contracts that people sign calls of."""
SCHEMA = "https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json"
_SHARES = frozenset({"share", "demand", "refund", "vote"})
_HOURS = frozenset({"dueHours", "freezeHours", "answerHours", "confirmHours", "protectionHours"})
_SECONDS = frozenset({"acknowledgePeak", "acknowledgeOffPeak"})
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PERCENT = {"format": "unit", "params": {"base": "%", "decimals": 2}}
_IN_HOURS = {"format": "unit", "params": {"base": "h"}}


def descriptor(deployment: Deployment, contract: str) -> View:
    """Of one contract where it is deployed. Raises NotFound where nobody signs calls of it."""
    called = {
        form.function: (action, form)
        for action, forms in reversed(FORMS.items())
        for form in forms
        if form.contract == contract and form.function != "multicall"
    }
    if not called:
        raise NotFound(
            "nobody signs calls of a contract that is called so",
            remedy="See GET /v1/deployments",
            code="contract-unknown",
        )
    entries = [one for one in artifacts.load(contract).abi if one.get("name") in called]
    functions = [one for one in entries if one["type"] == "function"]
    deployed = {"chainId": deployment.chain_id, "address": deployment.address_of(contract)}
    return {
        "$schema": SCHEMA,
        "context": {
            "$id": f"Redress {contract}",
            "contract": {"abi": functions, "deployments": [deployed]},
        },
        "metadata": {"owner": "Redress"},
        "display": {
            "formats": {abi.signature(one): _shown(one, *called[one["name"]]) for one in functions}
        },
    }


def _shown(function: View, action: str, form: Form) -> View:
    fields = list(_fields(function["inputs"], ""))
    if form.value is not None:
        fields.append({"path": "@.value", "label": "You send", "format": "amount"})
    return {
        "intent": action.replace("-", " ").capitalize(),
        "fields": fields,
        "required": [one["path"] for one in fields],
        "excluded": list(_proofs(function["inputs"], "")),
    }


def _fields(items: Sequence[View], above: str) -> Iterator[View]:
    """Of arguments; of a struct, of each member."""
    has_token = any(one["name"] == "token" for one in items)
    for item in items:
        path, kind = above + item["name"], item["type"]
        if kind == "tuple":
            yield from _fields(item["components"], f"{path}.")
        elif not _is_proof(item):
            token = f"{above}token" if has_token else ""
            yield {"path": path, "label": _label(item["name"]), **_format(item, token)}


def _proofs(items: Sequence[View], above: str) -> Iterator[str]:
    for item in items:
        if item["type"] == "tuple":
            yield from _proofs(item["components"], f"{above}{item['name']}.")
        elif _is_proof(item):
            yield above + item["name"]


def _is_proof(item: View) -> bool:
    """What shows a fact to the contract: nobody chose it, and nobody can read it."""
    return bool(item["type"] in ("bytes", "bytes32[]", "tuple[]"))


def _format(item: View, token: str) -> View:
    name = item["name"]
    if name in _SHARES:
        return _PERCENT
    if name in _HOURS:
        return _IN_HOURS
    if name in _SECONDS:
        return {"format": "duration"}
    if name == "amount" and token:
        params = {"tokenPath": token, "nativeCurrencyAddress": NATIVE_COIN}
        return {"format": "tokenAmount", "params": params}
    if name == "amount":
        return {"format": "amount"}
    return {"format": "addressName" if item["type"] == "address" else "raw"}


def _label(name: str) -> str:
    return _WORDS.sub(" ", name.strip("_")).capitalize()
