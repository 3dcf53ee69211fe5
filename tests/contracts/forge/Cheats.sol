// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// More cheat codes: what a contract emits, and a clock that the optimizer does not take for constant.
interface Cheats {
    /// The next call makes `emitter` emit the event that this contract emits next.
    function expectEmit(address emitter) external;
    function getBlockTimestamp() external view returns (uint256);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function warp(uint256 timestamp) external;
}

Cheats constant cheats = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

/// Lets time pass.
function pass(uint256 time) {
    cheats.warp(cheats.getBlockTimestamp() + time);
}
