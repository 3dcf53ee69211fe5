"""ComplaintAnchor, by anchor.tree."""

import clock
import pytest
from batches import FILE, above, anchor, complaint, leaf, signature
from case import DIGEST
from clock import DAY, HOUR
from folds import complaint_trail, fold, logs
from house import POLICY, OrderState, Phase
from verdict import lower, verdict

PROTECTION = POLICY[5] * HOUR
OTHER = b"\x01" * 32


def _opened(house, one, sender, *proof, by, signed=b""):
    return verdict(house.anchor.open, one, sender, proof, signed, by=by)


def test_anchor_reverts(house):
    put = house.anchor.anchor
    for leaves in (0, 65_537):
        found = verdict(put, OTHER, leaves, FILE, by=house.keeper)
        assert found == ("BatchSizeInvalid", leaves, 65_536)
    assert verdict(put, OTHER, 65_536, FILE, by=house.keeper) is None
    done, _ = anchor(house, house.keeper, OTHER)
    found = verdict(put, OTHER, 2, DIGEST, by=house.keeper)
    assert found == ("AnchoredBefore", lower(house.keeper), OTHER, done.timestamp)


def test_a_batch_is_its_senders(house):
    for sender in (house.keeper, house.customer):
        done, root = anchor(house, sender, OTHER, DIGEST)
        assert done.events["Anchored"] == {
            "sender": sender,
            "root": "0x" + root.hex(),
            "leaves": 2,
            "digest": "0x" + FILE.hex(),
        }
        assert house.anchor.anchoredAt(sender, root) == done.timestamp
    assert house.anchor.anchoredAt(house.admin, root) == 0


def test_the_list_of_batches_is_one_word(house):
    assert house.anchor.trail(house.keeper) == "0x" + "00" * 32
    for number in range(3):
        anchor(house, house.keeper, bytes([number]) * 32)
        anchor(house, house.customer, bytes([number]) * 32)
    for sender in (house.keeper, house.customer):
        about = [e for e in logs(house.anchor, "Anchored") if e[1]["sender"] == lower(sender)]
        word = fold(house.anchor, int(str(sender), 16), about)
        assert word == bytes(house.anchor.trail(sender))
        for missing in range(3):
            less = about[:missing] + about[missing + 1 :]
            assert fold(house.anchor, int(str(sender), 16), less) != word


def test_open_reverts_where_the_proof_leads_elsewhere(house, case):
    one, me = complaint(case), house.customer
    mine = leaf(house, one)
    assert mine == bytes(house.anchor.leafOf(one))
    _, root = anchor(house, house.keeper, mine, OTHER)
    assert _opened(house, one, house.keeper, OTHER, by=me) is None
    # Another sender's, without the proof, and in any field another.
    found = _opened(house, one, house.admin, OTHER, by=me)
    assert found == ("NotAnchored", mine, lower(house.admin), root)
    found = _opened(house, one, house.keeper, by=me)
    assert found == ("NotAnchored", mine, lower(house.keeper), mine)
    order, demand, category, digest, opener, by_then = one
    for other in (
        ((2, *order[1:]), demand, category, digest, opener, by_then),
        ((1, 2, *order[2:]), demand, category, digest, opener, by_then),
        ((*order[:3], str(house.keeper), order[4]), demand, category, digest, opener, by_then),
        ((*order[:4], OTHER), demand, category, digest, opener, by_then),
        (order, demand + 1, category, digest, opener, by_then),
        (order, demand, category + 1, digest, opener, by_then),
        (order, demand, category, OTHER, opener, by_then),
        (order, demand, category, digest, opener, by_then - 1),
        (order, demand, category, digest, str(house.admin), by_then),
    ):
        changed = leaf(house, other)
        found = _opened(house, other, house.keeper, OTHER, by=me)
        assert found == ("NotAnchored", changed, lower(house.keeper), above(changed, OTHER))


def test_open_reverts_where_it_was_anchored_too_late(house, case):
    clock.to(clock.now() + HOUR)
    for late in (0, 1):
        at = clock.now() + 10
        one = complaint(case, anchor_by=at - late)
        clock.at(at)
        anchor(house, house.keeper, leaf(house, one), OTHER)
        found = _opened(house, one, house.keeper, OTHER, by=house.customer)
        assert found == (("AnchoredTooLate", at - 1, at) if late else None)


def test_open_reverts_where_the_customer_signed_nothing(house, case):
    one = complaint(case)
    anchor(house, house.keeper, leaf(house, one))
    refused = ("SignatureOfAnother", lower(house.customer))
    for signed in (b"", bytes(65), signature(house, one, house.keeper)):
        assert _opened(house, one, house.keeper, by=house.keeper, signed=signed) == refused
    other = signature(house, complaint(case, demand=4999), house.customer)
    assert _opened(house, one, house.keeper, by=house.keeper, signed=other) == refused
    mine = signature(house, one, house.customer)
    assert _opened(house, one, house.keeper, by=house.keeper, signed=mine) is None
    assert _opened(house, one, house.keeper, by=house.customer) is None


def test_open_reverts_where_the_customer_named_another(house, case):
    one = complaint(case, opener=str(house.keeper))
    anchor(house, house.keeper, leaf(house, one))
    mine = signature(house, one, house.customer)
    refused = ("NotOpener", lower(house.admin), lower(house.keeper))
    assert _opened(house, one, house.keeper, by=house.admin, signed=mine) == refused
    assert _opened(house, one, house.keeper, by=house.keeper, signed=mine) is None
    assert _opened(house, one, house.keeper, by=house.customer) is None


@pytest.mark.parametrize("by_signature", [False, True])
def test_opening_files_it_in_the_customers_name(house, case, by_signature):
    one = complaint(case)
    mine = leaf(house, one)
    anchored, root = anchor(house, house.admin, mine, OTHER)
    clock.to(clock.now() + 30 * HOUR)
    signed = signature(house, one, house.customer) if by_signature else b""
    sender = house.keeper if by_signature else house.customer

    done = house.anchor.open(one, house.admin, [OTHER], signed, {"from": sender})

    filed, opened = done.events["Filed"], done.events["FiledAnchored"]
    number = filed["complaint"]
    assert (filed["actor"], filed["demand"], filed["digest"]) == (
        house.customer, 5000, "0x" + DIGEST.hex(),
    )  # fmt: skip
    # The clocks start now.
    assert filed["answerDeadline"] == done.timestamp + POLICY[3] * HOUR
    assert opened == {
        "complaint": number,
        "actor": house.customer,
        "sender": house.admin,
        "root": "0x" + root.hex(),
        "leaf": "0x" + mine.hex(),
        "anchoredAt": anchored.timestamp,
    }
    assert complaint_trail(house, number) == bytes(house.desk.trail(number))
    assert house.desk.phase(number) == Phase.FILED
    assert case.facts["state"] == OrderState.DISPUTED


def test_each_leaf_once(house, case):
    one = complaint(case)
    mine = leaf(house, one)
    anchor(house, house.keeper, mine)
    anchor(house, house.keeper, mine, OTHER)
    done = house.anchor.open(one, house.keeper, [], b"", {"from": house.customer})
    house.desk.withdraw(done.events["Filed"]["complaint"], case.order, 0, {"from": house.customer})
    # The order is held again, and there is another batch with it.
    spent = ("LeafSpent", mine)
    assert _opened(house, one, house.keeper, by=house.customer) == spent
    assert _opened(house, one, house.keeper, OTHER, by=house.customer) == spent
    assert verdict(house.anchor.revoke, one, by=house.customer) == spent


def test_revoke(house, case):
    one = complaint(case)
    mine = leaf(house, one)
    anchor(house, house.keeper, mine)
    found = verdict(house.anchor.revoke, one, by=house.keeper)
    assert found == ("OnlyCustomer", lower(house.keeper), lower(house.customer))

    done = house.anchor.revoke(one, {"from": house.customer})

    assert done.events["Revoked"] == {"leaf": "0x" + mine.hex(), "customer": house.customer}
    assert house.anchor.spent(mine)
    signed = signature(house, one, house.customer)
    found = _opened(house, one, house.keeper, by=house.keeper, signed=signed)
    assert found == ("LeafSpent", mine)


def test_what_was_anchored_in_time_opens_until_the_release(house, case):
    until = case.paid.timestamp + PROTECTION
    one, late = complaint(case), complaint(case, demand=1)
    clock.at(until - 1)
    anchor(house, house.keeper, leaf(house, one))
    clock.at(until)
    anchor(house, house.keeper, leaf(house, late))
    key, me = bytes(case.key), house.customer
    assert _opened(house, late, house.keeper, by=me) == ("ProtectionOver", key, until, until)
    end, found, released = until + 3 * DAY, [], []
    for _ in clock.around(end):
        found.append(_opened(house, one, house.keeper, by=me))
        released.append(verdict(house.escrow.release, case.order, by=house.keeper))
    assert found == [None] + [("ProtectionOver", key, end, end + i) for i in (0, 1)]
    assert released == [("ProtectionNotOver", key, end, end - 1), None, None]


def test_an_order_of_later_is_not_protected_by_it(house, case):
    unpaid = (*case.order[:4], b"\x77" * 32)
    one = (unpaid, *complaint(case)[1:])
    before, _ = anchor(house, house.keeper, leaf(house, one))
    found = _opened(house, one, house.keeper, by=house.customer)
    assert (found[0], found[2]) == ("OrderNotHeld", OrderState.NONE)
    clock.to(clock.now() + 1)
    paid = house.escrow.pay(1, 1, unpaid[4], {"from": house.customer, "value": 1})
    key = bytes(paid.events["Paid"]["key"])
    found = _opened(house, one, house.keeper, by=house.customer)
    assert found == ("PaidLater", key, paid.timestamp, before.timestamp)


def test_an_order_that_is_not_held(house, case):
    one = complaint(case)
    anchor(house, house.keeper, leaf(house, one))
    key = bytes(case.key)
    case.file()
    found = _opened(house, one, house.keeper, by=house.customer)
    assert found == ("OrderNotHeld", key, OrderState.DISPUTED)
    case.withdraw()
    house.escrow.release(case.order, {"from": house.customer})
    found = _opened(house, one, house.keeper, by=house.customer)
    assert found == ("OrderNotHeld", key, OrderState.RELEASED)


def test_only_the_anchor_files_what_was_anchored(house, case):
    arguments = (case.order, 1, 2, DIGEST, house.keeper, OTHER, OTHER, clock.now())
    for account in (house.customer, house.admin, house.keeper):
        found = verdict(house.desk.fileAnchored, *arguments, by=account)
        assert found == ("OnlyAnchor", lower(account))
