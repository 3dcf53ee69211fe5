// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Who pays the court on behalf of others, and so must know what money that comes back was for.
interface IFeePayer {
    error OnlyCourt(address caller);

    /// Fees of `dispute` that the court did not spend, out of what was paid when it was opened (`payment` 0) or for its
    /// n-th appeal (`payment` n). Only the court, which need not limit the gas.
    function takeBack(uint256 dispute, uint256 payment) external payable;
}
