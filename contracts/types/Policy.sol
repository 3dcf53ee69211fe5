// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The clock an organisation publishes for itself.
struct Policy {
    /// Bit h set: hour h of the week is a peak hour. Hour 0 is Monday 00:00-01:00 UTC.
    uint168 peakMask;
    /// Seconds to acknowledge a complaint filed in a peak hour, and in any other hour (below 2^20).
    uint32 acknowledgePeak;
    uint32 acknowledgeOffPeak;
    /// Hours to answer (48 to 240), for the customer to confirm a payment, and for the money of an order to stay in escrow.
    uint16 answerHours;
    uint16 confirmHours;
    uint16 protectionHours;
    /// Who hears this organisation's disputes: 0-3 a track of the house court, 4-7 outside arbitrator `track - 4`.
    uint8 track;
    /// The most that one claim without an order may ask for, written in two digits: the first, then as many zeros as the
    /// second says, in millionths of the native coin. 13 is 0.001, 59 is 5000, 16 is 1; 0 accepts no such claims.
    uint8 claimCap;
}

/// A policy in one storage word:
/// peakMask 168 | acknowledgePeak 20 | acknowledgeOffPeak 20 | answerHours 12 | confirmHours 12 | protectionHours 12 |
/// track 3 | claimCap 7 | 2 zero bits (from the low end up).
type PolicyWord is uint256;

using PolicyWords for PolicyWord global;

library PolicyWords {
    /// Fields must be in range: the registry checks them before it packs.
    function pack(Policy calldata policy) internal pure returns (PolicyWord) {
        return PolicyWord.wrap(
            uint256(policy.peakMask) | uint256(policy.acknowledgePeak) << 168 | uint256(policy.acknowledgeOffPeak)
                << 188 | uint256(policy.answerHours) << 208 | uint256(policy.confirmHours) << 220
                | uint256(policy.protectionHours) << 232 | uint256(policy.track) << 244 | uint256(policy.claimCap)
                << 247
        );
    }

    /// Seconds to acknowledge what was filed at `timestamp`.
    function acknowledgeSeconds(PolicyWord policy, uint256 timestamp) internal pure returns (uint256) {
        // The Unix epoch was a Thursday: 72 hours into a week that starts on Monday.
        uint256 hourOfWeek = (timestamp / 1 hours + 72) % 168;
        bool peak = PolicyWord.unwrap(policy) >> hourOfWeek & 1 == 1;
        return PolicyWord.unwrap(policy) >> (peak ? 168 : 188) & 0xfffff;
    }

    function answerSeconds(PolicyWord policy) internal pure returns (uint256) {
        return (PolicyWord.unwrap(policy) >> 208 & 0xfff) * 1 hours;
    }

    /// What an order takes along: confirmHours 12 | protectionHours 12.
    function windows(PolicyWord policy) internal pure returns (uint24) {
        return uint24(PolicyWord.unwrap(policy) >> 220);
    }

    function confirmSeconds(PolicyWord policy) internal pure returns (uint256) {
        return (PolicyWord.unwrap(policy) >> 220 & 0xfff) * 1 hours;
    }

    function track(PolicyWord policy) internal pure returns (uint8) {
        return uint8(PolicyWord.unwrap(policy) >> 244 & 0x7);
    }

    /// Wei; 0 if claims without an order are not accepted.
    function claimCap(PolicyWord policy) internal pure returns (uint256) {
        uint256 digits = PolicyWord.unwrap(policy) >> 247 & 0x7f;
        return digits / 10 * 10 ** (digits % 10) * 1e12;
    }
}
