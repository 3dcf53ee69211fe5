// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A customer with code: what it does when it is paid can be set.
contract Receiver {
    enum Mode {
        Accepts,
        /// Writes a word first: most of what a push gives.
        Writes,
        Refuses,
        RevertsWithBomb,
        BurnsGas,
        CallsBack
    }

    Mode private _mode;
    address private _target;
    bytes private _call;
    bool public reentered;
    bytes4 public reentryError;

    function turn(Mode mode_) external {
        _mode = mode_;
    }

    function callBack(address target, bytes calldata call_) external {
        (_mode, _target, _call) = (Mode.CallsBack, target, call_);
    }

    function act(address target, bytes calldata data) external payable {
        (bool done,) = target.call{value: msg.value}(data);
        require(done, "refused");
    }

    receive() external payable {
        if (_mode == Mode.Accepts) return;
        if (_mode == Mode.Writes) {
            reentered = true;
            return;
        }
        require(_mode != Mode.Refuses, "no");
        if (_mode == Mode.BurnsGas) while (true) {}
        if (_mode == Mode.RevertsWithBomb) {
            assembly {
                revert(0, 100000)
            }
        }
        // No room in a push for a word that has not been written before: tests set `reentryError` to something.
        (bool done, bytes memory result) = _target.call(_call);
        if (done) reentered = true;
        else reentryError = bytes4(result);
    }

    function warm() external {
        reentryError = 0xffffffff;
    }
}

/// A wallet with one owner, whose signature it accepts (ERC-1271).
contract Wallet {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        return signer == _owner ? this.isValidSignature.selector : bytes4(0);
    }
}

/// What an EIP-7702 account may delegate to: takes no money and accepts no signature.
contract Refusal {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0;
    }
}
