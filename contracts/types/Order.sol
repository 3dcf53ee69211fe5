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

/// An order in one storage word: amount (units of its coin) 96 | paidAt 32 | frozenUntil 32 (0: never frozen) |
/// complaint 64 | state 4 | confirmHours 12 | protectionHours 12 | 4 zero bits (from the low end up). The hours are
/// those of the policy that it was paid under, so that nothing has to be asked of the registry again.
type OrderWord is uint256;

// How long after the protection an anchored complaint may be opened.
uint256 constant ANCHOR_GRACE = 3 days;

using Orders for Order global;
using OrderWords for OrderWord global;

library OrderWords {
    uint256 private constant COMPLAINT_AND_STATE = ((1 << 68) - 1) << 160;

    /// A new order, held. Times are Unix seconds, and fit until the year 2106.
    /// @param windows Of the policy: confirmHours 12 | protectionHours 12.
    function held(uint256 amount_, uint256 paidAt_, uint256 windows) internal pure returns (OrderWord) {
        return
            OrderWord.wrap(amount_ | uint256(uint32(paidAt_)) << 96 | uint256(OrderState.Held) << 224 | windows << 228);
    }

    function become(OrderWord word, ComplaintId complaint_, OrderState state_) internal pure returns (OrderWord) {
        return OrderWord.wrap(
            OrderWord.unwrap(word) & ~COMPLAINT_AND_STATE | uint256(ComplaintId.unwrap(complaint_)) << 160
                | uint256(state_) << 224
        );
    }

    /// Only of a word that has not been frozen before.
    function freeze(OrderWord word, uint32 until) internal pure returns (OrderWord) {
        return OrderWord.wrap(OrderWord.unwrap(word) | uint256(until) << 128);
    }

    function amount(OrderWord word) internal pure returns (uint256) {
        return uint96(OrderWord.unwrap(word));
    }

    function paidAt(OrderWord word) internal pure returns (uint256) {
        return uint32(OrderWord.unwrap(word) >> 96);
    }

    function frozenUntil(OrderWord word) internal pure returns (uint256) {
        return uint32(OrderWord.unwrap(word) >> 128);
    }

    function complaint(OrderWord word) internal pure returns (ComplaintId) {
        return ComplaintId.wrap(uint64(OrderWord.unwrap(word) >> 160));
    }

    function state(OrderWord word) internal pure returns (OrderState) {
        return OrderState(OrderWord.unwrap(word) >> 224 & 0xf);
    }

    function confirmSeconds(OrderWord word) internal pure returns (uint256) {
        return (OrderWord.unwrap(word) >> 228 & 0xfff) * 1 hours;
    }

    /// Until when the customer may complain.
    function protectedUntil(OrderWord word) internal pure returns (uint256) {
        return word.paidAt() + (OrderWord.unwrap(word) >> 240 & 0xfff) * 1 hours;
    }

    /// Until when a complaint that was anchored in time may be opened; from then on the organisation may take the money.
    function releasableFrom(OrderWord word) internal pure returns (uint256) {
        return word.protectedUntil() + ANCHOR_GRACE;
    }
}

library Orders {
    /// keccak256(abi.encode(order)): in memory the facts already lie as they are encoded, five words in a row.
    function key(Order memory order) internal pure returns (bytes32 hash) {
        // 150 gas less than a copy of them, four times in a case.
        assembly ("memory-safe") {
            hash := keccak256(order, 160)
        }
    }
}
