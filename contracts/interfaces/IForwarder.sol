// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Every action of a person can be sent by anyone who holds that person's signature (EIP-712) over it. All contracts trust
/// this forwarder (ERC-2771), and it alone: it says who signed, and can do nothing that nobody signed.
///
/// The struct that is signed is the action's own call: it is named like the function, with a capital letter, and its
/// fields are the function's arguments (those of `Order` and `Policy` one after another), then `address actor, address
/// target, uint256 nonce, uint256 deadline`. So a wallet shows what is done, and what is signed is word for word what is
/// called. The domain (ERC-5267) is this contract's, for actions of all contracts.
interface IForwarder {
    struct SignedAction {
        /// The contract that is called.
        address target;
        /// Selector and arguments, as for a direct call.
        bytes action;
        /// Who signed, and who acts.
        address actor;
        /// Any number that the actor has not used; they need no order.
        uint256 nonce;
        /// Unix seconds; the signature counts before it.
        uint256 deadline;
        /// ECDSA, or what the actor's `isValidSignature` (ERC-1271) accepts.
        bytes signature;
    }

    /// The actor took back the nonces whose bits are set: those from `256 * index` up.
    event NoncesCancelled(address indexed actor, uint256 index, uint256 bits);
    /// An item of a batch was refused; its nonce is not used.
    event ActionFailed(uint256 item, address indexed actor, uint256 nonce);

    /// The function takes no signature.
    error ActionNotSignable(bytes4 selector);
    error SignatureExpired(uint256 deadline, uint256 current);
    error SignatureInvalid(address actor);
    error NonceUsed(address actor, uint256 nonce);

    /// Bit n of word i: the actor has used or cancelled nonce 256 * i + n.
    function nonces(address actor, uint256 index) external view returns (uint256);
    /// The type hash that a signature over calls of `selector` carries; zero if there is none (libraries/ActionTypes.sol).
    function typeHash(bytes4 selector) external pure returns (bytes32);
    /// Whether `actor` has signed the struct in this contract's domain: by its key, or its contract says so.
    function isSigned(address actor, bytes32 structHash, bytes calldata signature) external view returns (bool);

    /// Does what was signed, paid by the caller: value goes to the action, and what it gives back to the caller. Refusals are
    /// the target's own.
    function actWithSig(SignedAction calldata signed) external payable returns (bytes memory result);
    /// Does each item by itself, with at most `gasEach`: one that is refused stops no other.
    function batch(SignedAction[] calldata items, uint256 gasEach) external returns (bool[] memory done);
    /// Takes nonces back: those whose bits are set in word `index`.
    function cancelNonces(uint256 index, uint256 bits) external;
}
