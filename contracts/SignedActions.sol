// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignedActions} from "./interfaces/ISignedActions.sol";

/// One door for signatures instead of a twin for each function. The contract calls itself with the signer's address
/// behind the arguments; nothing else ever makes it call itself, so `_actor` can trust what such a call says.
abstract contract SignedActions is ISignedActions {
    /// @inheritdoc ISignedActions
    mapping(address actor => mapping(uint256 index => uint256)) public nonces;

    /// The domain is short enough to be built here: OpenZeppelin's also answers ERC-5267, which took half a kilobyte that the
    /// court does not have.
    bytes32 private immutable _name;
    bytes32 private immutable _domain;
    uint256 private immutable _chain;

    constructor(string memory name) {
        _name = keccak256(bytes(name));
        (_domain, _chain) = (_domainOf(_name), block.chainid);
    }

    /// @inheritdoc ISignedActions
    function actWithSig(SignedAction calldata signed) external payable returns (bytes memory result) {
        if (block.timestamp >= signed.deadline) revert SignatureExpired(signed.deadline, block.timestamp);
        bytes4 selector = bytes4(signed.action);
        bytes32 typeHash_ = typeHash(selector);
        if (typeHash_ == 0) revert ActionNotSignable(selector);
        _useNonce(signed.actor, signed.nonce);
        // The arguments are static, so their encoding in a call is their encoding in a struct.
        bytes32 digest = _typedDigest(
            keccak256(
                bytes.concat(typeHash_, signed.action[4:], abi.encode(signed.actor, signed.nonce, signed.deadline))
            )
        );
        if (!_isSignedBy(signed.actor, digest, signed.signature)) revert SignatureInvalid(signed.actor);
        bool done;
        (done, result) = address(this).call{value: msg.value}(abi.encodePacked(signed.action, msg.sender, signed.actor));
        if (done) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    /// @inheritdoc ISignedActions
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

    /// @inheritdoc ISignedActions
    function cancelNonces(uint256 index, uint256 bits) external {
        nonces[msg.sender][index] |= bits;
        emit NoncesCancelled(msg.sender, index, bits);
    }

    /// @inheritdoc ISignedActions
    function typeHash(bytes4 selector) public view virtual returns (bytes32);

    /// Who acts: the caller, or whoever signed.
    function _actor() internal view returns (address) {
        return msg.sender == address(this) ? address(bytes20(msg.data[msg.data.length - 20:])) : msg.sender;
    }

    /// Who sends the money, and gets back what is left of it.
    function _payer() internal view returns (address) {
        if (msg.sender != address(this)) return msg.sender;
        return address(bytes20(msg.data[msg.data.length - 40:msg.data.length - 20]));
    }

    function _useNonce(address actor, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 used = nonces[actor][nonce >> 8];
        if (used & bit != 0) revert NonceUsed(actor, nonce);
        nonces[actor][nonce >> 8] = used | bit;
    }

    function _typedDigest(bytes32 structHash) internal view returns (bytes32) {
        // Another chain id means a fork, where nothing that was signed for this chain may count.
        bytes32 domain = block.chainid == _chain ? _domain : _domainOf(_name);
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function _domainOf(bytes32 name) private view returns (bytes32) {
        bytes32 type_ = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(type_, name, keccak256("1"), block.chainid, address(this)));
    }

    /// By key first: an account that also has code (EIP-7702) still signs by its key.
    function _isSignedBy(address actor, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address signer, ECDSA.RecoverError refused,) = ECDSA.tryRecover(digest, signature);
        if (refused == ECDSA.RecoverError.NoError && signer == actor) return true;
        return SignatureChecker.isValidERC1271SignatureNow(actor, digest, signature);
    }
}
