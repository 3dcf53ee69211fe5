// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Who pays the court with many people's money, and so must know what money that comes back was for.
interface IFeePayer {
    error OnlyCourt(address caller);

    /// What the court did not spend of the fee for the `payment`-th appeal of `dispute` (from 1). Only the court, which
    /// need not limit the gas.
    function takeBack(uint256 dispute, uint256 payment) external payable;
}
