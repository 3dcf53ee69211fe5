// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "./interfaces/IGoverned.sol";

/// The guardian's pause, and who may change parameters; the interface is the manual.
abstract contract Governed is IGoverned {
    /// @inheritdoc IGoverned
    address public immutable guardian;
    /// @inheritdoc IGoverned
    address public immutable timelock;
    /// @inheritdoc IGoverned
    bool public paused;

    constructor(address guardian_, address timelock_) {
        (guardian, timelock) = (guardian_, timelock_);
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert OnlyGuardian(msg.sender);
        _;
    }

    modifier onlyTimelock() {
        if (msg.sender != timelock) revert OnlyTimelock(msg.sender);
        _;
    }

    modifier whenNotPaused() {
        if (paused) revert Paused();
        _;
    }

    /// @inheritdoc IGoverned
    function setPaused(bool paused_) external onlyGuardian {
        paused = paused_;
        emit PauseSet(msg.sender, paused_);
    }
}
