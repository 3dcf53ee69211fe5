"""A person's key: out of every kind of file that wallets write, and out of no error."""

import json

import pytest
from eth_account import Account

from dapp.chain import own_key
from dapp.errors import InvalidInput, Refused

SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"


def keystore(**changed: object) -> bytes:
    made = Account.encrypt(bytes.fromhex(SECRET), "hunter2", kdf="pbkdf2", iterations=2)
    return json.dumps({**made, **changed}).encode()


@pytest.mark.parametrize("text", [SECRET, "0x" + SECRET, f" {SECRET}\n", "0x" + SECRET.upper()])
def test_a_key_is_64_digits(text: str) -> None:
    assert own_key.key_of(text).address == ADDRESS


@pytest.mark.parametrize("text", ["", "0x", SECRET[1:], SECRET + "0", "z" * 64, "0" * 64, "f" * 64])
def test_what_is_no_key_is_in_no_message(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        own_key.key_of(text)
    assert refused.value.code == "key-invalid"
    assert refused.value.__cause__ is None
    assert not text or text not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    key = own_key.key_of(SECRET)
    assert SECRET not in repr(key) + str(key) + repr(vars(key))


@pytest.mark.parametrize("kdf", ["pbkdf2", "scrypt"])
def test_a_keystore_opens(kdf: str) -> None:
    made = Account.encrypt(bytes.fromhex(SECRET), "hunter2", kdf=kdf, iterations=2)  # type: ignore[arg-type]
    data = json.dumps(made).encode()
    assert own_key.unlock(data, "hunter2").address == ADDRESS
    assert own_key.keystore_address(data) == ADDRESS
    with pytest.raises(Refused) as refused:
        own_key.unlock(data, "hunter3")
    assert refused.value.code == "password-wrong"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"crypto": []}',
        b'{"crypto": {}}',
        b'{"crypto": {}, "version": 3}',
        b'{"crypto": {"kdf": "scrypt"}, "version": 3}',
        b" " * (own_key.MAX_KEYSTORE_BYTES + 1),
        keystore(version=4),
        keystore(crypto={"cipher": "none", "kdf": "pbkdf2"}),
    ],
)
def test_what_is_no_keystore_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        own_key.unlock(data, "hunter2")
    assert refused.value.code == "keystore-invalid"


def test_a_keystore_that_asks_for_too_much_work_is_refused() -> None:
    """It would take all the memory there is, or a year."""
    made = Account.encrypt(bytes.fromhex(SECRET), "hunter2", kdf="scrypt", iterations=2)
    for greedy in ({"n": 1 << 40}, {"r": 1 << 20}, {"p": 1 << 20}):
        params = {**made["crypto"]["kdfparams"], **greedy}
        crypto = {**made["crypto"], "kdfparams": params}
        with pytest.raises(InvalidInput):
            own_key.unlock(json.dumps({**made, "crypto": crypto}).encode(), "hunter2")
    slow = {**made["crypto"], "kdf": "pbkdf2"}
    for rounds, length in ((1 << 40, 32), (1, 1 << 40)):
        params = {"c": rounds, "dklen": length, "prf": "hmac-sha256", "salt": "00" * 16}
        slow["kdfparams"] = params
        with pytest.raises(InvalidInput):
            own_key.unlock(json.dumps({**made, "crypto": slow}).encode(), "hunter2")


@pytest.mark.parametrize("name", ["Crypto", "CRYPTO", "KDFPARAMS", "N", "version"])
def test_what_is_checked_is_what_is_worked_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever decrypts reads names without their case, and of version 4 in other places."""
    made = Account.encrypt(bytes.fromhex(SECRET), "hunter2", kdf="scrypt", iterations=2)
    asked: list[int] = []

    def work(*_: object, n: int, **__: object) -> bytes:
        asked.append(n)
        return bytes(32)

    monkeypatch.setattr("eth_keyfile.keyfile._scrypt_hash", work)
    crypto, params = made["crypto"], made["crypto"]["kdfparams"]
    greedy = {**params, "n": 1 << 40}
    told = {
        "Crypto": {**made, "Crypto": {**crypto, "kdfparams": greedy}},
        "CRYPTO": {**made, "CRYPTO": {**crypto, "kdfparams": greedy}},
        "KDFPARAMS": {**made, "crypto": {**crypto, "KDFPARAMS": greedy}},
        "N": {**made, "crypto": {**crypto, "kdfparams": {**params, "N": 1 << 40}}},
        "version": {
            **made,
            "version": 4,
            "crypto": {**crypto, "kdf": {"function": "scrypt", "params": greedy, "message": ""}},
        },
    }[name]
    with pytest.raises(InvalidInput):
        own_key.unlock(json.dumps(told).encode(), "hunter2")
    assert asked == []
