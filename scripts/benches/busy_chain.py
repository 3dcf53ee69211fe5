"""A local chain full of complaints: in each block one is paid for, one filed, three go on.

What an indexer reads is as on a real chain: calls of the deployed contracts, several events a
transaction, indexed and plain arguments, digests that do not compress.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dapp.chain import encode
from dapp.chain.keccak import keccak
from dapp.domain.events import DESK, ESCROW
from dapp.domain.types import NATIVE_COIN, Address, OrganisationId, hash32, word
from tests.world import ETHER, World

# What each side sends along with a complaint, so that a block has about 80 events.
_EVIDENCE = 17
_OFFERS = (3000, 4000, 5000, 6000)
STAGES = 5  # of a complaint's life; a transaction each
_GAS = 3_000_000


@dataclass(frozen=True)
class Call:
    """A transaction that is sent without waiting for it."""

    sender: Address
    contract: str
    data: bytes
    value: int = 0


Sending = tuple[str, list[Any]]
"""A call of the node that sends one transaction."""


def fill(world: World, blocks: int) -> OrganisationId:
    """Mine `blocks` blocks of some 82 events each; a few more for the last complaints."""
    house = world.register()
    world.bond(house)
    world.rpc("evm_setAutomine", False)
    try:
        for sent in transactions(world, house, blocks):
            # The node works on the calls of one request in any order.
            world.rpc_batch(sent)
            world.rpc("evm_mine")
    finally:
        world.rpc("evm_setAutomine", True)
    return house


def transactions(world: World, house: OrganisationId, complaints: int) -> Iterator[list[Sending]]:
    """What to send for each block, so that many more complaints are lived through.

    In a block one is in its first stage, the one before in its second, and so on: the first
    `STAGES` - 1 blocks are not full yet, and as many at the end no longer.
    """
    first = world.call(DESK, "complaintCount") + 1
    lives = [_life(world, house, number) for number in range(first, first + complaints)]
    nonces = {one: _nonce(world, one) for one in (world.customer, world.organisation)}
    for block in range(complaints + STAGES - 1):
        sent = []
        for stage in range(STAGES):
            if 0 <= block - stage < complaints:
                call = lives[block - stage][stage]
                sent.append(_sending(world, call, nonces[call.sender]))
                nonces[call.sender] += 1
        yield sent


def _life(world: World, house: OrganisationId, number: int) -> list[Call]:
    """The five transactions of one complaint, which will have this number."""
    customer, organisation = world.customer, world.organisation
    version = 1
    ref = hash32(keccak(b"busy" + word(number)))
    order = (house, version, customer, NATIVE_COIN, ref)

    def evidence(side: str) -> Iterator[bytes]:
        for item in range(_EVIDENCE):
            what = hash32(keccak(f"{side} {number} {item}".encode()))
            yield encode.calldata(DESK, "submitEvidence", (number, what))

    answers = [
        encode.calldata(DESK, "acknowledge", (number, hash32(keccak(b"reply" + word(number))))),
        *evidence("organisation"),
        *(
            encode.calldata(DESK, "offer", (number, share, hash32(keccak(word(share + number)))))
            for share in _OFFERS
        ),
    ]
    filing = (order, 8000, 2, hash32(keccak(b"complaint" + word(number))))
    return [
        Call(
            customer, ESCROW, encode.calldata(ESCROW, "pay", (house, version, ref)), ETHER // 1000
        ),
        Call(customer, DESK, encode.calldata(DESK, "file", filing)),
        Call(customer, DESK, _many(list(evidence("customer")))),
        Call(organisation, DESK, _many(answers)),
        Call(customer, DESK, encode.calldata(DESK, "accept", (number, order, len(_OFFERS)))),
    ]


def _many(calls: Sequence[bytes]) -> bytes:
    return encode.calldata(DESK, "multicall", (list(calls),))


def _nonce(world: World, sender: Address) -> int:
    return int(world.rpc("eth_getTransactionCount", sender, "latest"), 16)


def _sending(world: World, call: Call, nonce: int) -> Sending:
    transaction = {
        "from": call.sender,
        "to": world.contracts[call.contract],
        "data": "0x" + call.data.hex(),
        "value": hex(call.value),
        "gas": hex(_GAS),
        "nonce": hex(nonce),
    }
    return "eth_sendTransaction", [transaction]
