// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Who must not judge.
interface IExclusions {
    /// Bit i: `accounts[i]` was a party to `dispute`, acted for one, or was accused in it, as block `blockNumber` began.
    /// At most 256 accounts; the answer for a block that is already here never changes.
    function exclusions(uint256 dispute, address[] calldata accounts, uint256 blockNumber)
        external
        view
        returns (uint256);
}
