// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Forwarder} from "../../../contracts/Forwarder.sol";
import {KeyRegistry} from "../../../contracts/KeyRegistry.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IKeyRegistry} from "../../../contracts/interfaces/IKeyRegistry.sol";
import {checkType, signAction} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// (tests/contracts/keys.tree)
contract KeyRegistryTest {
    uint256 private constant KEY = 0xc0ffee;
    address private immutable customer = vm.addr(KEY);
    Forwarder private forwarder = new Forwarder();
    KeyRegistry private keyRegistry = new KeyRegistry(address(forwarder));

    function test_aKeyIsSetChangedAndRevoked() external {
        _checkKey(0, 0);
        vm.startPrank(customer);
        vm.expectEmit(address(keyRegistry));
        emit IKeyRegistry.KeySet(customer, 5, "first");
        keyRegistry.setKey(5, "first");
        _checkKey(5, "first");
        keyRegistry.setKey(6, "second");
        _checkKey(6, "second");
        keyRegistry.setKey(type(uint64).max, 0);
        _checkKey(type(uint64).max, 0);
    }

    function test_versionsRise() external {
        vm.startPrank(customer);
        _expectNotRising(0, 0);
        keyRegistry.setKey(0, "key");
        keyRegistry.setKey(5, "key");
        _expectNotRising(5, 5);
        keyRegistry.setKey(5, "other");
        _expectNotRising(4, 5);
        keyRegistry.setKey(4, "other");
        // Revoking frees no version.
        keyRegistry.setKey(6, 0);
        _expectNotRising(6, 6);
        keyRegistry.setKey(6, "key");
    }

    function test_nobodySetsAnothersKey() external {
        keyRegistry.setKey(9, "mine");
        _checkKey(0, 0);
        vm.prank(customer);
        keyRegistry.setKey(1, "key");
        _checkKey(1, "key");
    }

    function test_signed() external {
        checkType(forwarder, keyRegistry.setKey.selector, "SetKey(uint64 version,bytes32 key,");
        assert(forwarder.typeHash(keyRegistry.keys.selector) == 0);
        IForwarder.SignedAction memory older = _signedKey(1, "older", 0);
        IForwarder.SignedAction memory newer = _signedKey(2, "newer", 1);
        vm.expectEmit(address(keyRegistry));
        emit IKeyRegistry.KeySet(customer, 2, "newer");
        forwarder.actWithSig(newer);
        // Unordered nonces, ordered keys: the one that was held back cannot land.
        _expectNotRising(1, 2);
        forwarder.actWithSig(older);
        _checkKey(2, "newer");
    }

    function _signedKey(uint64 version, bytes32 key, uint256 nonce)
        private
        view
        returns (IForwarder.SignedAction memory)
    {
        bytes memory action = abi.encodeCall(keyRegistry.setKey, (version, key));
        return signAction(forwarder, address(keyRegistry), KEY, action, nonce);
    }

    function _expectNotRising(uint64 given, uint64 last) private {
        vm.expectRevert(abi.encodeWithSelector(IKeyRegistry.VersionNotRising.selector, customer, given, last));
    }

    function _checkKey(uint64 version, bytes32 key) private view {
        (uint64 version_, bytes32 key_) = keyRegistry.keys(customer);
        assert(version_ == version && key_ == key);
    }
}
