// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintAnchor} from "../../../contracts/ComplaintAnchor.sol";
import {IComplaintAnchor as I} from "../../../contracts/interfaces/IComplaintAnchor.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {AnchorPlay} from "./AnchorPlay.sol";
import {checkType, signAction, signatureOf} from "./Signing.sol";
import {Vm, vm} from "./Vm.sol";

/// A contract wallet: what its owner signs is its word.
contract Wallet1271 {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s, uint8 v) = (bytes32(signature[:32]), bytes32(signature[32:64]), uint8(signature[64]));
        return ecrecover(hash, v, r, s) == _owner ? this.isValidSignature.selector : bytes4(0);
    }
}

/// Complaints that were signed, anchored with others, and opened later. (tests/contracts/anchor.tree)
contract AnchorTest is AnchorPlay {
    function setUp() external {
        _build(0);
    }

    // anchor

    function test_RevertWhen_theBatchHasNoSize() external {
        bytes4 size = I.BatchSizeInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(size, 0, 65_536));
        anchor.anchor(OTHER_LEAF, 0, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(size, 65_537, 65_536));
        anchor.anchor(OTHER_LEAF, 65_537, DIGEST);
        anchor.anchor(OTHER_LEAF, 65_536, DIGEST);
    }

    function test_aBatchIsItsSendersOnce() external {
        _anchor(SENDER, OTHER_LEAF);
        uint256 anchored = _now();
        _wait(1);
        vm.expectRevert(abi.encodeWithSelector(I.AnchoredBefore.selector, SENDER, OTHER_LEAF, anchored));
        vm.prank(SENDER);
        anchor.anchor(OTHER_LEAF, 2, DIGEST);
        _anchor(STRANGER, OTHER_LEAF);
        _same(anchor.anchoredAt(SENDER, OTHER_LEAF), anchored);
        _same(anchor.anchoredAt(STRANGER, OTHER_LEAF), anchored + 1);
    }

    function test_theListOfBatchesIsOneWord() external {
        bytes32 list = keccak256(abi.encode("redress-trail/1", block.chainid, anchor, uint256(uint160(SENDER))));
        assert(anchor.trail(SENDER) == 0);
        for (uint256 i = 1; i < 4; ++i) {
            vm.recordLogs();
            vm.prank(SENDER);
            anchor.anchor(bytes32(i), uint32(i), keccak256(abi.encode(i)));
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assert(log.topics[0] == I.Anchored.selector && log.topics[1] == bytes32(uint256(uint160(SENDER))));
            bytes32 arguments = keccak256(abi.encodePacked(log.topics[1], log.topics[2], log.data));
            list = keccak256(abi.encode(list, log.topics[0], arguments, SENDER, _now()));
            assert(anchor.trail(SENDER) == list);
            _anchor(STRANGER, bytes32(i));
            _wait(1 hours);
        }
    }

    // open

    function test_anyoneOpensWhatTheCustomerSigned() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (bytes32 root, bytes32[] memory proof) = _batch(complaint);
        uint256 anchored = _now();
        _wait(30 hours);
        vm.recordLogs();
        bytes memory signature = _signature(complaint);
        vm.prank(STRANGER);
        ComplaintId id = anchor.open(complaint, SENDER, proof, signature);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assert(logs[0].topics[0] == IComplaintDesk.Filed.selector);
        Vm.Log memory opened = logs[logs.length - 1];
        assert(opened.topics[0] == IComplaintDesk.FiledAnchored.selector && opened.topics[1] == bytes32(uint256(1)));
        assert(opened.topics[2] == bytes32(uint256(uint160(CUSTOMER))));
        assert(keccak256(opened.data) == keccak256(abi.encode(SENDER, root, anchor.leafOf(complaint), anchored)));
        // Both are in the trail.
        bytes32 list = keccak256(abi.encode("redress-trail/1", block.chainid, desk, uint256(1)));
        list = _foldedBy(list, logs[0], CUSTOMER);
        assert(desk.trail(id) == _foldedBy(list, opened, CUSTOMER));
        // The clocks start now.
        _same(desk.complaints(id).deadline(), _now() + 48 hours);
        assert(desk.complaints(id).customer() == CUSTOMER && desk.phase(id) == Phase.Filed);
    }

    function test_theCustomerOpensWithoutASignature() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        vm.prank(CUSTOMER);
        anchor.open(complaint, SENDER, proof, "");
    }

    function test_aBatchOfOneNeedsNoProof() external {
        I.AnchoredComplaint memory complaint = _complaint();
        _anchor(SENDER, anchor.leafOf(complaint));
        vm.prank(CUSTOMER);
        anchor.open(complaint, SENDER, new bytes32[](0), "");
    }

    function test_opensAfterTheProtectionWhatWasAnchoredWithinIt() external {
        I.AnchoredComplaint memory complaint = _complaint();
        _wait(336 hours - 1);
        (, bytes32[] memory proof) = _batch(complaint);
        _wait(3 days);
        vm.startPrank(CUSTOMER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrderEscrow.ProtectionOver.selector, complaint.order.key(), START + 336 hours, _now()
            )
        );
        desk.file(complaint.order, 1, 2, 0);
        anchor.open(complaint, SENDER, proof, "");
        vm.expectPartialRevert(IOrderEscrow.OrderNotHeld.selector);
        escrow.release(complaint.order);
    }

    function test_RevertWhen_anchoredTooLateOrTooEarly() external {
        Order memory order = _pay(CUSTOMER, 1 ether);
        I.AnchoredComplaint memory complaint =
            I.AnchoredComplaint(order, 5000, 2, DIGEST, address(0), START + 400 hours);
        bytes4 over = IOrderEscrow.ProtectionOver.selector;
        _wait(336 hours);
        (, bytes32[] memory proof) = _batch(complaint);
        _refused(complaint, proof, abi.encodeWithSelector(over, order.key(), START + 336 hours, START + 336 hours));
        // In time, and opened too late.
        vm.warp(START);
        complaint.demand = 1;
        (, proof) = _batch(complaint);
        vm.warp(START + 336 hours + 3 days);
        _refused(complaint, proof, abi.encodeWithSelector(over, order.key(), _now(), _now()));
        // Before there was an order.
        order.ref = keccak256("of tomorrow");
        complaint = I.AnchoredComplaint(order, 5000, 2, DIGEST, address(0), type(uint256).max);
        (, proof) = _batch(complaint);
        uint256 anchored = _now();
        _wait(1);
        vm.prank(CUSTOMER);
        escrow.pay{value: 1 ether}(order.organisation, order.version, order.ref);
        _refused(
            complaint, proof, abi.encodeWithSelector(IOrderEscrow.PaidLater.selector, order.key(), _now(), anchored)
        );
    }

    function test_RevertWhen_theBatchIsYoungerThanWhatWasSigned() external {
        I.AnchoredComplaint memory complaint = _complaint();
        complaint.anchorBy = START + 10 hours;
        vm.warp(complaint.anchorBy + 1);
        (, bytes32[] memory proof) = _batch(complaint);
        _refused(
            complaint,
            proof,
            abi.encodeWithSelector(I.AnchoredTooLate.selector, complaint.anchorBy, complaint.anchorBy + 1)
        );
        complaint.anchorBy += 1;
        (, proof) = _batch(complaint);
        vm.prank(CUSTOMER);
        anchor.open(complaint, SENDER, proof, "");
    }

    function test_RevertWhen_theProofLeadsElsewhere() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (bytes32 root, bytes32[] memory proof) = _batch(complaint);
        bytes32 leaf = anchor.leafOf(complaint);
        vm.startPrank(CUSTOMER);
        vm.expectRevert(abi.encodeWithSelector(I.NotAnchored.selector, leaf, STRANGER, root));
        anchor.open(complaint, STRANGER, proof, "");
        vm.expectRevert(abi.encodeWithSelector(I.NotAnchored.selector, leaf, SENDER, leaf));
        anchor.open(complaint, SENDER, new bytes32[](0), "");
        vm.stopPrank();
        for (uint256 field; field < 10; ++field) {
            I.AnchoredComplaint memory other = _changed(complaint, field);
            assert(anchor.leafOf(other) != leaf);
            vm.prank(other.order.customer);
            vm.expectPartialRevert(I.NotAnchored.selector);
            anchor.open(other, SENDER, proof, "");
        }
    }

    function test_aLeafIsOfItsChainAndItsContract() external {
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32 leaf = anchor.leafOf(complaint);
        assert(leaf != new ComplaintAnchor(desk, forwarder).leafOf(complaint));
        // Hashed twice, over a type written out here once more.
        bytes32 once = keccak256(abi.encode(block.chainid, anchor, _content(complaint)));
        assert(leaf == keccak256(abi.encode(once)));
        vm.chainId(999);
        assert(leaf != anchor.leafOf(complaint));
    }

    function test_RevertWhen_nobodySigned() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory others = signatureOf(address(forwarder), 0xbad, _content(complaint));
        bytes memory refused = abi.encodeWithSelector(I.SignatureOfAnother.selector, CUSTOMER);
        vm.expectRevert(refused);
        anchor.open(complaint, SENDER, proof, "");
        vm.expectRevert(refused);
        anchor.open(complaint, SENDER, proof, others);
    }

    function test_onlyWhomTheCustomerNamedOpens() external {
        I.AnchoredComplaint memory complaint = _complaint();
        complaint.opener = SENDER;
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory signature = _signature(complaint);
        // The organisation, for one, has the signature out of the batch's file.
        vm.expectRevert(abi.encodeWithSelector(I.NotOpener.selector, ADMIN, SENDER));
        vm.prank(ADMIN);
        anchor.open(complaint, SENDER, proof, signature);
        vm.prank(SENDER);
        vm.expectRevert(abi.encodeWithSelector(I.SignatureOfAnother.selector, CUSTOMER));
        anchor.open(complaint, SENDER, proof, "");
        vm.prank(SENDER);
        anchor.open(complaint, SENDER, proof, signature);
    }

    function test_oneLeafInTwoBatchesOpensOnce() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        bytes32 leaf = anchor.leafOf(complaint);
        _anchor(STRANGER, leaf);
        vm.startPrank(CUSTOMER);
        anchor.open(complaint, STRANGER, new bytes32[](0), "");
        vm.expectRevert(abi.encodeWithSelector(I.LeafSpent.selector, leaf));
        anchor.open(complaint, SENDER, proof, "");
    }

    /// The root over two leaves is no leaf, and neither is a pair of nodes.
    function test_anInnerNodeIsNoLeaf() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (bytes32 root,) = _batch(complaint);
        assert(anchor.leafOf(complaint) != root);
        bytes32[] memory leaves = new bytes32[](4);
        for (uint256 i; i < 4; ++i) {
            leaves[i] = keccak256(abi.encode("leaf", i));
        }
        (bytes32 above, bytes32[] memory proof) = _tree(leaves, 0);
        _anchor(SENDER, above);
        vm.prank(CUSTOMER);
        vm.expectPartialRevert(I.NotAnchored.selector);
        anchor.open(complaint, SENDER, proof, "");
    }

    function test_aContractWalletsWordCounts() external {
        address wallet = address(new Wallet1271(CUSTOMER));
        vm.deal(wallet, 1 ether);
        Order memory order = _pay(wallet, 1 ether);
        I.AnchoredComplaint memory complaint = I.AnchoredComplaint(order, 5000, 2, DIGEST, address(0), _now());
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory others = signatureOf(address(forwarder), 0xbad, _content(complaint));
        vm.expectRevert(abi.encodeWithSelector(I.SignatureOfAnother.selector, wallet));
        anchor.open(complaint, SENDER, proof, others);
        anchor.open(complaint, SENDER, proof, _signature(complaint));
    }

    function test_eachLeafOnce() external {
        I.AnchoredComplaint memory complaint = _complaint();
        (, bytes32[] memory proof) = _batch(complaint);
        bytes memory signature = _signature(complaint);
        ComplaintId id = anchor.open(complaint, SENDER, proof, signature);
        vm.prank(CUSTOMER);
        desk.withdraw(id, complaint.order, 0);
        // The order is held again; the complaint was heard.
        bytes memory refused = abi.encodeWithSelector(I.LeafSpent.selector, anchor.leafOf(complaint));
        vm.expectRevert(refused);
        anchor.open(complaint, SENDER, proof, signature);
        vm.prank(CUSTOMER);
        vm.expectRevert(refused);
        anchor.revoke(complaint);
    }

    // revoke, fileAnchored

    function test_whatWasRevokedNobodyOpens() external {
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32 leaf = anchor.leafOf(complaint);
        vm.expectRevert(abi.encodeWithSelector(I.OnlyCustomer.selector, STRANGER, CUSTOMER));
        vm.prank(STRANGER);
        anchor.revoke(complaint);
        vm.expectEmit(address(anchor));
        emit I.Revoked(leaf, CUSTOMER);
        vm.prank(CUSTOMER);
        anchor.revoke(complaint);
        assert(anchor.spent(leaf));
        (, bytes32[] memory proof) = _batch(complaint);
        _refused(complaint, proof, abi.encodeWithSelector(I.LeafSpent.selector, leaf));
    }

    function test_revokesBySignatureToo() external {
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32 leaf = anchor.leafOf(complaint);
        IForwarder.SignedAction memory signed =
            signAction(forwarder, address(anchor), CUSTOMER_KEY, abi.encodeCall(I.revoke, (complaint)), 1);
        vm.prank(STRANGER);
        forwarder.actWithSig(signed);
        assert(anchor.spent(leaf));
        checkType(
            forwarder,
            I.revoke.selector,
            "Revoke(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,"
        );
    }

    function test_RevertWhen_anotherThanTheAnchorOpens() external {
        Order memory order = _pay(CUSTOMER, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.OnlyAnchor.selector, CUSTOMER));
        vm.prank(CUSTOMER);
        desk.fileAnchored(order, 1, 2, 0, SENDER, 0, 0, uint40(_now()));
    }

    // Any batch

    /// Trees of any size: each leaf has its way to the root, and nothing else has.
    function testFuzz_eachLeafOfAnyBatchOpens(uint256 size, uint256 place, bytes32 seed) external {
        size = 1 + size % 40;
        place %= size;
        I.AnchoredComplaint memory complaint = _complaint();
        bytes32[] memory leaves = new bytes32[](size);
        for (uint256 i; i < size; ++i) {
            leaves[i] = i == place ? anchor.leafOf(complaint) : keccak256(abi.encode(seed, i));
        }
        (bytes32 root, bytes32[] memory proof) = _tree(leaves, place);
        _anchor(SENDER, root);
        if (size > 1) {
            bytes32 flipped = proof[0];
            proof[0] = ~flipped;
            vm.prank(CUSTOMER);
            vm.expectPartialRevert(I.NotAnchored.selector);
            anchor.open(complaint, SENDER, proof, "");
            proof[0] = flipped;
        }
        vm.prank(CUSTOMER);
        anchor.open(complaint, SENDER, proof, "");
    }
}
