"""Whole disputes on a local chain whose every block is the same in each run, and their gas.

The chain is anvil with Prague's rules, EIP-170 on and a base fee of 0. Its first block has a fixed
time and each next one comes a second later, so that equal bytecode gives equal seeds and panels.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from dapp.chain import encode
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.domain.draw import Lottery, Stake, panel
from dapp.domain.events import COURT, DESK, FORWARDER
from dapp.domain.phases import SEED_DELAY_BLOCKS
from dapp.domain.signing import Place, Signer, action_typed_data, wallet_json
from dapp.domain.types import NO_DIGEST, Address, BlockNumber, DisputeId, PositionId, UnixTime
from scripts.toolchain import anvil
from tests.local_chain import TICKET_WEI, Receipt
from tests.world import World, digest

# Monday, 5 January 2026, 08:00 UTC.
_GENESIS_TIME = 1_767_600_000
ARBITRATORS = 16
SEATS = 3
_OFFER, _DEMAND = 3000, 8000
_FAR_OFF = UnixTime(2**40)
_GAS_EACH = 200_000
_VOTES = (5600, 4200, 5000)
_APPEAL_VOTES = (5600, 4200, 5000, 6000, 5500, 4900, 5200)
# What a lucky enough draw looks at: three seats and two rejections, close to the mean of 5.3.
_LOTS = 5
# Zero bytes of an empty block's header that are none by chance: the bloom, the beneficiary, ….
_ZERO_BYTES = 317

Spent = tuple[str, int]
"""A call's name and its gas; calls that come more than once in a dispute are numbered."""


class MeteredWorld(World):
    """A world with 16 arbitrators staked that writes down what each transaction used."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._spent: list[Spent] = []
        self._nonces = count()
        self.rpc("anvil_setBlockTimestampInterval", 1)
        self.rpc("anvil_setNextBlockBaseFeePerGas", "0x0")
        self.deploy()
        self.house = self.register()
        self.bond(self.house)
        self.stakes = list(self._staked())

    def send(
        self, sender: Address, contract: str, function: str, args: Sequence[Any], value: int = 0
    ) -> Receipt:
        """A mined transaction, written down."""
        receipt = super().send(sender, contract, function, args, value)
        self._spent.append((function, int(receipt["gasUsed"], 16)))
        return receipt

    def commit_drawing(self, complaint: int, seat: int, vote: int) -> Receipt:
        """Without the draw that only told who would sit, and was taken back."""
        before = len(self._spent)
        receipt = super().commit_drawing(complaint, seat, vote)
        del self._spent[before:-1]
        return receipt

    def commit_batch(self, complaint: int, votes: Sequence[int]) -> Receipt:
        """Without that draw too."""
        before = len(self._spent)
        receipt = super().commit_batch(complaint, votes)
        del self._spent[before:-1]
        return receipt

    def send_signed(self, function: str, calls: Sequence[Sequence[Any]]) -> Receipt:
        """A bystander sends what the organisation signed for the desk, all in one transaction."""
        actor = self.organisation
        place = Place(self.chain_id, self.contracts[FORWARDER])
        inputs = encode.function(DESK, function)["inputs"]
        items = []
        for args in calls:
            signer = Signer(actor, self.contracts[DESK], next(self._nonces), _FAR_OFF)
            data = action_typed_data(place, function, inputs, args, signer)
            signature = self.rpc("eth_signTypedData_v4", actor, wallet_json(data))
            action = "0x" + encode.calldata(DESK, function, args).hex()
            items.append((signer.target, action, actor, signer.nonce, _FAR_OFF, signature))
        receipt = self.send(self.bystander, FORWARDER, "batch", (items, _GAS_EACH))
        assert len(receipt["logs"]) >= len(items)
        return receipt

    def execute_all(self, complaints: Sequence[int]) -> Receipt:
        """A bystander does what is due for many complaints, in one transaction."""
        calls = [
            encode.calldata(DESK, "execute", (complaint, self.order_facts(complaint)))
            for complaint in complaints
        ]
        return self.send(self.bystander, DESK, "multicall", (calls,))

    def spent_by(self, action: Callable[[], object]) -> list[Spent]:
        """What the transactions of `action` used, in order."""
        before = len(self._spent)
        action()
        return self._spent[before:]

    def _staked(self) -> Iterator[int]:
        for number, arbitrator in enumerate(self.arbitrators[:ARBITRATORS]):
            tickets = tickets_of(number)
            self.send(arbitrator, COURT, "stake", (tickets,), tickets * TICKET_WEI)
            yield self._spent[-1][1]


def tickets_of(position: int) -> int:
    """1 to 8 tickets in turn."""
    return position % 8 + 1


@contextmanager
def chain() -> Iterator[MeteredWorld]:
    """The local chain with the contracts on it."""
    with (
        anvil.running(options=("--timestamp", str(_GENESIS_TIME))) as node,
        MeteredWorld(node.url) as world,
    ):
        yield world


def play(world: MeteredWorld, *, with_luck: bool) -> list[Spent]:
    """One whole dispute over 1 ETH, from the payment to the payout; each sends its own.

    Filing and offer carry their evidence; the first commit draws. With luck the draw needs exactly
    five lots, so that two runs can be compared; without it needs what it needs.
    """

    def story() -> None:
        complaint = _escalated(world)
        if with_luck:
            _find_luck(world, complaint)
        world.wait_for_commits(complaint)
        _vote(world, complaint, _VOTES)
        # Whoever gets most of it.
        world.execute(complaint, world.customer)

    return _numbered(world.spent_by(story))


def play_relayed(world: MeteredWorld, wanted: int) -> list[dict[str, int]]:
    """`wanted` disputes side by side, where a service sends for others what it can, many at once.

    What the organisation signed for all of them goes in one transaction, once for the first
    replies and once for the offers; so do the signed votes of each panel, its openings, and the
    payouts of all. Only what takes the customer's money or is filed in its name it sends itself.
    What several share is divided among them.
    """
    cases: list[dict[str, int]] = [{} for _ in range(wanted)]

    def each(action: Callable[[int], object]) -> None:
        for number, case in enumerate(cases):
            case.update(world.spent_by(partial(action, number)))

    def together(name: str, action: Callable[[], object]) -> None:
        ((_, gas),) = world.spent_by(action)
        for case in cases:
            case[name] = -(-gas // wanted)

    complaints: list[int] = []

    def filed(_: int) -> None:
        complaints.append(_filed(world))

    each(filed)
    replies = [(complaint, NO_DIGEST) for complaint in complaints]
    together("acknowledge", lambda: world.send_signed("acknowledge", replies))
    offers = [(complaint, _OFFER, digest("offer")) for complaint in complaints]
    together("offer", lambda: world.send_signed("offer", offers))
    each(lambda number: world.escalate(complaints[number], _DEMAND))
    world.wait_for_commits(complaints[-1])
    each(lambda number: world.commit_batch(complaints[number], _VOTES))
    each(lambda number: world.reveal_batch(complaints[number], range(SEATS)))
    world.wait_for_ruling(complaints[-1])
    together("execute", lambda: world.execute_all(complaints))
    return cases


def play_appeal(world: MeteredWorld) -> list[Spent]:
    """The same with one appeal, paid by one person and heard by seven more."""

    def story() -> None:
        complaint = _escalated(world)
        world.wait_for_commits(complaint)
        _vote(world, complaint, _VOTES)
        world.appeal(complaint, higher=True)
        world.wait_for_commits(complaint)
        _vote(world, complaint, _APPEAL_VOTES)
        world.execute(complaint, world.customer)

    return _numbered(world.spent_by(story))


def _filed(world: MeteredWorld) -> int:
    return world.file(world.pay(world.house), _DEMAND, what=digest("complaint"))


def _escalated(world: MeteredWorld) -> int:
    complaint = _filed(world)
    world.acknowledge(complaint)
    world.offer(complaint, _OFFER, digest("offer"))
    world.escalate(complaint, _DEMAND)
    return complaint


def _vote(world: MeteredWorld, complaint: int, votes: Sequence[int]) -> None:
    world.commit_drawing(complaint, 0, votes[0])
    for seat, vote in list(enumerate(votes))[1:]:
        world.commit(complaint, seat, vote)
    for seat in range(len(votes)):
        world.reveal(complaint, seat)


def _numbered(spent: Sequence[Spent]) -> list[Spent]:
    total = Counter(name for name, _ in spent)
    seen: Counter[str] = Counter()
    numbered = []
    for name, gas in spent:
        seen[name] += 1
        numbered.append((f"{name} {seen[name]}" if total[name] > 1 else name, gas))
    return numbered


def _find_luck(world: MeteredWorld, complaint: int) -> None:
    """Mine up to the seed's block, again and again at other times, until its seed is as wanted.

    A contract's code is in the state's root and so in every seed: without this, any change of the
    code would change how lucky a draw is, by more than the change itself costs.
    """
    armed_at = world.block_number()
    began = world.now()
    for later in range(1, 10_000):
        snapshot = world.rpc("evm_snapshot")
        world.warp_to(began + later)
        world.mine(SEED_DELAY_BLOCKS - 1)
        header = world.header(armed_at + SEED_DELAY_BLOCKS)
        if header.encoded.count(0) == _ZERO_BYTES and _lots(header, complaint, armed_at) == _LOTS:
            return
        world.rpc("evm_revert", snapshot)
    raise RuntimeError("no seed is as wanted")


def _lots(header: Header, complaint: int, armed_at: BlockNumber) -> int:
    """How many lots the draw would take; 0 if two of them are the same place."""
    looked_at: list[PositionId] = []

    def stake_of(position: PositionId) -> Stake:
        looked_at.append(position)
        owner = Address(str(position))
        return Stake(owner, tickets_of(position), BlockNumber(0), None, 0)

    lottery = Lottery(header.mix_hash, DisputeId(complaint), 0, SEATS, armed_at, ARBITRATORS)
    panel(keccak, lottery, stake_of, lambda _: False)
    return len(looked_at) if len(set(looked_at)) == len(looked_at) else 0
