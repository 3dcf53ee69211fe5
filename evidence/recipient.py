"""Whom evidence is sealed to: an X25519 public key, as age spells it and as the chain holds it.

`age1…` is Bech32 (BIP 173, without its limit on length) of the 32 bytes that `KeySet` carries.
"""

from collections.abc import Sequence

from evidence.errors import RecipientInvalid, RecipientUnsupported

KEY_BYTES = 32

_PREFIX = "age"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARS = 6
_DATA_CHARS = 52 + _CHECKSUM_CHARS

_FIELD = 2**255 - 19
_SMALL_ORDER = {
    0,
    1,
    _FIELD - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
}
"""Points that give everybody the same shared secret (RFC 7748, section 7): not keys at all."""


def key_of(recipient: str) -> bytes:
    """The 32 bytes of the chain. Raises RecipientInvalid, RecipientUnsupported."""
    if _is_foreign(recipient):
        raise RecipientUnsupported(
            "only plain X25519 recipients (age1…) can be read by everyone here: no post-quantum, "
            "plug-in or SSH key"
        )
    key = _decoded(recipient)
    _check(key)
    return key


def recipient_of_key(key: bytes) -> str:
    """The spelling of age for a key from the chain. Raises RecipientInvalid."""
    if len(key) != KEY_BYTES:
        raise RecipientInvalid(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    _check(key)
    values = _regroup(key)
    return _PREFIX + "1" + "".join(_ALPHABET[value] for value in values + _checksum(values))


def _is_foreign(text: str) -> bool:
    """Another kind of key: Bech32 with a longer prefix (its data never holds a 1), or SSH."""
    start = text[:100].lower()
    return start.startswith("ssh-") or (start.startswith("age1") and "1" in start[4:])


def _decoded(text: str) -> bytes:
    start = len(_PREFIX) + 1
    data = text[start:]
    if text[:start] != "age1" or len(data) != _DATA_CHARS or set(data) - set(_ALPHABET):
        raise RecipientInvalid("not a recipient of age: age1 and 58 characters in lower case")
    values = [_ALPHABET.index(char) for char in data]
    body = values[:-_CHECKSUM_CHARS]
    key, spare = divmod(_number(body), 16)
    if values[-_CHECKSUM_CHARS:] != _checksum(body) or spare:
        raise RecipientInvalid("not a recipient of age: a character is wrong")
    return key.to_bytes(KEY_BYTES, "big")


def _check(key: bytes) -> None:
    value = int.from_bytes(key, "little")
    if value >= _FIELD or value in _SMALL_ORDER:
        raise RecipientInvalid("the key is no point that anything can be sealed to")


def _number(values: Sequence[int]) -> int:
    total = 0
    for value in values:
        total = total << 5 | value
    return total


def _regroup(key: bytes) -> list[int]:
    """256 bits and 4 of padding in groups of five."""
    number = int.from_bytes(key, "big") << 4
    return [number >> shift & 31 for shift in range(255, -1, -5)]


def _checksum(values: Sequence[int]) -> list[int]:
    spread = [ord(char) >> 5 for char in _PREFIX] + [0] + [ord(char) & 31 for char in _PREFIX]
    rest = 1
    for value in [*spread, *values, *[0] * _CHECKSUM_CHARS]:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate(_GENERATOR):
            if top >> bit & 1:
                rest ^= word
    rest ^= 1
    return [rest >> 5 * (_CHECKSUM_CHARS - 1 - at) & 31 for at in range(_CHECKSUM_CHARS)]
