// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// As a token should be.
contract Coin is ERC20Permit {
    constructor() ERC20("Coin", "COIN") ERC20Permit("Coin") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

enum Mode {
    Honest,
    ReturnsNothing,
    ReturnsFalse,
    Reverts,
    /// A tenth of what is sent vanishes on the way.
    TakesFee,
    /// Says it has sent it and keeps it.
    Lies,
    /// Takes a tenth more from the sender than it was told.
    TakesMore,
    ReturnsBomb,
    RevertsWithBomb,
    BurnsGas,
    HidesBalances,
    BombsBalances
}

/// A token that can turn bad at any time.
contract TurncoatToken {
    Mode public mode;
    mapping(address => uint256) private _shares;
    /// What a share is worth, in parts of 10^18.
    uint256 private _index = 1e18;

    /// Called in the middle of each transfer, if set.
    address private _target;
    bytes private _call;
    bool public reentered;
    bytes public reentryResult;

    function turn(Mode mode_) external {
        mode = mode_;
    }

    function mint(address to, uint256 amount) external {
        _shares[to] += amount;
    }

    function rebase(uint256 index) external {
        _index = index;
    }

    function reenter(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        require(mode != Mode.HidesBalances, "hidden");
        if (mode == Mode.BombsBalances) _bomb();
        return _balance(account);
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    /// Everybody has approved everything.
    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        Mode mode_ = mode;
        if (_target != address(0)) {
            (bool done, bytes memory result) = _target.call(_call);
            (reentered, reentryResult) = (done, result);
        }
        if (mode_ == Mode.Reverts) revert("no");
        if (mode_ == Mode.BurnsGas) while (true) _shares[address(1)] += 1;
        if (mode_ == Mode.RevertsWithBomb) {
            assembly {
                revert(0, 1000000)
            }
        }
        if (mode_ != Mode.ReturnsFalse && mode_ != Mode.Lies) {
            uint256 taken = mode_ == Mode.TakesMore ? amount + amount / 10 : amount;
            require(_balance(from) >= taken, "too little");
            _shares[from] -= taken * 1e18 / _index;
            _shares[to] += (mode_ == Mode.TakesFee ? amount - amount / 10 : amount) * 1e18 / _index;
        }
        _reply(mode_);
    }

    function _reply(Mode mode_) private pure {
        if (mode_ == Mode.ReturnsBomb) _bomb();
        assembly {
            if eq(mode_, 1) { return(0, 0) }
            mstore(0, iszero(eq(mode_, 2)))
            return(0, 32)
        }
    }

    function _balance(address account) private view returns (uint256) {
        return _shares[account] * _index / 1e18;
    }

    function _bomb() private pure {
        assembly {
            mstore(0, 1)
            return(0, 1000000)
        }
    }
}
