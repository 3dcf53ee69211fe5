// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// Changes to parameters are announced here a week before anyone may carry them out. It has no administrator: its delay
/// and its proposers can be changed only through itself.
contract Timelock is TimelockController {
    uint256 public constant NOTICE = 7 days;

    /// Anyone may execute what is due.
    constructor(address[] memory proposers) TimelockController(NOTICE, proposers, _anyone(), address(0)) {}

    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
