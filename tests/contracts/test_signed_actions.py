"""Every action of a person by signature: EIP-712 messages made from the ABIs alone."""

import clock
import playing
import pytest
import scenes
from house import CONTRACTS
from signing import FOREVER, Signer, selector_of, type_hash
from verdict import lower, verdict

# What can be signed, by contract. Tokens are in EscrowSigned.t.sol; an old exit takes thousands of
# blocks, so here it is refused by signature as it is directly.
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
    "anchor": {"revoke"},
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


def _functions(abi) -> list[dict]:
    return [e for e in abi if e["type"] == "function"]


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_can_be_signed_and_how(house, name):
    """The forwarder's types are those of the ABI, and nothing else of a contract has one."""
    found = {}
    for entry in _functions(getattr(house, name).abi):
        signed = bytes(house.forwarder.typeHash(selector_of(entry)))
        if signed != bytes(32):
            found[entry["name"]] = signed == type_hash(entry)
    assert found == dict.fromkeys(SIGNABLE.get(name, ()), True)


def test_what_is_not_signable_is_not_called(house):
    """Views, the guardian's, and the doors that the contracts open to each other."""
    for name in CONTRACTS:
        contract = getattr(house, name)
        for entry in _functions(contract.abi):
            if entry["name"] in SIGNABLE.get(name, ()):
                continue
            selector = selector_of(entry)
            signed = (contract.address, selector, str(house.customer), 0, FOREVER, b"")
            found = verdict(house.forwarder.actWithSig, signed, by=house.keeper)
            assert found == ("ActionNotSignable", selector)


@pytest.mark.parametrize(("name", "function"), PLAYED)
def test_signed_is_direct(house, name, function):
    """The same events with the signer as the actor; the money is its sender's."""
    method = getattr(getattr(house, name), function)
    actor, arguments, value = scenes.ALL[name](house)[function]()
    signed = Signer(house, actor).sign(method, *arguments)
    relayer = house.arbitrators[9]

    relayed = playing.logs(house.forwarder.actWithSig, (signed,), relayer, value)
    direct = playing.logs(method, arguments, actor, value)

    for number, (_, _, values) in enumerate(direct):
        if value and "payer" in values:
            assert values["payer"] == lower(actor)
            values["payer"] = lower(relayer)
        if function == "claim" and "orderTrail" in values:
            # The claim's trail has the payer.
            values["orderTrail"] = relayed[number][2]["orderTrail"]
    assert relayed == direct != []


def _scene(house, name: str) -> tuple:
    """Any action of the contract, as `Signer.sign` and `verdict` take it."""
    function = next(f for n, f in PLAYED if n == name)
    actor, arguments, value = scenes.ALL[name](house)[function]()
    return actor, (getattr(getattr(house, name), function), *arguments), value


@pytest.mark.parametrize("name", SIGNABLE)
def test_a_signature_is_its_signers_for_one_contract_on_one_chain(house, name):
    actor, call, value = _scene(house, name)

    def act(signed):
        return verdict(house.forwarder.actWithSig, signed, by=house.keeper, value=value)

    signer = Signer(house, actor)
    refused = ("SignatureInvalid", lower(actor))
    good = signer.sign(*call)
    assert act(good) is None
    foreign = Signer(house, actor, key=Signer(house, house.arbitrators[9]).key)
    assert act(foreign.sign(*call)) == refused
    for domain in (
        {"chainId": 1},
        {"verifyingContract": house.seeds.address},
        {"name": "Redress Desk"},
        {"version": "2"},
    ):
        assert act(signer.sign(*call, **domain)) == refused
    last = f"{int(good[1][-2:], 16) ^ 4:02x}"
    another = (house.seeds.address, good[1][:-2] + last, str(house.guardian), 77, FOREVER - 1, b"")
    for item, bent in enumerate(another):
        changed = tuple(bent if i == item else part for i, part in enumerate(good))
        assert act(changed)[0] == "SignatureInvalid"


@pytest.mark.parametrize("name", SIGNABLE)
def test_only_the_forwarder_says_who_acts(house, name):
    """What it would put behind the arguments counts from nobody else."""
    contract = getattr(house, name)
    assert contract.isTrustedForwarder(house.forwarder)
    assert contract.trustedForwarder() == house.forwarder
    actor, (method, *arguments), value = _scene(house, name)
    suffix = bytes.fromhex(str(house.keeper)[2:] + str(actor)[2:])
    data = bytes.fromhex(method.encode_input(*arguments)[2:]) + suffix
    forged = playing.outcome(contract, data, house.keeper, value)
    honest = playing.outcome(contract, data[: -len(suffix)], house.keeper, value)
    assert forged == honest


def test_a_signature_counts_before_its_deadline(house):
    actor, call, value = _scene(house, "desk")
    deadline = clock.now() + 60
    signed = Signer(house, actor).sign(*call, deadline=deadline)
    found = [
        verdict(house.forwarder.actWithSig, signed, by=house.keeper, value=value)
        for _ in clock.around(deadline)
    ]
    assert found == [None] + [("SignatureExpired", deadline, deadline + i) for i in (0, 1)]


def test_a_nonce_counts_once(house):
    forwarder = house.forwarder
    actor, call, _ = _scene(house, "desk")
    act, signer = forwarder.actWithSig, Signer(house, actor)
    late = signer.sign(*call, nonce=513)
    taken_back = signer.sign(*call, nonce=514)
    done = forwarder.cancelNonces(2, 1 << 2, {"from": actor})
    said = done.events["NoncesCancelled"]
    assert (said["actor"], said["index"], said["bits"]) == (actor, 2, 1 << 2)
    assert verdict(act, taken_back, by=house.keeper) == ("NonceUsed", lower(actor), 514)

    act(late, {"from": house.keeper})

    assert forwarder.nonces(actor, 2) == 0b110
    assert verdict(act, late, by=house.keeper) == ("NonceUsed", lower(actor), 513)
    # Nonces need no order, and somebody else's are apart.
    assert forwarder.nonces(actor, 0) == forwarder.nonces(house.keeper, 2) == 0


def test_a_refused_action_says_why_and_keeps_its_nonce(house):
    owner = house.arbitrators[3]
    signed = Signer(house, owner).sign(house.court.unstake, 3, house.keeper)
    direct = verdict(house.court.unstake, 3, house.keeper, by=owner)
    assert direct[0] == "CannotUnstake"
    assert verdict(house.forwarder.actWithSig, signed, by=house.keeper) == direct


def test_a_batch_goes_on_past_what_is_refused(house):
    operator, offer = Signer(house, house.operator), house.desk.offer
    cases = [scenes.Case(house) for _ in range(3)]
    for case in cases:
        case.file()
    items = [operator.sign(offer, case.number, 1000, bytes(32)) for case in cases]
    items[1] = operator.sign(offer, 2, 10_001, bytes(32))
    batch, by = house.forwarder.batch, {"from": house.keeper}
    done = batch([*items, items[0]], 500_000, by)
    assert list(done.return_value) == [True, False, True, False]
    failed = done.events["ActionFailed"]
    assert [event["item"] for event in failed] == [1, 3]
    assert [event["nonce"] for event in failed] == [3, 0]
    assert {event["actor"] for event in failed} == {house.operator}
    # The one that was refused can be sent again; one that got too little gas as well.
    assert house.forwarder.nonces(house.operator, 0) == 0b101
    again = [operator.sign(offer, 2, 1000, bytes(32), nonce=3)]
    assert list(batch(again, 20_000, by).return_value) == [False]
    assert list(batch(again, 500_000, by).return_value) == [True]


def test_a_batch_brings_no_money(house):
    item = Signer(house, house.customer).sign(house.escrow.pay, 1, 1, b"\x55" * 32)
    done = house.forwarder.batch([item], 500_000, {"from": house.keeper})
    assert list(done.return_value) == [False]
