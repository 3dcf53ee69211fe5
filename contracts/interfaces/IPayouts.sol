// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Money that could not be pushed waits here for its owner.
interface IPayouts {
    /// `amount` wei for `account` could not be delivered and waits for `withdrawTo`.
    event Credited(address indexed account, uint256 amount);
    /// All of the account's credit, `amount` wei, was sent to `to`.
    event CreditWithdrawn(address indexed account, address to, uint256 amount);

    error NothingToWithdraw(address account);
    error TransferFailed(address to, uint256 amount);

    /// Wei that wait for `account`.
    function credits(address account) external view returns (uint256);

    /// Sends all of the actor's credit to `to`. Reverts if `to` refuses it, so the credit is never lost.
    function withdrawTo(address payable to) external;
}
