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
    /// The court's track that hears this organisation's disputes.
    uint8 track;
}

/// A policy in one storage word:
/// peakMask 168 | acknowledgePeak 20 | acknowledgeOffPeak 20 | answerHours 12 | confirmHours 12 | protectionHours 12 |
/// track 4 | 8 zero bits (from the low end up).
type PolicyWord is uint256;

using PolicyWords for PolicyWord global;

library PolicyWords {
    /// Fields must be in range: the registry checks them before it packs.
    function pack(Policy calldata policy) internal pure returns (PolicyWord) {
        return PolicyWord.wrap(
            uint256(policy.peakMask) | uint256(policy.acknowledgePeak) << 168 | uint256(policy.acknowledgeOffPeak)
                << 188 | uint256(policy.answerHours) << 208 | uint256(policy.confirmHours) << 220
                | uint256(policy.protectionHours) << 232 | uint256(policy.track) << 244
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

    function confirmSeconds(PolicyWord policy) internal pure returns (uint256) {
        return (PolicyWord.unwrap(policy) >> 220 & 0xfff) * 1 hours;
    }

    function protectionSeconds(PolicyWord policy) internal pure returns (uint256) {
        return (PolicyWord.unwrap(policy) >> 232 & 0xfff) * 1 hours;
    }

    function track(PolicyWord policy) internal pure returns (uint8) {
        return uint8(PolicyWord.unwrap(policy) >> 244 & 0xf);
    }
}
