// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// What nobody's money depends on, but somebody must decide: parameters for new cases, through a timelock, and a pause
/// of what is new. Neither can touch a case or a coin that is already here.
interface IGoverned {
    /// New orders, stakes and bonds are refused, or accepted again. Filing, voting and withdrawing go on.
    event PauseSet(address indexed guardian, bool paused);

    error OnlyGuardian(address caller);
    error OnlyTimelock(address caller);
    error Paused();

    function guardian() external view returns (address);
    function timelock() external view returns (address);
    function paused() external view returns (bool);
    /// Only the guardian.
    function setPaused(bool paused) external;
}
