// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Who must not judge.
interface IExclusions {
    /// Whether `account` was a party to `dispute`, or acted for one, as block `blockNumber` began.
    function excluded(uint256 dispute, address account, uint256 blockNumber) external view returns (bool);
}
