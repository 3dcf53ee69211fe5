// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {IKeyRegistry} from "./interfaces/IKeyRegistry.sol";

/// People's encryption keys; the interface is the manual.
contract KeyRegistry is IKeyRegistry, Actors {
    struct Key {
        uint64 version;
        bytes32 key;
    }

    /// @inheritdoc IKeyRegistry
    mapping(address account => Key) public keys;

    constructor(address forwarder) Actors(forwarder) {}

    /// @inheritdoc IKeyRegistry
    function setKey(uint64 version, bytes32 key) external {
        address account = _actor();
        uint64 last = keys[account].version;
        if (version <= last) revert VersionNotRising(account, version, last);
        keys[account] = Key(version, key);
        emit KeySet(account, version, key);
    }
}
