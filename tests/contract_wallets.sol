// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// An account of code: what its owner's key signed, it signed (ERC-1271). EIP-7702 accounts use it too.
contract Wallet {
    address private immutable _OWNER;

    constructor(address owner) {
        _OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:64]);
        bool isOwners = ecrecover(hash, uint8(signature[64]), r, s) == _OWNER;
        return isOwners ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// Makes wallets at places that are known before (ERC-6492).
contract Workshop {
    function make(address owner) external returns (address) {
        return address(new Wallet{salt: 0}(owner));
    }

    function place(address owner) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(Wallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), this, bytes32(0), code)))));
    }
}

/// Accounts that mean harm to whoever asks them.
contract Hostile {
    enum Mode {
        BurnsGas,
        AnswersTooMuch,
        AnswersNothing,
        NearlyYes,
        NamesAnAddress
    }

    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callback, bytes extraData);

    Mode private immutable _MODE;
    string private _url;

    constructor(Mode mode, string memory url) {
        _MODE = mode;
        _url = url;
    }

    function isValidSignature(bytes32, bytes calldata) external view {
        if (_MODE == Mode.BurnsGas) while (gasleft() > 0) {}
        if (_MODE == Mode.NamesAnAddress) {
            string[] memory urls = new string[](1);
            urls[0] = _url;
            revert OffchainLookup(address(this), urls, "", this.isValidSignature.selector, "");
        }
        Mode mode = _MODE;
        assembly {
            if eq(mode, 1) { return(0, 1000000) }
            if eq(mode, 2) { return(0, 0) }
            // The right four bytes, and one that should be nothing.
            mstore(0, 0x1626ba7e00000000000000000000000000000000000000000000000000000001)
            return(0, 32)
        }
    }
}

/// Says yes to everything, and once it has turned burns nearly all the gas it is given before.
contract Moody {
    bool private _turned;

    function turn() external {
        _turned = true;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 left = _turned ? gasleft() / 40 : gasleft();
        while (gasleft() > left) {}
        return this.isValidSignature.selector;
    }
}
