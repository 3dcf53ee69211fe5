// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MAX_SEATS, Round} from "../types/Round.sol";
import {Track} from "../types/Track.sol";

/// Where a round stands, computed from its word, the votes and the clock.
enum RoundPhase {
    /// There is no such dispute, or it is over.
    None,
    /// The seed's block is not there yet.
    AwaitingSeed,
    /// Anyone may draw.
    Drawable,
    /// Nobody drew while the seed could be had and votes committed: anyone may arm the round again.
    Missed,
    /// The panel gets its keys to sealed evidence.
    HandOver,
    Commit,
    Reveal,
    /// Fewer than a majority revealed: anyone may void the round.
    Insufficient,
    /// The votes are counted; a larger panel can be asked.
    Appealable,
    /// The desk can conclude.
    Decidable
}

library RoundPhases {
    uint256 internal constant MAX_VOIDS = 2;
    uint256 internal constant MAX_APPEALS = 3;

    /// No ruling can come from the votes: nobody could be drawn, or two rounds were void.
    function refused(Round round) internal pure returns (bool) {
        return round.voids() == MAX_VOIDS || round.drawn() && round.seats() == 0;
    }

    /// Enough votes are open for a ruling.
    function majority(Round round) internal pure returns (bool) {
        return round.reveals() > round.seats() / 2;
    }

    /// Of a drawn round with seats.
    /// @param committed Bitmap of the seats that have committed, without those whose vote has leaked.
    function voting(Round round, uint256 committed, uint256 timestamp) internal pure returns (RoundPhase) {
        Track track = round.track();
        // A time of 32 bits and a few hours overflow nothing; one running sum saves each vote 400 gas.
        unchecked {
            uint256 deadline = round.armedAt() + track.handOverHours() * 1 hours;
            if (timestamp < deadline) return RoundPhase.HandOver;
            deadline += track.commitHours() * 1 hours;
            bool allCommitted = committed == (1 << round.seats()) - 1;
            if (timestamp < deadline && !allCommitted) return RoundPhase.Commit;
            deadline += track.revealHours() * 1 hours;
            if (timestamp < deadline && round.reveals() != _count(committed)) return RoundPhase.Reveal;
            if (!majority(round)) return RoundPhase.Insufficient;
            if (round.paidSeats() == MAX_SEATS || round.appeals() == MAX_APPEALS) return RoundPhase.Decidable;
            deadline += track.commitHours() * 1 hours;
            return timestamp < deadline ? RoundPhase.Appealable : RoundPhase.Decidable;
        }
    }

    function _count(uint256 bits) private pure returns (uint256 count) {
        unchecked {
            for (; bits != 0; bits &= bits - 1) {
                ++count;
            }
        }
    }
}
