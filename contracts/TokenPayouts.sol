// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Payouts} from "./Payouts.sol";
import {ITokenPayouts} from "./interfaces/ITokenPayouts.sol";

/// Pushes tokens and depends neither on the token nor on the receiver: what does not leave becomes a credit.
abstract contract TokenPayouts is ITokenPayouts, Payouts {
    using SafeERC20 for IERC20;

    /// For two reads of the balance and a transfer; tokens of several contracts need about 150 000.
    uint256 private constant PUSH_TOKEN_GAS = 200_000;

    /// @inheritdoc ITokenPayouts
    mapping(IERC20 token => mapping(address account => uint256)) public tokenCredits;

    /// @inheritdoc ITokenPayouts
    function withdrawTokenTo(IERC20 token, address to) external nonReentrant {
        address account = _actor();
        uint256 amount = tokenCredits[token][account];
        if (amount == 0) revert NothingToWithdraw(account);
        // Written after the transfer, which alone tells what left; every way to the credits is shut until then.
        uint256 left = _sendToken(token, to, amount);
        tokenCredits[token][account] = amount - left;
        emit TokenCreditWithdrawn(token, account, to, left);
    }

    /// @inheritdoc ITokenPayouts
    function pushToken(IERC20 token, address to, uint256 amount) external returns (uint256) {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        return _sendToken(token, to, amount);
    }

    /// Pays `amount` of `token` to `to` and credits what does not leave. Callers are `nonReentrant` and have written
    /// their state before.
    function _payToken(IERC20 token, address to, uint256 amount) internal {
        if (amount == 0) return;
        uint256 kept = amount;
        // Without a name for the error, its data is not copied: there is no bomb in it.
        try this.pushToken{gas: PUSH_TOKEN_GAS}(token, to, amount) returns (uint256 left) {
            kept -= left;
        } catch {}
        if (kept == 0) return;
        tokenCredits[token][to] += kept;
        emit TokenCredited(token, to, kept);
    }

    /// Sends up to `amount` to where its owner wants it, or reverts.
    /// @return left What is gone, from 1 to `amount`: the books shrink by it and nothing else.
    function _sendToken(IERC20 token, address to, uint256 amount) internal returns (uint256 left) {
        uint256 before = token.balanceOf(address(this));
        // Of a token whose balances shrank there may be less; better some of it than none.
        token.safeTransfer(to, amount < before ? amount : before);
        uint256 rest = token.balanceOf(address(this));
        left = before > rest ? before - rest : 0;
        if (left == 0 || left > amount) revert TokenMiscounted(token, amount, left);
    }
}
