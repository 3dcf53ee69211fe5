// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFactory} from "./interfaces/IFactory.sol";

/// The one account whose first creation is a part: by CREATE2 its address is known before, and so is the part's.
contract Cradle {
    address private immutable _factory = msg.sender;

    /// @return part The part; zero if its constructor refused.
    function create(bytes memory initCode) external returns (address part) {
        if (msg.sender != _factory) revert IFactory.OnlyFactory(msg.sender);
        assembly ("memory-safe") {
            part := create(0, add(initCode, 32), mload(initCode))
        }
    }
}

/// Deterministic addresses that do not depend on the code; the interface is the manual.
contract Factory is IFactory {
    /// @inheritdoc IFactory
    function deploy(bytes32 release, Part[] calldata parts) external {
        for (uint256 i; i < parts.length; ++i) {
            bytes32 salt = keccak256(abi.encode(msg.sender, release, parts[i].name));
            address cradle = _cradle(salt);
            if (cradle.code.length != 0) revert PartExists(parts[i].name, _firstOf(cradle));
            address part = new Cradle{salt: salt}().create(parts[i].initCode);
            if (part.code.length == 0) revert PartFailed(parts[i].name);
            emit Deployed(msg.sender, release, parts[i].name, part, part.codehash);
        }
    }

    /// @inheritdoc IFactory
    function addressOf(address deployer, bytes32 release, bytes32 name) external view returns (address) {
        return _firstOf(_cradle(keccak256(abi.encode(deployer, release, name))));
    }

    /// The address that CREATE2 gives (EIP-1014).
    function _cradle(bytes32 salt) private view returns (address) {
        bytes32 codeHash = keccak256(type(Cradle).creationCode);
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, codeHash)))));
    }

    /// The address that the first CREATE of `creator` gives: the hash of the RLP list of its address and the nonce 1.
    function _firstOf(address creator) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes2(0xd694), creator, bytes1(0x01))))));
    }
}
