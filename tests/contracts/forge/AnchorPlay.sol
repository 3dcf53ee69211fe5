// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IComplaintAnchor as I} from "../../../contracts/interfaces/IComplaintAnchor.sol";
import {OrganisationId} from "../../../contracts/types/Ids.sol";
import {Play} from "./Play.sol";
import {signatureOf} from "./Signing.sol";
import {Vm, vm} from "./Vm.sol";

/// Signs complaints, puts them into trees and anchors them.
abstract contract AnchorPlay is Play {
    address internal constant SENDER = address(0x5e4d);
    bytes32 internal constant DIGEST = keccak256("batch");
    bytes32 internal constant OTHER_LEAF = keccak256("another leaf");

    function _complaint() internal returns (I.AnchoredComplaint memory) {
        return I.AnchoredComplaint(_pay(CUSTOMER, 1 ether), 5000, 2, DIGEST, address(0), _now() + 360 hours);
    }

    function _changed(I.AnchoredComplaint memory from, uint256 field)
        internal
        pure
        returns (I.AnchoredComplaint memory c)
    {
        c = abi.decode(abi.encode(from), (I.AnchoredComplaint));
        if (field == 0) c.order.organisation = OrganisationId.wrap(2);
        if (field == 1) c.order.version += 1;
        if (field == 2) c.order.customer = STRANGER;
        if (field == 3) c.order.token = STRANGER;
        if (field == 4) c.order.ref = ~c.order.ref;
        if (field == 5) c.demand += 1;
        if (field == 6) c.category += 1;
        if (field == 7) c.digest = ~c.digest;
        if (field == 8) c.anchorBy += 1;
        if (field == 9) c.opener = STRANGER;
    }

    function _anchor(address sender, bytes32 root) internal {
        vm.prank(sender);
        anchor.anchor(root, 2, DIGEST);
    }

    /// A batch of the complaint and another leaf.
    function _batch(I.AnchoredComplaint memory complaint) internal returns (bytes32 root, bytes32[] memory proof) {
        bytes32[] memory leaves = new bytes32[](2);
        (leaves[0], leaves[1]) = (anchor.leafOf(complaint), OTHER_LEAF);
        (root, proof) = _tree(leaves, 0);
        _anchor(SENDER, root);
    }

    /// Level by level; a last one without a sibling goes up as it is.
    function _tree(bytes32[] memory level, uint256 place) internal pure returns (bytes32, bytes32[] memory proof) {
        proof = new bytes32[](0);
        while (level.length > 1) {
            if (place ^ 1 < level.length) proof = _with(proof, level[place ^ 1]);
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i; i < level.length; i += 2) {
                above[i / 2] = i + 1 < level.length ? _pair(level[i], level[i + 1]) : level[i];
            }
            (level, place) = (above, place / 2);
        }
        return (level[0], proof);
    }

    function _pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _with(bytes32[] memory list, bytes32 last) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }

    function _refused(I.AnchoredComplaint memory complaint, bytes32[] memory proof, bytes memory why) internal {
        vm.prank(complaint.order.customer);
        vm.expectRevert(why);
        anchor.open(complaint, SENDER, proof, "");
    }

    function _signature(I.AnchoredComplaint memory complaint) internal view returns (bytes memory) {
        return signatureOf(address(forwarder), CUSTOMER_KEY, _content(complaint));
    }

    function _content(I.AnchoredComplaint memory c) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "AnchoredComplaint(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,address anchor)"
        );
        bytes memory order =
            abi.encode(c.order.organisation, c.order.version, c.order.customer, c.order.token, c.order.ref);
        return keccak256(
            bytes.concat(
                typeHash, order, abi.encode(c.demand, c.category, c.digest, c.opener, c.anchorBy, address(anchor))
            )
        );
    }

    function _foldedBy(bytes32 list, Vm.Log memory log, address actor) internal view returns (bytes32) {
        bytes memory arguments = log.data;
        for (uint256 i = log.topics.length; i > 1; --i) {
            arguments = abi.encodePacked(log.topics[i - 1], arguments);
        }
        return keccak256(abi.encode(list, log.topics[0], keccak256(arguments), actor, _now()));
    }
}
