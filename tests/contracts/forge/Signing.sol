// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {vm} from "./Vm.sol";

/// What the key's owner signs over an action of its own at `target`, for an hour.
function signAction(IForwarder forwarder, address target, uint256 key, bytes memory action, uint256 nonce)
    view
    returns (IForwarder.SignedAction memory)
{
    return signActionFor(forwarder, target, key, vm.addr(key), action, nonce);
}

/// What it signs for an account, of a wallet for one.
function signActionFor(
    IForwarder forwarder,
    address target,
    uint256 key,
    address actor,
    bytes memory action,
    uint256 nonce
) view returns (IForwarder.SignedAction memory) {
    uint256 deadline = vm.getBlockTimestamp() + 1 hours;
    bytes memory arguments = new bytes(action.length - 4);
    for (uint256 i; i < arguments.length; ++i) {
        arguments[i] = action[i + 4];
    }
    bytes32 typeHash = forwarder.typeHash(bytes4(action));
    bytes32 content = keccak256(bytes.concat(typeHash, arguments, abi.encode(actor, target, nonce, deadline)));
    bytes memory signature = signatureOf(address(forwarder), key, content);
    return IForwarder.SignedAction(target, action, actor, nonce, deadline, signature);
}

/// As EIP-712 says, written out here once more.
function signatureOf(address forwarder, uint256 key, bytes32 content) view returns (bytes memory) {
    bytes32 domain = keccak256(
        abi.encode(
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak256("Redress"),
            keccak256("1"),
            block.chainid,
            forwarder
        )
    );
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, content)));
    return abi.encodePacked(r, s, v);
}

/// The type string is the manual's: `head` has the name and the fields; then who, for which contract, which and until
/// when.
function checkType(IForwarder forwarder, bytes4 selector, string memory head) pure {
    bytes memory whole = bytes.concat(bytes(head), "address actor,address target,uint256 nonce,uint256 deadline)");
    assert(forwarder.typeHash(selector) == keccak256(whole));
}
