// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

/// Who acts and who pays: the caller, or what the forwarder says behind the arguments (ERC-2771). The forwarder is a part of
/// the release and fixed for good: it only says what it has a signature for (interfaces/IForwarder.sol).
abstract contract Actors is ERC2771Context {
    /// Behind the arguments: who sends the money, then who signed.
    uint256 private constant SUFFIX = 40;

    constructor(address forwarder) ERC2771Context(forwarder) {}

    function _actor() internal view returns (address) {
        return _msgSender();
    }

    /// Who sends the money, and gets back what is left of it.
    function _payer() internal view returns (address) {
        if (!isTrustedForwarder(msg.sender)) return msg.sender;
        return address(bytes20(msg.data[msg.data.length - SUFFIX:]));
    }
}
