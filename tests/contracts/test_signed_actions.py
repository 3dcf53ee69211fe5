"""Every action of a person by signature: EIP-712 messages made from the ABIs alone."""

import clock
import playing
import pytest
import scenes
from house import CONTRACTS
from signing import FOREVER, Signer, selector_of, type_hash
from verdict import lower, verdict

# What can be signed, by contract. Tokens are in EscrowSigned.t.sol, an old exit in Court.t.sol.
SIGNABLE = {
    "desk": {
        "file", "acknowledge", "contest", "ask", "inform", "offer", "pledge", "deliver", "reopen",
        "accept", "withdraw", "escalate", "settle", "confirm", "confirmDelivery", "rate",
        "submitEvidence", "accuse", "nameAccused",
    },
    "escrow": {
        "pay", "payToken", "payTokenWithPermit", "release", "refund", "withdrawOrganisation",
        "withdrawTo", "withdrawTokenTo",
    },
    "registry": {
        "register", "publishPolicy", "nominateOperator", "acceptOperator", "removeOperator",
        "depositBond", "requestBondWithdrawal", "withdrawBond", "withdrawTo",
    },
    "claims": {"claim", "fund", "withdrawFunding", "withdrawTo"},
    "court": {
        "stake", "requestExit", "unstake", "withdrawRewards", "setVotingKey", "withdrawTo",
    },
    "appeals": {"contribute", "withdrawShare", "withdrawTo"},
    "keys": {"setKey"},
    "public": {"withdrawTo"},
}  # fmt: skip
# Of these no scene is played here.
ELSEWHERE = {
    "escrow": {"payToken", "payTokenWithPermit", "withdrawTokenTo"},
    "court": {"unstake"},
}
PLAYED = [
    (name, function)
    for name, functions in SIGNABLE.items()
    for function in sorted(functions - ELSEWHERE.get(name, set()))
]


def _functions(contract) -> list[dict]:
    return [e for e in contract.abi if e["type"] == "function"]


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_can_be_signed_and_how(house, name):
    contract = getattr(house, name)
    if name not in SIGNABLE:
        assert not hasattr(contract, "typeHash")
        return
    found = {}
    for entry in _functions(contract):
        signed = bytes(contract.typeHash(selector_of(entry)))
        if signed != bytes(32):
            found[entry["name"]] = signed == type_hash(entry)
    assert found == dict.fromkeys(SIGNABLE[name], True)


@pytest.mark.parametrize("name", SIGNABLE)
def test_nobody_else_can_act_for_a_person(house, name):
    """What is not signable takes no actor: views, doors for contracts, the guardian's."""
    contract = getattr(house, name)
    rest = {e["name"]: e for e in _functions(contract) if e["name"] not in SIGNABLE[name]}
    for entry in rest.values():
        selector = selector_of(entry)
        signed = (selector, str(house.customer), 0, FOREVER, b"")
        found = verdict(contract.actWithSig, signed, by=house.keeper)
        assert found == ("ActionNotSignable", selector)


@pytest.mark.parametrize(("name", "function"), PLAYED)
def test_signed_is_direct(house, name, function):
    """The same events with the signer as the actor; the money is its sender's."""
    contract = getattr(house, name)
    actor, arguments, value = scenes.ALL[name](house)[function]()
    signed = Signer(contract, actor).sign(function, *arguments)

    relayed = playing.logs(contract.actWithSig, (signed,), house.arbitrators[9], value)
    direct = playing.logs(getattr(contract, function), arguments, actor, value)

    sender = lower(house.arbitrators[9])
    for number, (_, _, values) in enumerate(direct):
        if value and "payer" in values:
            assert values["payer"] == lower(actor)
            values["payer"] = sender
        if function == "claim" and "orderTrail" in values:
            # The claim's trail has the payer.
            values["orderTrail"] = relayed[number][2]["orderTrail"]
    assert relayed == direct != []


def _scene(house, name: str) -> tuple:
    """Any action of the contract, as `Signer.sign` and `verdict` take it."""
    function = next(f for n, f in PLAYED if n == name)
    actor, arguments, value = scenes.ALL[name](house)[function]()
    return getattr(house, name), actor, (function, *arguments), value


@pytest.mark.parametrize("name", SIGNABLE)
def test_a_signature_is_its_signers_for_one_contract_on_one_chain(house, name):
    contract, actor, call, value = _scene(house, name)

    def act(signed):
        return verdict(contract.actWithSig, signed, by=house.keeper, value=value)

    signer = Signer(contract, actor)
    refused = ("SignatureInvalid", lower(actor))
    assert act(signer.sign(*call)) is None
    other = Signer(contract, house.arbitrators[9])
    foreign = Signer(contract, actor, key=other.key)
    assert act(foreign.sign(*call)) == refused
    for domain in (
        {"chainId": 1},
        {"verifyingContract": house.seeds.address},
        {"name": "Redress"},
        {"version": "2"},
    ):
        assert act(signer.sign(*call, **domain)) == refused
    good = signer.sign(*call)
    last = f"{int(good[0][-2:], 16) ^ 4:02x}"
    for item, bent in enumerate((good[0][:-2] + last, str(house.guardian), 77, FOREVER - 1)):
        changed = tuple(bent if i == item else part for i, part in enumerate(good))
        assert act(changed)[0] == "SignatureInvalid"
    assert act((*good[:4], b"")) == refused


@pytest.mark.parametrize("name", SIGNABLE)
def test_a_signature_counts_before_its_deadline(house, name):
    contract, actor, call, value = _scene(house, name)
    deadline = clock.now() + 60
    signed = Signer(contract, actor).sign(*call, deadline=deadline)
    found = [
        verdict(contract.actWithSig, signed, by=house.keeper, value=value)
        for _ in clock.around(deadline)
    ]
    assert found == [None] + [("SignatureExpired", deadline, deadline + i) for i in (0, 1)]


@pytest.mark.parametrize("name", SIGNABLE)
def test_a_nonce_counts_once(house, name):
    contract, actor, call, value = _scene(house, name)
    act, signer = contract.actWithSig, Signer(contract, actor)
    late = signer.sign(*call, nonce=513)
    taken_back = signer.sign(*call, nonce=514)
    done = contract.cancelNonces(2, 1 << 2, {"from": actor})
    said = done.events["NoncesCancelled"]
    assert (said["actor"], said["index"], said["bits"]) == (actor, 2, 1 << 2)
    found = verdict(act, taken_back, by=house.keeper, value=value)
    assert found == ("NonceUsed", lower(actor), 514)

    act(late, {"from": house.keeper, "value": value})

    assert contract.nonces(actor, 2) == 0b110
    found = verdict(act, late, by=house.keeper, value=value)
    assert found == ("NonceUsed", lower(actor), 513)
    # Nonces need no order, and somebody else's are apart.
    assert contract.nonces(actor, 0) == contract.nonces(house.keeper, 2) == 0


def test_a_refused_action_says_why_and_keeps_its_nonce(house):
    signed = Signer(house.court, house.arbitrators[3]).sign("unstake", 3, house.keeper)
    direct = verdict(house.court.unstake, 3, house.keeper, by=house.arbitrators[3])
    assert direct[0] == "CannotUnstake"
    assert verdict(house.court.actWithSig, signed, by=house.keeper) == direct


def test_a_batch_goes_on_past_what_is_refused(house):
    operator = Signer(house.desk, house.operator)
    cases = [scenes.Case(house) for _ in range(3)]
    for case in cases:
        case.file()
    items = [operator.sign("offer", case.number, 1000, bytes(32)) for case in cases]
    items[1] = operator.sign("offer", 2, 10_001, bytes(32))
    done = house.desk.batch([*items, items[0]], 500_000, {"from": house.keeper})
    assert list(done.return_value) == [True, False, True, False]
    failed = done.events["ActionFailed"]
    assert [event["item"] for event in failed] == [1, 3]
    assert [event["nonce"] for event in failed] == [3, 0]
    assert {event["actor"] for event in failed} == {house.operator}
    # The one that was refused can be sent again; one that got too little gas as well.
    assert house.desk.nonces(house.operator, 0) == 0b101
    again = [operator.sign("offer", 2, 1000, bytes(32), nonce=3)]
    starved = house.desk.batch(again, 20_000, {"from": house.keeper})
    assert list(starved.return_value) == [False]
    assert list(house.desk.batch(again, 500_000, {"from": house.keeper}).return_value) == [True]


def test_a_batch_brings_no_money(house):
    payer = Signer(house.escrow, house.customer)
    item = payer.sign("pay", 1, 1, b"\x55" * 32)
    done = house.escrow.batch([item], 500_000, {"from": house.keeper})
    assert list(done.return_value) == [False]
