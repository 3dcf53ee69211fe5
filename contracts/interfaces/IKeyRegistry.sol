// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Where people say which key to seal evidence to. Nobody else can set it, and an old one never comes back.
interface IKeyRegistry {
    /// From here on `account` reads what is sealed to `key`; a zero key takes back the one before.
    event KeySet(address indexed account, uint64 version, bytes32 key);

    /// Versions rise, so that of two signed keys the older one cannot land last.
    error VersionNotRising(address account, uint64 given, uint64 last);

    /// The account's X25519 public key (RFC 7748; an age recipient without its encoding); zero if it has none now.
    function keys(address account) external view returns (uint64 version, bytes32 key);

    /// Sets the actor's key. `version` is any number above the last one, such as the time; zero revokes. The contract
    /// cannot tell a key from a random word: whoever names a wrong one cannot read what is sealed to it.
    function setKey(uint64 version, bytes32 key) external;
}
