// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Words} from "./Words.sol";

library Median {
    using Words for uint256[];

    /// Sorts `votes` in place. At most 31 of them: insertion sort is the cheapest there.
    function sort(uint256[] memory votes) internal pure {
        unchecked {
            for (uint256 i = 1; i < votes.length; ++i) {
                uint256 vote = votes.get(i);
                uint256 j = i;
                for (; j > 0; --j) {
                    uint256 before = votes.get(j - 1);
                    if (before <= vote) break;
                    votes.put(j, before);
                }
                votes.put(j, vote);
            }
        }
    }

    /// The middle of sorted `votes` (not empty): the two middle votes, the same one twice for an odd number. The ruling
    /// is the floor of their mean; distance from it is counted from the interval between them.
    function middle(uint256[] memory votes) internal pure returns (uint256 low, uint256 high) {
        uint256 n = votes.length;
        return (votes[(n - 1) / 2], votes[n / 2]);
    }

    /// The most frequent of sorted `votes` (not empty), and whether another is as frequent.
    function mode(uint256[] memory votes) internal pure returns (uint256 most, bool tie) {
        uint256 longest;
        uint256 run;
        for (uint256 i; i < votes.length; ++i) {
            run = i > 0 && votes[i - 1] == votes[i] ? run + 1 : 1;
            if (run > longest) (most, longest, tie) = (votes[i], run, false);
            else if (run == longest) tie = true;
        }
    }
}
