// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Actors} from "./Actors.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";

/// Pushes money and never depends on the receiver: what is refused becomes a credit.
abstract contract Payouts is IPayouts, Actors, ReentrancyGuardTransient {
    /// Enough for a smart account's receive function; too little to make a caller's transaction fail. Who calls with so
    /// little gas that a push gets less has too little left to write the credit, so nobody can make a push fail.
    uint256 private constant PUSH_GAS = 30_000;

    /// @inheritdoc IPayouts
    mapping(address account => uint256) public credits;

    /// @inheritdoc IPayouts
    function withdrawTo(address payable to) external nonReentrant {
        address account = _actor();
        uint256 amount = credits[account];
        if (amount == 0) revert NothingToWithdraw(account);
        credits[account] = 0;
        emit CreditWithdrawn(account, to, amount);
        _send(to, amount);
    }

    /// Pays `amount` wei to `to`, or credits it. Callers are `nonReentrant` and have written their state before.
    function _pay(address to, uint256 amount) internal {
        if (amount == 0) return;
        bool sent;
        // Zero bytes of the reply are copied, so that a receiver cannot make the payer pay for a huge one. Solidity
        // copies the reply of a `.call` even where it is not used.
        assembly ("memory-safe") {
            sent := call(PUSH_GAS, to, amount, 0, 0, 0, 0)
        }
        if (sent) return;
        credits[to] += amount;
        emit Credited(to, amount);
    }

    /// Sends `amount` wei to where the owner of the money wants it, or reverts.
    function _send(address to, uint256 amount) internal {
        bool sent;
        assembly ("memory-safe") {
            sent := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!sent) revert TransferFailed(to, amount);
    }
}
