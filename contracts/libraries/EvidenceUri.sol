// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The ERC-1497 link of a digest: the manifest is one raw IPFS block, so its CID follows by arithmetic.
library EvidenceUri {
    /// CIDv1 (01), raw (55), sha2-256 (12) of 32 bytes (20), in base 16 (multibase prefix f).
    function fromDigest(bytes32 digest) internal pure returns (string memory) {
        return
            string(
                bytes.concat("/ipfs/f01551220", _hex(uint256(digest) >> 128), _hex(uint256(uint128(uint256(digest)))))
            );
    }

    /// 16 bytes as 32 lower-case hexadecimal characters, all at once: spread the nibbles to one a byte, then add '0',
    /// and 39 more where a nibble is above 9. A loop over the characters costs ten times the gas.
    function _hex(uint256 value) private pure returns (bytes32) {
        value = (value & 0xffffffffffffffff) | (value >> 64) << 128;
        value = _spread(value, 32, 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff);
        value = _spread(value, 16, 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff);
        value = _spread(value, 8, 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff);
        value = _spread(value, 4, 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f);
        uint256 ones = 0x0101010101010101010101010101010101010101010101010101010101010101;
        // A nibble of 10 or more carries into bit 4 when 6 is added to it.
        uint256 letters = (value + 6 * ones) >> 4 & ones;
        return bytes32(value + 48 * ones + 39 * letters);
    }

    function _spread(uint256 value, uint256 by, uint256 mask) private pure returns (uint256) {
        return (value | value << by) & mask;
    }
}
