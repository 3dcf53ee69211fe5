// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IComplaintAnchor} from "../../../contracts/interfaces/IComplaintAnchor.sol";
import {ComplaintAnchor} from "../../../contracts/ComplaintAnchor.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {HandlerDoors} from "./HandlerDoors.sol";
import {bound} from "./Vm.sol";

/// Complaints that are signed, anchored by anybody, and opened or revoked.
abstract contract HandlerAnchors is HandlerDoors {
    struct Leaf {
        IComplaintAnchor.AnchoredComplaint complaint;
        address sender;
        uint256 anchoredAt;
        /// The other leaf of its batch; zero where it is alone.
        bytes32 sibling;
    }

    Leaf[] private _signedLeaves;
    mapping(bytes32 leaf => bool) private _isSpent;

    function anchorContract() external view returns (ComplaintAnchor) {
        return anchor;
    }

    /// Two complaints under a root, or one. Some name an order that nobody has paid yet.
    function anchorBatch(uint256 seed) external {
        if (_orders.length == 0) return;
        Leaf memory first = _signedLeaf(_random(seed, 1));
        Leaf memory second = _signedLeaf(_random(seed, 2));
        (bytes32 a, bytes32 b) = (anchor.leafOf(first.complaint), anchor.leafOf(second.complaint));
        bool alone = a == b || _random(seed, 3) % 4 == 0;
        bytes32 root = alone ? a : a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
        address sender = people[_random(seed, 4) % people.length];
        bytes memory data = abi.encodeCall(IComplaintAnchor.anchor, (root, alone ? 1 : 2, bytes32(seed)));
        if (anchor.anchoredAt(sender, root) != 0) return _mustFail(sender, address(anchor), data, "anchored twice");
        _send(sender, address(anchor), data, 0);
        (first.sender, second.sender) = (sender, sender);
        (first.anchoredAt, second.anchoredAt) = (_now(), _now());
        if (!alone) (first.sibling, second.sibling) = (b, a);
        _signedLeaves.push(first);
        if (!alone) _signedLeaves.push(second);
        ++counted["anchored"];
    }

    /// Anyone opens what may be opened; what may not be opened nobody opens, the customer neither.
    function openAnchored(uint256 seed) external {
        uint256 count = _signedLeaves.length;
        for (uint256 i; i < count && i < 16; ++i) {
            // The youngest first, mostly: what is old is spent.
            uint256 back = _random(seed, 1) % 4 == 0 ? _random(seed, 3) : i;
            Leaf memory leaf = _signedLeaves[count - 1 - back % count];
            OrderWord word = escrow.orders(leaf.complaint.order.key());
            if (!_opens(leaf, word)) {
                address customer = leaf.complaint.order.customer;
                _mustFail(customer, address(anchor), _opening(leaf, false), "an anchored complaint opened");
                continue;
            }
            _goIntoTheGrace(word, seed);
            bool signed = _key(leaf.complaint.order.customer) != 0 && _random(seed, 2) % 2 == 0;
            _send(signed ? STRANGER : leaf.complaint.order.customer, address(anchor), _opening(leaf, signed), 0);
            _isSpent[anchor.leafOf(leaf.complaint)] = true;
            ++counted[_now() < word.protectedUntil() ? bytes32("opened") : bytes32("opened in the grace")];
            return;
        }
    }

    function revokeAnchored(uint256 seed) external {
        if (_signedLeaves.length == 0 || _random(seed, 1) % 4 != 0) return;
        Leaf memory leaf = _signedLeaves[_random(seed, 2) % _signedLeaves.length];
        bytes32 hash = anchor.leafOf(leaf.complaint);
        bytes memory data = abi.encodeCall(IComplaintAnchor.revoke, (leaf.complaint));
        _mustFail(STRANGER, address(anchor), data, "revoked by a stranger");
        if (_isSpent[hash]) return _mustFail(leaf.complaint.order.customer, address(anchor), data, "spent twice");
        _send(leaf.complaint.order.customer, address(anchor), data, 0);
        _isSpent[hash] = true;
        ++counted["revoked"];
    }

    /// The rules once more. What a claim is about is no order in escrow.
    function _opens(Leaf memory leaf, OrderWord word) private view returns (bool) {
        return word.state() == OrderState.Held && leaf.anchoredAt >= word.paidAt()
            && leaf.anchoredAt < word.protectedUntil() && _now() < word.releasableFrom()
            && leaf.anchoredAt <= leaf.complaint.anchorBy && !_isSpent[anchor.leafOf(leaf.complaint)];
    }

    function _goIntoTheGrace(OrderWord word, uint256 seed) private {
        if (_now() >= word.protectedUntil() || _random(seed, 5) % 6 != 0) return;
        _wait(word.protectedUntil() - _now() + _random(seed, 6) % 3 days);
    }

    function _signedLeaf(uint256 seed) private view returns (Leaf memory leaf) {
        Order memory order;
        for (uint256 i; i < 8; ++i) {
            order = _orders[(_random(seed, 1) + i) % _orders.length];
            if (escrow.orders(order.key()).state() == OrderState.Held) break;
        }
        uint256 what = _random(seed, 2) % 8;
        if (what == 0) order.ref = bytes32(uint256(order.ref) + 1);
        // From an hour ago to a month ahead.
        uint256 by = _now() + _random(seed, 3) % 30 days - 1 hours;
        uint16 demand = uint16(bound(_random(seed, 4), 1, 10_000));
        leaf.complaint = IComplaintAnchor.AnchoredComplaint(order, demand, 2, bytes32(seed % 2), address(0), by);
    }

    function _opening(Leaf memory leaf, bool signed) private view returns (bytes memory) {
        bytes32[] memory proof = new bytes32[](leaf.sibling == 0 ? 0 : 1);
        if (leaf.sibling != 0) proof[0] = leaf.sibling;
        bytes memory signature = signed ? _sign(leaf.complaint.order.customer, _content(leaf.complaint)) : bytes("");
        return abi.encodeCall(IComplaintAnchor.open, (leaf.complaint, leaf.sender, proof, signature));
    }

    function _content(IComplaintAnchor.AnchoredComplaint memory c) private view returns (bytes32) {
        bytes32 kind = keccak256(
            "AnchoredComplaint(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,address anchor)"
        );
        return keccak256(abi.encode(kind, c.order, c.demand, c.category, c.digest, c.opener, c.anchorBy, anchor));
    }
}
