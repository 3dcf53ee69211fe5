// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MAX_SEATS} from "../types/Round.sol";
import {Track} from "../types/Track.sol";

/// Who pays what: pure arithmetic. Shares are basis points (10 000 = all).
library Fees {
    uint256 internal constant ALL = 10_000;
    /// A vote this near to the ruling is paid in full.
    uint256 internal constant FULL_PAY_WITHIN = 1000;
    /// A vote this far from it, or farther, pays the full penalty.
    uint256 internal constant FULL_PENALTY_FROM = 2500;

    /// `amount * share / 10 000`, rounded down.
    function shareDown(uint256 amount, uint256 share) internal pure returns (uint256) {
        return amount * share / ALL;
    }

    /// The organisation's part of `cost`. Each side pays in proportion to how far its number was from the ruling:
    /// |demand - ruling| : |offer - ruling|. Rounded down: the odd wei is the customer's, who chose to escalate.
    /// `demand` is greater than `offer`, so the two distances are never both zero.
    function organisationCostDown(uint256 cost, uint256 demand, uint256 offer, uint256 ruling)
        internal
        pure
        returns (uint256)
    {
        uint256 customerDistance = distance(demand, ruling);
        uint256 organisationDistance = distance(offer, ruling);
        return cost * organisationDistance / (customerDistance + organisationDistance);
    }

    /// What a seat gains (positive) or loses (negative), in the unit of `fee` and `lock`, for a vote `far` basis points
    /// from the ruling: the fee within 1 000, then down a line to half the lock lost at 2 500.
    function seatPay(uint256 far, uint256 fee, uint256 lock) internal pure returns (int256) {
        if (far <= FULL_PAY_WITHIN) return int256(fee);
        uint256 worst = lock / 2;
        if (far >= FULL_PENALTY_FROM) return -int256(worst);
        // Rounded up, against the arbitrator.
        uint256 steps = FULL_PENALTY_FROM - FULL_PAY_WITHIN;
        uint256 fall = ((fee + worst) * (far - FULL_PAY_WITHIN) + steps - 1) / steps;
        return int256(fee) - int256(fall);
    }

    /// How far `vote` lies outside the interval from `low` to `high`.
    function distanceFrom(uint256 vote, uint256 low, uint256 high) internal pure returns (uint256) {
        unchecked {
            if (vote < low) return low - vote;
            return vote > high ? vote - high : 0;
        }
    }

    function distance(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a - b : b - a;
    }

    /// The smallest panel for `base` (wei): bribing a majority must cost at least a fifth of what is at stake, in locks
    /// and fees. Above that, the largest.
    function panelSize(Track track, uint256 base) internal pure returns (uint256 seats) {
        // Gwei of at most 34 bits for at most 31 seats.
        unchecked {
            for (seats = 3; seats < MAX_SEATS; seats = _next(seats)) {
                uint256 atStake = (seats / 2 + 1) * track.lockGwei() + seats * track.feeGwei();
                if (atStake * 1 gwei >= base / 5) return seats;
            }
        }
    }

    /// 3, 5, 7, 15, 31.
    function _next(uint256 seats) private pure returns (uint256) {
        unchecked {
            return seats < 7 ? seats + 2 : 2 * seats + 1;
        }
    }
}
