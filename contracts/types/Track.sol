// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The terms on which a kind of dispute is heard. Pinned in the round's word when a dispute opens.
struct Track {
    /// What a seat is paid, and the most that a seat can lose, in gwei (below 2^30 and 2^34).
    uint32 feeGwei;
    uint40 lockGwei;
    /// Length of each window in hours (24 to 127).
    uint8 handOverHours;
    uint8 commitHours;
    uint8 revealHours;
}
