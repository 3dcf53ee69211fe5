// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// Where the lot falls. Rejection sampling over positions that never change size or place: the panel is a pure function
/// of the seed and of who was staked when the round was armed, so anyone can compute it and nobody can move it.
library Draw {
    /// Tickets that a position can hold; one position is accepted with probability tickets / 8.
    uint256 internal constant MAX_TICKETS = 8;
    /// Tries for a seat among arbitrators who neither sit nor sat in an earlier round, then as many among all.
    uint256 internal constant ATTEMPTS = 64;
    /// Tries for all seats together, and seats that are shown to whoever knows the excluded, counting all of a panel each
    /// time: what bounds a draw where most places are empty or belong to a party. Panels of up to 15 never meet the first
    /// bound, panels of three the second only after 82 excluded owners.
    uint256 internal constant MAX_LOTS = 31 * ATTEMPTS;
    uint256 internal constant MAX_ASKED = 8 * 31;

    /// The lot of one attempt: a position below `highWater`, and a number below 8 that must be less than its tickets.
    /// The low 128 bits choose the place (bias below highWater / 2^128), the bits above them the number.
    function lot(bytes32 seed, uint256 disputeId, uint256 round, uint256 seat, uint256 attempt, uint256 highWater)
        internal
        pure
        returns (uint256 position, uint256 ticket)
    {
        // One word: a round, a seat and an attempt have at most eight bits each, a dispute's number at most 92.
        uint256 which = disputeId << 24 | round << 16 | seat << 8 | attempt;
        uint256 random = uint256(Hashes.efficientKeccak256(seed, bytes32(which)));
        // 128 bits times 24 cannot overflow.
        unchecked {
            position = uint256(uint128(random)) * highWater >> 128;
        }
        ticket = random >> 128 & (MAX_TICKETS - 1);
    }
}
