// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TRACK_BITS, Track} from "./Track.sol";

/// A round of voting in one storage word (from the low end up). The header, 104 bits:
/// the track that the dispute pinned, 85 | seats 5 | paid seats, halved 4 | voids 2 | appeals 2 | drawn 1 | reveals 5; then
/// undrawn: armed block 32 | high water 24 | armed time 32 | only before a dispute's first draw, a hint of the parties 64;
/// drawn:   armed time 32 | seats 0 to 2, each position 26 | vote 14.
/// The number of paid seats is odd, so that its half tells it.
type Round is uint256;

using Rounds for Round global;

// A seat whose vote is not revealed, and one whose vote was told before its time.
uint256 constant NO_VOTE = 0x3fff;
uint256 constant LEAKED = 0x3ffe;
uint256 constant SEAT_BITS = 40;
uint256 constant SEAT_MASK = (1 << SEAT_BITS) - 1;
uint256 constant SEATS_SHIFT = 136;
// Seats in the round's own word; the rest go six to a word of their own.
uint256 constant SEATS_IN_ROUND = 3;
uint256 constant SEATS_IN_WORD = 6;
uint256 constant MAX_SEATS = 31;

uint256 constant HEADER_MASK = (1 << 104) - 1;
uint256 constant PARTIES_SHIFT = 192;
uint256 constant PAID_SHIFT = 90;
uint256 constant ONE_VOID = 1 << 94;
uint256 constant ONE_APPEAL = 1 << 96;
uint256 constant DRAWN = 1 << 98;
uint256 constant ONE_REVEAL = 1 << 99;
// What stays of a header when a round is armed anew: not its seats, drawn, reveals.
uint256 constant REARMED_MASK = HEADER_MASK & ~uint256(0x1f << TRACK_BITS | DRAWN | 0x1f << 99);

/// Unchecked where it counts: fields of a few bits cannot overflow a word, and the checks took a kilobyte that the court
/// does not have, and some hundred gas a vote.
library Rounds {
    /// The first round of a dispute; `seats_` is odd.
    function pack(Track track_, uint256 seats_, uint256 block_, uint256 highWater_, uint256 time)
        internal
        pure
        returns (Round)
    {
        return _armed(Track.unwrap(track_) | seats_ >> 1 << PAID_SHIFT, seats_, block_, highWater_, time);
    }

    function track(Round round) internal pure returns (Track) {
        return Track.wrap(Round.unwrap(round) & (1 << TRACK_BITS) - 1);
    }

    function feeGwei(Round round) internal pure returns (uint256) {
        return round.track().feeGwei();
    }

    function lockGwei(Round round) internal pure returns (uint256) {
        return round.track().lockGwei();
    }

    function seats(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> TRACK_BITS & 0x1f;
    }

    function paidSeats(Round round) internal pure returns (uint256) {
        unchecked {
            return (Round.unwrap(round) >> PAID_SHIFT & 0xf) * 2 + 1;
        }
    }

    function voids(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 94 & 0x3;
    }

    function appeals(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 96 & 0x3;
    }

    /// Which of the dispute's rounds it is: each fresh panel has a number of its own. After each appeal, at most two
    /// rounds are void.
    function number(Round round) internal pure returns (uint256) {
        unchecked {
            return round.appeals() * 3 + round.voids();
        }
    }

    function drawn(Round round) internal pure returns (bool) {
        return Round.unwrap(round) & DRAWN != 0;
    }

    /// How many seats have revealed.
    function reveals(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> 99 & 0x1f;
    }

    /// The block whose stakes may be drawn; only of an undrawn round.
    function armedBlock(Round round) internal pure returns (uint256) {
        return uint32(Round.unwrap(round) >> 104);
    }

    /// One more than the highest position that may be drawn; only of an undrawn round.
    function highWater(Round round) internal pure returns (uint256) {
        return uint24(Round.unwrap(round) >> 136);
    }

    /// Of an undrawn round: organisation 20 | low bits of the customer 44. Zero if nothing is known.
    function parties(Round round) internal pure returns (uint256) {
        return Round.unwrap(round) >> PARTIES_SHIFT;
    }

    function withParties(Round round, uint64 parties_) internal pure returns (Round) {
        return Round.wrap(Round.unwrap(round) | uint256(parties_) << PARTIES_SHIFT);
    }

    /// Unix seconds. All windows count from it.
    function armedAt(Round round) internal pure returns (uint256) {
        return uint32(Round.unwrap(round) >> (round.drawn() ? 104 : 160));
    }

    function commitOpens(Round round) internal pure returns (uint256) {
        unchecked {
            return round.armedAt() + round.track().handOverHours() * 1 hours;
        }
    }

    function commitEnds(Round round) internal pure returns (uint256) {
        unchecked {
            return round.commitOpens() + round.track().commitHours() * 1 hours;
        }
    }

    function revealEnds(Round round) internal pure returns (uint256) {
        unchecked {
            return round.commitEnds() + round.track().revealHours() * 1 hours;
        }
    }

    /// The window for an appeal is as long as that for commitments.
    function appealEnds(Round round) internal pure returns (uint256) {
        unchecked {
            return round.revealEnds() + round.track().commitHours() * 1 hours;
        }
    }

    /// The panel that hears an appeal: twice as many and one more.
    function appealSeats(Round round) internal pure returns (uint256) {
        unchecked {
            uint256 larger = 2 * round.paidSeats() + 1;
            return larger < MAX_SEATS ? larger : MAX_SEATS;
        }
    }

    /// The same terms and size, undrawn again, `voids_` rounds (0 or 1) further on.
    function rearmed(Round round, uint256 voids_, uint256 block_, uint256 highWater_, uint256 time)
        internal
        pure
        returns (Round)
    {
        unchecked {
            uint256 header = (Round.unwrap(round) & REARMED_MASK) + voids_ * ONE_VOID;
            return _armed(header, round.paidSeats(), block_, highWater_, time);
        }
    }

    /// The same terms for the larger panel of an appeal.
    function appealed(Round round, uint256 block_, uint256 highWater_, uint256 time) internal pure returns (Round) {
        unchecked {
            uint256 seats_ = round.appealSeats();
            uint256 header = (Round.unwrap(round) & REARMED_MASK & ~uint256(0xf << PAID_SHIFT | 0x3 << 94)) + ONE_APPEAL;
            return _armed(header | seats_ >> 1 << PAID_SHIFT, seats_, block_, highWater_, time);
        }
    }

    /// Drawn, with the first three of `count` seats; `first` holds them from bit 0 up.
    function withPanel(Round round, uint256 count, uint256 first) internal pure returns (Round) {
        uint256 header = Round.unwrap(round) & REARMED_MASK | DRAWN | count << TRACK_BITS;
        return Round.wrap(header | round.armedAt() << 104 | first << SEATS_SHIFT);
    }

    /// A seat as it is stored: position 26 | vote 14.
    function packSeat(uint256 position, uint256 vote) internal pure returns (uint256) {
        return position | vote << 26;
    }

    function _armed(uint256 header, uint256 seats_, uint256 block_, uint256 highWater_, uint256 time)
        private
        pure
        returns (Round)
    {
        return Round.wrap(header | seats_ << TRACK_BITS | block_ << 104 | highWater_ << 136 | time << 160);
    }
}
