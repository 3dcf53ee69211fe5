// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IComplaintAnchor as I} from "../../../../contracts/interfaces/IComplaintAnchor.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {IOrderEscrow} from "../../../../contracts/interfaces/IOrderEscrow.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {ComplaintId} from "../../../../contracts/types/Ids.sol";
import {Order, OrderState} from "../../../../contracts/types/Order.sol";
import {AnchorPlay} from "../AnchorPlay.sol";
import {signatureOf} from "../Signing.sol";
import {vm} from "../Vm.sol";

/// Attacks with batches of signed complaints: by who collects them, by customers, by organisations and by strangers.
contract AnchorAttacksTest is AnchorPlay {
    uint256 private constant THIEF_KEY = 0x7e1f;

    function setUp() external {
        _build(0);
    }

    /// Opened and withdrawn, a leaf is opened once more: from its batch, from a later one and from another sender's.
    function test_replayedLeaf() external {
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32 leaf = anchor.leafOf(complaint);
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory signature = _signature(complaint);
        ComplaintId id = anchor.open(complaint, SENDER, proof, signature);
        vm.prank(CUSTOMER);
        desk.withdraw(id, complaint.order, 0);
        _anchor(SENDER, leaf);
        _anchor(STRANGER, leaf);
        bytes memory spent = abi.encodeWithSelector(I.LeafSpent.selector, leaf);
        vm.expectRevert(spent);
        anchor.open(complaint, SENDER, proof, signature);
        vm.expectRevert(spent);
        anchor.open(complaint, SENDER, new bytes32[](0), signature);
        vm.expectRevert(spent);
        anchor.open(complaint, STRANGER, new bytes32[](0), signature);
        // A new one is another leaf, and needs a new signature.
        complaint.anchorBy += 1;
        _anchor(SENDER, anchor.leafOf(complaint));
        vm.expectRevert(abi.encodeWithSelector(I.SignatureOfAnother.selector, CUSTOMER));
        anchor.open(complaint, SENDER, new bytes32[](0), signature);
        assert(desk.complaintCount() == 1);
    }

    /// Who sees another's leaf and its proof makes nothing of them: not in its own name, nor in the other's.
    function test_anothersLeaf() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        address thief = vm.addr(THIEF_KEY);
        bytes memory forged = signatureOf(address(forwarder), THIEF_KEY, _content(complaint));
        vm.startPrank(thief);
        vm.expectRevert(abi.encodeWithSelector(I.SignatureOfAnother.selector, CUSTOMER));
        anchor.open(complaint, SENDER, proof, forged);
        vm.expectRevert(abi.encodeWithSelector(I.OnlyCustomer.selector, thief, CUSTOMER));
        anchor.revoke(complaint);
        I.AnchoredComplaint memory stolen = _changed(complaint, 2);
        stolen.order.customer = thief;
        vm.expectPartialRevert(I.NotAnchored.selector);
        anchor.open(stolen, SENDER, proof, "");
        // It may revoke that: it is a leaf of its own, and stands in no batch.
        anchor.revoke(stolen);
        vm.stopPrank();
        anchor.open(complaint, SENDER, proof, _signature(complaint));
    }

    /// An inner node is a hash of 64 bytes, a leaf a hash of 32: none passes for the other, whatever stands for them.
    function test_innerNodeAsALeaf() external {
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32[] memory leaves = new bytes32[](4);
        leaves[0] = anchor.leafOf(complaint);
        for (uint256 i = 1; i < 4; ++i) {
            leaves[i] = keccak256(abi.encode("leaf", i));
        }
        (bytes32 root, bytes32[] memory proof) = _tree(leaves, 0);
        _anchor(SENDER, root);
        // From the inner node over it, and from the root itself.
        bytes32[] memory upper = new bytes32[](1);
        upper[0] = proof[1];
        for (uint256 length; length < 2; ++length) {
            vm.prank(CUSTOMER);
            vm.expectPartialRevert(I.NotAnchored.selector);
            anchor.open(complaint, SENDER, length == 1 ? upper : new bytes32[](0), "");
        }
        // A sender that puts something else in a leaf's place: what is hashed once opens nothing.
        bytes32 once = keccak256(abi.encode(block.chainid, anchor, _content(complaint)));
        _anchor(SENDER, once);
        vm.prank(CUSTOMER);
        vm.expectPartialRevert(I.NotAnchored.selector);
        anchor.open(complaint, SENDER, new bytes32[](0), "");
        assert(leaves[0] == keccak256(abi.encode(once)) && root == _pair(_pair(leaves[0], leaves[1]), proof[1]));
    }

    /// Nobody can read what was anchored until the last moment: the organisation has its full time from then on.
    function test_withheldBatchFile() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        _wait(336 hours + 3 days - 1);
        ComplaintId id = anchor.open(complaint, SENDER, proof, _signature(complaint));
        assert(desk.phase(id) == Phase.Filed);
        _same(desk.complaints(id).deadline(), _now() + 48 hours);
        _wait(48 hours - 1);
        vm.expectPartialRevert(IComplaintDesk.WrongPhase.selector);
        desk.execute(id, complaint.order);
        vm.prank(ADMIN);
        desk.offer(id, 1000, 0);
        assert(desk.phase(id) == Phase.Offered);
    }

    /// A complaint of long ago would protect an order of today for longer than its policy says.
    function test_orderPaidAfterTheAnchoring() external {
        Order memory order = Order(ORGANISATION, 1, CUSTOMER, address(0), keccak256("of tomorrow"));
        I.AnchoredComplaint memory complaint =
            I.AnchoredComplaint(order, 5000, 2, DIGEST, address(0), type(uint256).max);
        (, bytes32[] memory proof) = _batch(complaint);
        uint256 anchored = _now();
        _wait(30 days);
        vm.prank(CUSTOMER);
        escrow.pay{value: 1 ether}(ORGANISATION, 1, order.ref);
        _refused(
            complaint, proof, abi.encodeWithSelector(IOrderEscrow.PaidLater.selector, order.key(), _now(), anchored)
        );
        // Anchored again, it is younger than the order.
        _wait(1);
        _anchor(SENDER, anchor.leafOf(complaint));
        vm.prank(CUSTOMER);
        anchor.open(complaint, SENDER, new bytes32[](0), "");
    }

    /// A stack of leaves, opened and withdrawn one after another, ends three days after the protection.
    function test_openingOneAfterAnother() external {
        I.AnchoredComplaint memory complaint = _complaint();
        complaint.anchorBy = type(uint256).max;
        bytes32 key = complaint.order.key();
        uint256 end = START + 336 hours + 3 days;
        for (uint16 demand = 1; demand < 20; ++demand) {
            complaint.demand = demand;
            _anchor(SENDER, anchor.leafOf(complaint));
        }
        uint16 next = 1;
        for (; _now() < end; ++next) {
            complaint.demand = next;
            vm.startPrank(CUSTOMER);
            ComplaintId id = anchor.open(complaint, SENDER, new bytes32[](0), "");
            _wait(47 hours);
            desk.withdraw(id, complaint.order, 0);
            vm.stopPrank();
        }
        assert(next < 20);
        complaint.demand = next;
        _refused(
            complaint, new bytes32[](0), abi.encodeWithSelector(IOrderEscrow.ProtectionOver.selector, key, end, _now())
        );
        assert(_now() < end + 48 hours);
        vm.prank(STRANGER);
        escrow.release(complaint.order);
        assert(escrow.orders(key).state() == OrderState.Released);
    }

    /// Who anchors another's root before it, or after it, changes nothing for it, and makes no leaf older.
    function test_foreignSendersRoot() external {
        I.AnchoredComplaint memory complaint = _complaint();
        complaint.anchorBy = _now() + 1;
        bytes32 leaf = anchor.leafOf(complaint);
        _anchor(STRANGER, leaf);
        _wait(1);
        _anchor(SENDER, leaf);
        _same(anchor.anchoredAt(SENDER, leaf), _now());
        _wait(1);
        address late = address(0x1a7e);
        _anchor(late, leaf);
        vm.startPrank(CUSTOMER);
        vm.expectRevert(abi.encodeWithSelector(I.AnchoredTooLate.selector, complaint.anchorBy, _now()));
        anchor.open(complaint, late, new bytes32[](0), "");
        vm.expectRevert(abi.encodeWithSelector(I.NotAnchored.selector, leaf, address(this), leaf));
        anchor.open(complaint, address(this), new bytes32[](0), "");
        anchor.open(complaint, SENDER, new bytes32[](0), "");
    }

    /// The organisation opens what the customer is about to open: it is the same complaint, at the same time.
    function test_openingFrontRunByTheOrganisation() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory signature = _signature(complaint);
        vm.prank(ADMIN);
        ComplaintId id = anchor.open(complaint, SENDER, proof, signature);
        bytes32 leaf = anchor.leafOf(complaint);
        _refused(complaint, proof, abi.encodeWithSelector(I.LeafSpent.selector, leaf));
        assert(desk.complaints(id).customer() == CUSTOMER && desk.phase(id) == Phase.Filed);
        _same(desk.complaints(id).deadline(), _now() + 48 hours);
        _wait(48 hours);
        uint256 before = CUSTOMER.balance;
        vm.prank(STRANGER);
        desk.execute(id, complaint.order);
        _same(CUSTOMER.balance - before, 0.5 ether);
    }

    /// Of two that the customer signed it opens the cheaper one: the customer withdraws that and opens the other, and one
    /// that it revoked before nobody opens.
    function test_cheaperComplaintOpenedByTheOrganisation() external {
        I.AnchoredComplaint memory cheap = _complaint();
        I.AnchoredComplaint memory dear = _changed(cheap, 7);
        (cheap.demand, dear.demand) = (1, 10_000);
        bytes memory signature = _signature(cheap);
        _anchor(SENDER, anchor.leafOf(cheap));
        _anchor(SENDER, anchor.leafOf(dear));
        uint256 state = vm.snapshotState();
        vm.prank(ADMIN);
        ComplaintId id = anchor.open(cheap, SENDER, new bytes32[](0), signature);
        vm.startPrank(CUSTOMER);
        desk.withdraw(id, cheap.order, 0);
        anchor.open(dear, SENDER, new bytes32[](0), "");
        vm.stopPrank();
        vm.revertToState(state);
        vm.prank(CUSTOMER);
        anchor.revoke(cheap);
        vm.expectRevert(abi.encodeWithSelector(I.LeafSpent.selector, anchor.leafOf(cheap)));
        anchor.open(cheap, SENDER, new bytes32[](0), signature);
    }
}
