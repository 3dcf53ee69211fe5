// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The terms on which a kind of dispute is heard, as they stand in the low bits of a round's word (from the low end up):
/// fee of a seat (gwei) 30 | the most that a seat can lose (gwei) 34 | hand-over h 7 | commit h 7 | reveal h 7.
type Track is uint256;

using Tracks for Track global;

uint256 constant TRACK_BITS = 85;

library Tracks {
    function pack(
        uint256 feeGwei_,
        uint256 lockGwei_,
        uint256 handOverHours_,
        uint256 commitHours_,
        uint256 revealHours_
    ) internal pure returns (Track) {
        return Track.wrap(feeGwei_ | lockGwei_ << 30 | handOverHours_ << 64 | commitHours_ << 71 | revealHours_ << 78);
    }

    function feeGwei(Track track) internal pure returns (uint256) {
        return Track.unwrap(track) & 0x3fffffff;
    }

    function lockGwei(Track track) internal pure returns (uint256) {
        return Track.unwrap(track) >> 30 & 0x3ffffffff;
    }

    function handOverHours(Track track) internal pure returns (uint256) {
        return Track.unwrap(track) >> 64 & 0x7f;
    }

    function commitHours(Track track) internal pure returns (uint256) {
        return Track.unwrap(track) >> 71 & 0x7f;
    }

    function revealHours(Track track) internal pure returns (uint256) {
        return Track.unwrap(track) >> 78 & 0x7f;
    }
}
