// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignedActions} from "./SignedActions.sol";
import {IKeyRegistry} from "./interfaces/IKeyRegistry.sol";

/// People's encryption keys; the interface is the manual.
contract KeyRegistry is IKeyRegistry, SignedActions {
    struct Key {
        uint64 version;
        bytes32 key;
    }

    /// @inheritdoc IKeyRegistry
    mapping(address account => Key) public keys;

    constructor() SignedActions("Redress Keys") {}

    /// @inheritdoc IKeyRegistry
    function setKey(uint64 version, bytes32 key) external {
        address account = _actor();
        uint64 last = keys[account].version;
        if (version <= last) revert VersionNotRising(account, version, last);
        keys[account] = Key(version, key);
        emit KeySet(account, version, key);
    }

    /// @inheritdoc SignedActions
    function typeHash(bytes4 selector) public pure override returns (bytes32) {
        if (selector != this.setKey.selector) return 0;
        return keccak256("SetKey(uint64 version,bytes32 key,address actor,uint256 nonce,uint256 deadline)");
    }
}
