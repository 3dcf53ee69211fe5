"""Whether what was prepared is what was asked for; a signature is worth money.

Whoever prepares may be wrong, or lie. So what is signed is compared, argument by argument, with
what its signer asked for, by nothing but the ABIs and the signer's own list of contracts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dapp.chain import calls
from dapp.chain.calls import Call
from dapp.chain.keccak import keccak
from dapp.domain.anchoring import leaf_of_call
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR, DESK, FORWARDER, Value
from dapp.domain.payment import deposit_for
from dapp.domain.signing import Place
from dapp.domain.types import NATIVE_COIN, ZERO_HASH, Address, Wei, hash32, raw, word
from dapp.errors import NotFound, Refused, Undecodable
from dapp.service import inputs
from dapp.service.forms import (
    ACKNOWLEDGEMENTS,
    ANCHORED,
    CONTRACT,
    COST,
    DEPOSIT,
    FACT,
    FORMS,
    OPENING,
    ORDER,
    PAYER,
    POLICY,
    STAKE,
    TO,
    TOKEN,
    VERSION,
    Form,
)

_MANY_VERSIONS = 1 << 32
_MAX_DIGITS = 80
_OPENING = ("seat", "salt", "reason", "vote", FACT, FACT)
_POLICY = (
    "peak_mask",
    "acknowledge_peak_seconds",
    "acknowledge_off_peak_seconds",
    "answer_hours",
    "confirm_hours",
    "protection_hours",
    "track",
    "claim_cap",
)
# Left out, these are zero: no statement, no key.
_ZERO = {"digest": ZERO_HASH, "agreement": ZERO_HASH, "reason": ZERO_HASH}
_NO_KEY = {"encryption-key": ZERO_HASH, "voting-key": NATIVE_COIN}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody means to do.

    Attributes:
        params: as the API takes them, without `actor`.
    """

    action: str
    actor: Address
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A call that is what was asked for.

    Attributes:
        value: wei that go along; of an escalation what the desk itself must be asked about.
    """

    call: Call
    to: Address
    data: bytes
    value: Wei
    is_price_open: bool

    def words(self) -> str:
        """Every call that is made, also of those that are made as one."""
        inside = self.call.args[0] if self.call.function == "multicall" else None
        if not isinstance(inside, tuple):
            return self.call.words()
        return "; ".join(calls.read(self.call.contract, _bytes(one)).words() for one in inside)


def agree(asked: Asked, prepared: Mapping[str, Any], deployment: Deployment) -> Agreed:
    """The prepared transaction, if it does what was asked for and nothing else.

    Args:
        asked: by whoever will sign.
        prepared: `transaction` of the answer to an action.
        deployment: the signer's own.

    Raises:
        Refused: `prepared-otherwise`.
        NotFound: `action-unknown`.
    """
    forms = FORMS.get(asked.action)
    if forms is None:
        raise unknown_action(asked.action)
    if prepared.get("chainId") != deployment.chain_id:
        raise _otherwise("it is for another chain")
    contract = _contract(asked, forms[0], deployment)
    to = deployment.address_of(contract)
    if prepared.get("to") != to:
        raise _otherwise(f"it does not call {contract} at {to}")
    if prepared.get("from") != asked.actor:
        raise _otherwise(f"it is not for {asked.actor}")
    data, value = _bytes(prepared.get("data")), _wei(prepared.get("value"))
    try:
        call = calls.read(contract, data)
    except Undecodable as error:
        raise _otherwise(error.message) from error
    form = next((one for one in forms if one.function == call.function), None)
    if form is None:
        raise _otherwise(f"it would {call.function}")
    for name, item, found in zip(form.args, call.inputs, call.args, strict=True):
        if name == ANCHORED:
            _check_leaf(asked, found, deployment)
        else:
            _check(asked, name, item["name"], found)
    is_price_open = form.value == COST
    if not is_price_open and value != (due := _value(asked, form.value, deployment)):
        raise _otherwise(f"it sends {value} wei instead of {due}")
    return Agreed(call, to, data, value, is_price_open)


def unknown_action(action: str) -> NotFound:
    return NotFound(
        f"there is no action {action[:40]!r}",
        remedy=f"Use one of {', '.join(FORMS)}",
        code="action-unknown",
    )


def _contract(asked: Asked, form: Form, deployment: Deployment) -> str:
    if form.contract != CONTRACT:
        return form.contract
    name = asked.params.get("contract")
    if name not in [one.name for one in deployment.contracts]:
        raise _otherwise("you did not name one of the contracts")
    return str(name)


def _check(asked: Asked, name: str, argument: str, found: Value) -> None:
    if name == VERSION and not (isinstance(found, int) and found <= _MANY_VERSIONS):
        raise _otherwise(f"version {found} would leave none to follow")
    if name in (FACT, VERSION):
        return
    if name == ACKNOWLEDGEMENTS:
        _check_acknowledgements(asked, found)
        return
    if name == ORDER:
        wanted = asked.params.get("order")
        if wanted is not None and _key(found) != inputs.hash32(wanted, "order"):
            raise _otherwise("it is about another order")
        return
    if name in (POLICY, OPENING):
        source = asked.params.get("policy") if name == POLICY else asked.params
        if not isinstance(source, Mapping):
            raise _otherwise("you did not say which policy")
        members = _POLICY if name == POLICY else _OPENING
        for member, value in zip(members, found if isinstance(found, tuple) else (), strict=True):
            if member != FACT:
                _compare(member, source.get(member, _ZERO.get(member)), value)
        return
    _compare(argument, _wanted(asked, name), found)


def _check_leaf(asked: Asked, found: Value, deployment: Deployment) -> None:
    """The signed complaint is the one that was named."""
    order, *said = found if isinstance(found, tuple) else ((),)
    terms = order if isinstance(order, tuple) else ()
    place = Place(deployment.chain_id, deployment.address_of(FORWARDER))
    anchor = deployment.address_of(ANCHOR)
    if leaf_of_call(keccak, place, anchor, (*terms, *said)) != _low(asked.params.get("leaf")):
        raise _otherwise("it is about another signed complaint")


def _check_acknowledgements(asked: Asked, found: Value) -> None:
    """Each call inside, as if it were signed by itself."""
    items = found if isinstance(found, tuple) else ()
    wanted = asked.params.get("complaints")
    if not isinstance(wanted, list) or len(items) != len(wanted):
        raise _otherwise(f"it makes {len(items)} calls")
    for complaint, item in zip(wanted, items, strict=True):
        try:
            call = calls.read(DESK, _bytes(item))
        except Undecodable as error:
            raise _otherwise(error.message) from error
        if call.function != "acknowledge":
            raise _otherwise(f"it would {call.function}")
        _compare("complaint", complaint, call.args[0])
        _compare("digest", _wanted(asked, "digest"), call.args[1])


def _wanted(asked: Asked, name: str) -> Any:
    if name in (TO, PAYER):
        return asked.params.get(name[1:], asked.actor)
    if name == TOKEN:
        return asked.params.get("token", NATIVE_COIN)
    default = _NO_KEY.get(asked.action) if name == "key" else _ZERO.get(name)
    found = asked.params.get(name)
    return default if found is None else found


def _compare(name: str, wanted: Any, found: Value) -> None:
    """Numbers may be decimal texts, as in the API; texts of hex have no case."""
    if isinstance(found, bool) or not isinstance(found, int):
        same = wanted is found if isinstance(found, bool) else _low(wanted) == _low(found)
    else:
        same = str(wanted) == str(found)
    if not same:
        raise _otherwise(f"its {name} is {found}, not {wanted}")


def _low(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _value(asked: Asked, name: str | None, deployment: Deployment) -> int:
    if name is None:
        return 0
    if name == STAKE:
        return _number(asked, "tickets") * deployment.ticket_wei
    if name == DEPOSIT:
        return deposit_for(Wei(_number(asked, "amount")))
    return _number(asked, name)


def _number(asked: Asked, name: str) -> int:
    text = str(asked.params.get(name))
    if not (text.isascii() and text.isdecimal() and len(text) < _MAX_DIGITS):
        raise _otherwise(f"you did not say its {name}")
    return int(text)


def _key(order: Value) -> str | None:
    """The hash that names an order (contracts/types/Order.sol)."""
    if not isinstance(order, tuple):
        return None
    words: Sequence[bytes] = [
        word(part) if isinstance(part, int) else raw(str(part)).rjust(32, b"\0") for part in order
    ]
    return hash32(keccak(b"".join(words)))


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError as error:
        raise _otherwise("its data are no bytes") from error


def _wei(value: object) -> Wei:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < _MAX_DIGITS):
        raise _otherwise("its value is no amount")
    return Wei(int(text))


def _otherwise(why: str) -> Refused:
    return Refused(
        f"what was prepared is not what you asked for: {why}",
        remedy="Nothing was signed; do not trust this service, or check your deployment file",
        code="prepared-otherwise",
    )
