// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId, OrganisationId} from "./Ids.sol";

/// What never changes about an order. Callers pass it; its hash is the order's key, so nothing of it is stored.
struct Order {
    OrganisationId organisation;
    /// The policy version that the customer saw and paid under.
    uint16 version;
    address customer;
    /// The ERC-20 paid in; zero is the native coin.
    address token;
    /// The shop's reference, salted and hashed off chain so that it cannot be guessed.
    bytes32 ref;
}

enum OrderState {
    None,
    Held,
    Disputed,
    Released,
    Refunded,
    Split
}

/// An order in one storage word: amount (wei) 96 | paidAt 40 | complaint 64 | state 8 (from the low end up).
type OrderWord is uint256;

using Orders for Order global;
using OrderWords for OrderWord global;

library OrderWords {
    function pack(uint256 amount_, uint256 paidAt_, ComplaintId complaint_, OrderState state_)
        internal
        pure
        returns (OrderWord)
    {
        return OrderWord.wrap(
            amount_ | paidAt_ << 96 | uint256(ComplaintId.unwrap(complaint_)) << 136 | uint256(uint8(state_)) << 200
        );
    }

    function amount(OrderWord word) internal pure returns (uint256) {
        return uint96(OrderWord.unwrap(word));
    }

    function paidAt(OrderWord word) internal pure returns (uint256) {
        return uint40(OrderWord.unwrap(word) >> 96);
    }

    function complaint(OrderWord word) internal pure returns (ComplaintId) {
        return ComplaintId.wrap(uint64(OrderWord.unwrap(word) >> 136));
    }

    function state(OrderWord word) internal pure returns (OrderState) {
        return OrderState(uint8(OrderWord.unwrap(word) >> 200));
    }
}

library Orders {
    function key(Order memory order) internal pure returns (bytes32) {
        return keccak256(abi.encode(order));
    }
}
