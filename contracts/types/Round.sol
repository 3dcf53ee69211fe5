// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Track} from "./Track.sol";

/// A round of voting in one storage word (from the low end up). The header, 104 bits, is pinned when the dispute opens:
/// fee (gwei) 30 | lock (gwei) 34 | hand-over h 7 | commit h 7 | reveal h 7 | seats 5 | paid seats 5 | voids 2 |
/// drawn 1 | concluded 1 | reveals 5; then
/// undrawn: escalation block 32 | high water 24;
/// drawn:   time of the draw 32 | seats 0 to 2, each position 26 | vote 14.
type Round is uint256;

using Rounds for Round global;

// A seat whose vote is not revealed.
uint256 constant NO_VOTE = 0x3fff;
uint256 constant SEAT_BITS = 40;
uint256 constant SEAT_MASK = (1 << SEAT_BITS) - 1;
uint256 constant SEATS_SHIFT = 136;
// Seats in the round's own word; the rest go six to a word of their own.
uint256 constant SEATS_IN_ROUND = 3;
uint256 constant SEATS_IN_WORD = 6;

uint256 constant HEADER_MASK = (1 << 104) - 1;
uint256 constant DRAWN = 1 << 97;
uint256 constant CONCLUDED = 1 << 98;
uint256 constant ONE_REVEAL = 1 << 99;

library Rounds {
    function pack(Track memory track, uint256 seats_, uint256 block_, uint256 highWater_)
        internal
        pure
        returns (Round)
    {
        uint256 header = uint256(track.feeGwei) | uint256(track.lockGwei) << 30 | uint256(track.handOverHours) << 64
            | uint256(track.commitHours) << 71 | uint256(track.revealHours) << 78 | seats_ << 85 | seats_ << 90;
        return Round.wrap(header | block_ << 104 | highWater_ << 136);
    }

    function feeGwei(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) & 0x3fffffff;
    }

    function lockGwei(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 30 & 0x3ffffffff;
    }

    function handOverSeconds(Round round) internal pure returns (uint256) {
        return (Round.unwrap(round) >> 64 & 0x7f) * 1 hours;
    }

    function commitSeconds(Round round) internal pure returns (uint256) {
        return (Round.unwrap(round) >> 71 & 0x7f) * 1 hours;
    }

    function revealSeconds(Round round) internal pure returns (uint256) {
        return (Round.unwrap(round) >> 78 & 0x7f) * 1 hours;
    }

    function seats(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 85 & 0x1f;
    }

    function paidSeats(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 90 & 0x1f;
    }

    function voids(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 95 & 0x3;
    }

    function drawn(Round round) internal pure returns (bool) {
        return Round.unwrap(round) & DRAWN != 0;
    }

    function concluded(Round round) internal pure returns (bool) {
        return Round.unwrap(round) & CONCLUDED != 0;
    }

    /// How many seats have revealed.
    function reveals(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 99 & 0x1f;
    }

    /// The block whose stakes may be drawn; only of an undrawn round.
    function armedAt(Round round) internal pure returns (uint256) {
        return uint32(Round.unwrap(round) >> 104);
    }

    /// One more than the highest position that may be drawn; only of an undrawn round.
    function highWater(Round round) internal pure returns (uint256) {
        return uint24(Round.unwrap(round) >> 136);
    }

    /// Unix seconds; only of a drawn round.
    function drawnAt(Round round) internal pure returns (uint256) {
        return uint32(Round.unwrap(round) >> 104);
    }

    function commitOpens(Round round) internal pure returns (uint256) {
        return round.drawnAt() + round.handOverSeconds();
    }

    function commitEnds(Round round) internal pure returns (uint256) {
        return round.commitOpens() + round.commitSeconds();
    }

    function revealEnds(Round round) internal pure returns (uint256) {
        return round.commitEnds() + round.revealSeconds();
    }

    /// The same terms and size, undrawn again, `void_` rounds (0 or 1) further on.
    function rearmed(Round round, uint256 void_, uint256 block_, uint256 highWater_) internal pure returns (Round) {
        uint256 header = Round.unwrap(round) & HEADER_MASK & ~DRAWN & ~uint256(0x1f << 85 | 0x1f << 99);
        header = (header | round.paidSeats() << 85) + (void_ << 95);
        return Round.wrap(header | block_ << 104 | highWater_ << 136);
    }

    /// Drawn at `time` with the first three of `count` seats; `first` holds them from bit 0 up.
    function withPanel(Round round, uint256 count, uint256 time, uint256 first) internal pure returns (Round) {
        uint256 header = Round.unwrap(round) & HEADER_MASK & ~uint256(0x1f << 85);
        return Round.wrap(header | DRAWN | count << 85 | time << 104 | first << SEATS_SHIFT);
    }

    function asConcluded(Round round) internal pure returns (Round) {
        return Round.wrap(Round.unwrap(round) | CONCLUDED);
    }

    /// A seat as it is stored: position 26 | vote 14.
    function packSeat(uint256 position, uint256 vote) internal pure returns (uint256) {
        return position | vote << 26;
    }
}
