// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPayouts} from "./IPayouts.sol";

/// The same for ERC-20 tokens. Each token has books of its own, kept by what really left: whatever a token does, it
/// can only fail those who are owed that token.
interface ITokenPayouts is IPayouts {
    /// `amount` of `token` for `account` did not leave and waits for `withdrawTokenTo`.
    event TokenCredited(IERC20 indexed token, address indexed account, uint256 amount);
    /// `amount` of the account's credit left for `to`.
    event TokenCreditWithdrawn(IERC20 indexed token, address indexed account, address to, uint256 amount);

    /// Only the contract itself calls this.
    error OnlySelf(address caller);
    /// Of `amount`, nothing left or more than that: a token that takes more than it is told pays with other people's.
    error TokenMiscounted(IERC20 token, uint256 amount, uint256 left);

    /// What waits for `account`, in units of the token.
    function tokenCredits(IERC20 token, address account) external view returns (uint256);

    /// Sends all of the actor's credit in `token` to `to`. What does not leave stays its credit; reverts if nothing does.
    function withdrawTokenTo(IERC20 token, address to) external;

    /// Sends `amount` to `to` and measures what left, at most `amount`. Only the contract itself, which calls it with
    /// bounded gas: a frame of its own is what makes it safe to call a token that may do anything.
    function pushToken(IERC20 token, address to, uint256 amount) external returns (uint256 left);
}
