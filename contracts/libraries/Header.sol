// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Reads one field of an RLP-encoded block header whose hash the caller has checked: what was hashed by the chain is
/// well formed, so only the lengths are walked.
library Header {
    error HeaderMalformed();

    /// difficulty, number, gasLimit, gasUsed and timestamp lie between logsBloom and extraData.
    uint256 private constant NUMBERS = 5;
    /// The list's prefix (3) | parentHash, ommersHash (33 each) | beneficiary (21) | three roots (33 each) | logsBloom
    /// (3 + 256).
    uint256 private constant NUMBERS_OFFSET = 3 + 2 * 33 + 21 + 3 * 33 + 259;
    /// The prefix of a string of 32 bytes.
    uint8 private constant WORD_PREFIX = 0xa0;

    /// The RANDAO value of the block (EIP-4399).
    function mixHash(bytes calldata header) internal pure returns (bytes32) {
        // A header is a list of more than 255 and fewer than 65 536 bytes: prefix 0xf9 and two bytes of length.
        if (header.length < NUMBERS_OFFSET + 32 || uint8(header[0]) != 0xf9) revert HeaderMalformed();
        // The five numbers are no longer than 32 bytes together for millennia to come: one word is read, and shifted.
        uint256 word = uint256(bytes32(header[NUMBERS_OFFSET:]));
        uint256 cursor = NUMBERS_OFFSET;
        // Six lengths of at most 56 bytes overflow nothing; checked, they cost 1 000 gas.
        unchecked {
            for (uint256 i; i < NUMBERS; ++i) {
                uint256 length = _length(word >> 248);
                word <<= 8 * length;
                cursor += length;
            }
            if (cursor > NUMBERS_OFFSET + 31) revert HeaderMalformed();
            cursor += _length(uint8(header[cursor]));
            if (cursor + 33 > header.length || uint8(header[cursor]) != WORD_PREFIX) revert HeaderMalformed();
            return bytes32(header[cursor + 1:]);
        }
    }

    /// Bytes of a string with its prefix; strings of more than 55 bytes are none of these.
    function _length(uint256 prefix) private pure returns (uint256) {
        if (prefix > 0xb7) revert HeaderMalformed();
        unchecked {
            return prefix < 0x80 ? 1 : prefix - 0x7f;
        }
    }
}
