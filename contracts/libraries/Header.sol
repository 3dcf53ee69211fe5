// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Reads one field of an RLP-encoded block header whose hash the caller has checked: what was hashed by the chain is
/// well formed, so only the lengths are walked.
library Header {
    error HeaderMalformed();

    /// difficulty, number, gasLimit, gasUsed, timestamp and extraData lie between logsBloom and mixHash.
    uint256 private constant FIELDS_BEFORE_MIX_HASH = 6;
    /// parentHash, ommersHash (33 each) | beneficiary (21) | three roots (33 each) | logsBloom (3 + 256).
    uint256 private constant DIFFICULTY_OFFSET = 2 * 33 + 21 + 3 * 33 + 259;

    /// The RANDAO value of the block (EIP-4399).
    function mixHash(bytes calldata header) internal pure returns (bytes32) {
        // A header is a list of more than 255 and fewer than 65 536 bytes: prefix 0xf9 and two bytes of length.
        if (header.length < 3 || uint8(header[0]) != 0xf9) revert HeaderMalformed();
        uint256 cursor = 3 + DIFFICULTY_OFFSET;
        for (uint256 i; i < FIELDS_BEFORE_MIX_HASH; ++i) {
            if (cursor >= header.length) revert HeaderMalformed();
            uint256 prefix = uint8(header[cursor]);
            if (prefix > 0xb7) revert HeaderMalformed();
            cursor += prefix < 0x80 ? 1 : prefix - 0x80 + 1;
        }
        if (cursor + 33 > header.length || uint8(header[cursor]) != 0xa0) revert HeaderMalformed();
        return bytes32(header[cursor + 1:cursor + 33]);
    }
}
