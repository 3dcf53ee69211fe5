// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Puts all contracts where they expect each other. They name each other by immutables, in a circle, so each address must
/// be known before anything is there: it follows from this factory's own address, the deployer, the release and the name
/// of the part, and from nothing else. A factory that stands at one address on every chain gives the same addresses on
/// every chain, whatever values the parts are made with there.
interface IFactory {
    struct Part {
        /// Its name, in ASCII, left-aligned.
        bytes32 name;
        /// Creation code with the constructor's arguments.
        bytes initCode;
    }

    /// The part is there. Only its deployer could put it there, so compare `codeHash` with the one you have compiled.
    event Deployed(
        address indexed deployer, bytes32 indexed release, bytes32 indexed name, address part, bytes32 codeHash
    );

    error PartExists(bytes32 name, address part);
    error PartFailed(bytes32 name);
    error OnlyFactory(address caller);

    /// Where the part is, or will be.
    function addressOf(address deployer, bytes32 release, bytes32 name) external view returns (address);
    /// Creates parts of the caller's release: all in one transaction, or some at a time where a transaction may not use that
    /// much gas. Reverts as a whole.
    function deploy(bytes32 release, Part[] calldata parts) external;
}
