"""MurmurHash3, the x64 variant (github.com/aappleby/smhasher): where a name lies in a shard.

It is no protection against anything: whoever picks the names picks their hashes.
"""

_MASK = (1 << 64) - 1
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def murmur3_x64_64(data: bytes) -> int:
    """The first 64 of the hash's 128 bits, seed 0: multihash `murmur3-x64-64`."""
    first = second = 0
    whole = len(data) & ~15
    for offset in range(0, whole, 16):
        first ^= _mixed_first(int.from_bytes(data[offset : offset + 8], "little"))
        first = (_rotated(first, 27) + second) * 5 + 0x52DCE729 & _MASK
        second ^= _mixed_second(int.from_bytes(data[offset + 8 : offset + 16], "little"))
        second = (_rotated(second, 31) + first) * 5 + 0x38495AB5 & _MASK
    first ^= _mixed_first(int.from_bytes(data[whole : whole + 8], "little"))
    second ^= _mixed_second(int.from_bytes(data[whole + 8 :], "little"))
    first, second = first ^ len(data), second ^ len(data)
    first = first + second & _MASK
    second = second + first & _MASK
    return _final(first) + _final(second) & _MASK


def _mixed_first(word: int) -> int:
    return _rotated(word * _C1 & _MASK, 31) * _C2 & _MASK


def _mixed_second(word: int) -> int:
    return _rotated(word * _C2 & _MASK, 33) * _C1 & _MASK


def _rotated(word: int, bits: int) -> int:
    return (word << bits | word >> 64 - bits) & _MASK


def _final(word: int) -> int:
    word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD & _MASK
    word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return word ^ word >> 33
