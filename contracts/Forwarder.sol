// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IForwarder} from "./interfaces/IForwarder.sol";
import {ActionTypes} from "./libraries/ActionTypes.sol";

/// Calls for those who signed; the interface is the manual.
contract Forwarder is IForwarder, EIP712("Redress", "1") {
    /// @inheritdoc IForwarder
    mapping(address actor => mapping(uint256 index => uint256)) public nonces;

    /// @inheritdoc IForwarder
    function actWithSig(SignedAction calldata signed) external payable returns (bytes memory result) {
        if (block.timestamp >= signed.deadline) revert SignatureExpired(signed.deadline, block.timestamp);
        bytes4 selector = bytes4(signed.action);
        bytes32 typeHash_ = typeHash(selector);
        if (typeHash_ == 0) revert ActionNotSignable(selector);
        _useNonce(signed.actor, signed.nonce);
        // The arguments are static, so their encoding in a call is their encoding in a struct.
        bytes32 structHash = keccak256(
            bytes.concat(
                typeHash_, signed.action[4:], abi.encode(signed.actor, signed.target, signed.nonce, signed.deadline)
            )
        );
        if (!isSigned(signed.actor, structHash, signed.signature)) revert SignatureInvalid(signed.actor);
        bool done;
        (done, result) = signed.target.call{value: msg.value}(abi.encodePacked(signed.action, msg.sender, signed.actor));
        if (!done) LowLevelCall.bubbleRevert(result);
    }

    /// @inheritdoc IForwarder
    function batch(SignedAction[] calldata items, uint256 gasEach) external returns (bool[] memory done) {
        done = new bool[](items.length);
        for (uint256 i; i < items.length; ++i) {
            try this.actWithSig{gas: gasEach}(items[i]) {
                done[i] = true;
            } catch {
                emit ActionFailed(i, items[i].actor, items[i].nonce);
            }
        }
    }

    /// @inheritdoc IForwarder
    function cancelNonces(uint256 index, uint256 bits) external {
        nonces[msg.sender][index] |= bits;
        emit NoncesCancelled(msg.sender, index, bits);
    }

    /// @inheritdoc IForwarder
    function typeHash(bytes4 selector) public pure returns (bytes32) {
        return ActionTypes.hashOf(selector);
    }

    /// @inheritdoc IForwarder
    function isSigned(address actor, bytes32 structHash, bytes calldata signature) public view returns (bool) {
        bytes32 digest = _hashTypedDataV4(structHash);
        // By key first: an account that also has code (EIP-7702) still signs by its key.
        (address signer, ECDSA.RecoverError refused,) = ECDSA.tryRecover(digest, signature);
        if (refused == ECDSA.RecoverError.NoError && signer == actor) return true;
        return SignatureChecker.isValidERC1271SignatureNow(actor, digest, signature);
    }

    function _useNonce(address actor, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 used = nonces[actor][nonce >> 8];
        if (used & bit != 0) revert NonceUsed(actor, nonce);
        nonces[actor][nonce >> 8] = used | bit;
    }
}
