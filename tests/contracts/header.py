"""A block's RLP-encoded header, from what the node says about the block."""

import rlp
from brownie import web3
from eth_utils import keccak

# In the header's order: a name, and whether it is a number (else bytes).
_FIELDS = {
    "parentHash": False,
    "sha3Uncles": False,
    "miner": False,
    "stateRoot": False,
    "transactionsRoot": False,
    "receiptsRoot": False,
    "logsBloom": False,
    "difficulty": True,
    "number": True,
    "gasLimit": True,
    "gasUsed": True,
    "timestamp": True,
    "extraData": False,
    "mixHash": False,
    "nonce": False,
    "baseFeePerGas": True,
    "withdrawalsRoot": False,
    "blobGasUsed": True,
    "excessBlobGas": True,
    "parentBeaconBlockRoot": False,
    "requestsHash": False,
}


def of_block(number: int) -> tuple[bytes, bytes]:
    """The header of block `number` and its mixHash; checked against the block's hash."""
    block = web3.provider.make_request("eth_getBlockByNumber", [hex(number), False])["result"]
    fields = [_field(name, block[name]) for name in _FIELDS if name in block]
    header = rlp.encode(fields)
    assert keccak(header).hex() == block["hash"][2:]
    return header, bytes.fromhex(block["mixHash"][2:])


def _field(name: str, value: str) -> bytes:
    if not _FIELDS[name]:
        return bytes.fromhex(value[2:])
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
