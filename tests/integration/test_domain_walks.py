"""Random walks of complaints: whatever anybody tries, contracts and rules say the same.

Each walk does what the contracts allow, and lets time pass, at random from a fixed seed. After
every step the folds are compared with the contracts' words, and every action of every part, in
`dapp.domain.rules`, with what a call of it answers.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import fees, record, rules
from dapp.domain.actions import Action
from dapp.domain.case import Case
from dapp.domain.events import CLAIMS, COURT, DESK, ESCROW, REGISTRY
from dapp.domain.organisation import Organisation
from dapp.domain.payment import OrderState, PaidOrder
from dapp.domain.phases import Phase, phase, round_phase
from dapp.domain.rounds import GWEI, terms
from dapp.domain.types import BlockNumber, OrganisationId, UnixTime, Wei
from dapp.errors import RedressError
from dapp.store.subjects import ORDER, ORGANISATION, Subject
from tests import chains
from tests.folding import Folded
from tests.walking import Attempt, attempts, of_appeals
from tests.world import ETHER, HOURS, World

SEED = 3
STEPS = 40
BOUNTY = Wei(500_000 * GWEI)
# Straight to what an appeal leaves to share, which no walk at random is sure to reach.
TO_SHARES = (
    Action.WITHDRAW_SHARE,
    Action.RESOLVE_APPEAL,
    Action.EXECUTE,
    Action.CONTRIBUTE,
    Action.REVEAL,
    Action.COMMIT,
    Action.DRAW,
    Action.REARM,
    Action.ESCALATE,
    Action.OFFER,
    Action.ACKNOWLEDGE,
)
ENDED = {Phase.WITHDRAWN, Phase.CLOSED, Phase.CONFIRMED}
# Anyone can do these so often that a walk of them alone would get nowhere.
BORING = {
    Action.EVIDENCE,
    Action.FUND,
    Action.WITHDRAW_FUNDING,
    Action.REPORT_LEAK,
    Action.WITHDRAW,
    Action.SETTLE,
    Action.RATE,
}


class Walk:
    """Complaints of one organisation, and the folds of them."""

    def __init__(self, world: World, lots: random.Random) -> None:
        self.world, self.lots = world, lots
        self.organisation: OrganisationId = world.register()
        world.bond(self.organisation, 10 * ETHER)
        args = (self.organisation, world.operator, 1)
        world.send(world.organisation, REGISTRY, "nominateOperator", args)
        world.send(world.operator, REGISTRY, "acceptOperator", (self.organisation,))
        world.stake(16, tickets=4)
        world.mine(2)
        self.folded = Folded(world)
        self.terms = terms(world.call(COURT, "tracks", 0))
        self.allowed: Counter[Action] = Counter()

    def begin(self, kind: str) -> int:
        """A complaint about an order, one that is frozen, or a claim."""
        if kind == "claim":
            return self.world.claim(self.organisation, self.lots.randint(1, 5) * ETHER // 10)
        order = self.world.pay(self.organisation)
        complaint = self.world.file(order)
        if kind == "frozen":
            self.world.freeze(order)
        return complaint

    def go(self, complaint: int, towards: Sequence[Action] = (), steps: int = STEPS) -> list[str]:
        """Walk until it ends, or is long enough, by `towards` alone if given; the path."""
        path: list[str] = []
        for _ in range(steps):
            self.folded.follow()
            case = self.folded.case(complaint)
            self.compare(case)
            open_now = self.tried(case)
            if not open_now and phase(case, self.world.now()) in ENDED:
                break
            if towards:
                if path[-1:] == [towards[0]]:
                    break
                # One appeal is enough.
                done = {Action.CONTRIBUTE} if case.round_number else set()
                open_now = [one for one in open_now if one.action in set(towards) - done]
                self.lots.shuffle(open_now)
                best = min(open_now, key=lambda one: towards.index(one.action), default=None)
                path.append(self.do(best) if best else self.wait(case))
            else:
                path.append(self.step(case, open_now))
        return path

    def step(self, case: Case, open_now: list[Attempt]) -> str:
        """Do something that is possible, or let time pass to the next edge."""
        lots = self.lots
        telling = [one for one in open_now if one.action not in BORING]
        if open_now and lots.random() < 0.8 and (telling or lots.random() < 0.25):
            some = telling if telling and lots.random() < 0.93 else open_now
            lots.shuffle(some)
            # Half of the time what has been possible least often, so as to get around.
            return self.do(min(some, key=self.rarity) if lots.random() < 0.5 else some[0])
        return self.wait(case)

    def do(self, one: Attempt) -> str:
        intent = one.intent
        self.world.send(one.actor, intent.contract, intent.function, intent.args, intent.value)
        return one.action

    def wait(self, case: Case) -> str:
        """Let time pass to the next edge."""
        now, current = self.world.now(), case.round
        edges = [case.deadline, now + HOURS]
        if current is not None:
            ends = (current.commit_ends, current.reveal_ends, current.appeal_ends)
            edges = [current.commit_opens, *ends]
        self.world.warp_to(min([edge for edge in edges if edge > now], default=now + 24 * HOURS))
        if self.lots.random() < 0.5:
            self.world.mine(6)
        return ">"

    def tried(self, case: Case) -> list[Attempt]:
        """What is possible now; the rules say the same of all."""
        now, block = self.clock()
        _, cost = fees.quote(self.terms, case.amount, BOUNTY)
        found = []
        for one in attempts(self.world, case, cost, self.lots):
            stage = phase(case, now)
            said = one.action in rules.available(case, one.role, now, block, one.actor)
            done = self.answers(one)
            # Words that can have no effect any more are taken, and not offered.
            harmless = one.action is Action.SETTLE and done and stage is Phase.ESCALATED
            assert done == said or harmless, (one, stage, round_phase(case.round, now, block))
            found += [one] if done else []
        if case.escalation is not None:
            hearing = round_phase(case.round, now, block)
            people = (self.world.customer, self.world.operator, self.world.bystander)
            for one in of_appeals(case, hearing, people):
                done = self.answers(one)
                assert done == one.allowed, (one, hearing)
                found += [one] if done else []
        self.allowed.update(one.action for one in found)
        return found

    def answers(self, one: Attempt) -> bool:
        """Whether the contracts would take the call."""
        world, intent = self.world, one.intent
        try:
            world.call(
                intent.contract,
                intent.function,
                *intent.args,
                sender=one.actor,
                value=intent.value,
            )
        except (RedressError, RuntimeError):
            return False
        return True

    def clock(self) -> tuple[UnixTime, BlockNumber]:
        head = self.world.header(self.world.block_number()).block
        return head.timestamp, head.number

    def rarity(self, one: Attempt) -> int:
        return self.allowed[one.action]

    def facts(self, case: Case) -> tuple[int, int, str, str, str]:
        return self.world.order_facts(case.id)

    def compare(self, case: Case) -> None:
        """The folds with the words on chain."""
        call = self.world.call
        assert call(DESK, "phase", case.id) == phase(case, self.world.now())
        assert call(DESK, "trail", case.id) == case.trail
        order = self.folded.of(Subject(ORDER, case.order.key))
        assert isinstance(order, PaidOrder)
        if order.state is OrderState.HELD:
            at = (CLAIMS, "claimTrail") if case.is_claim else (ESCROW, "orderTrail")
            assert call(*at, self.facts(case)) == order.trail
        else:
            assert case.payment is not None and case.payment.order_trail == order.last_trail
        ours = self.folded.of(Subject(ORGANISATION, str(self.organisation)))
        assert isinstance(ours, Organisation)
        assert call(REGISTRY, "trail", self.organisation) == ours.trail
        assert call(REGISTRY, "bond", self.organisation) == (ours.bond, ours.locked)
        _, most = call(CLAIMS, "limit", self.organisation)
        assert most == ours.claim_limit(self.world.now())
        if case.is_claim:
            sent = sum(one.amount for one in case.funding.sent)
            assert call(CLAIMS, "funding", case.id) == (sent, case.funding.left)
        if case.ruling is not None:
            assert case.ruling.record == record.chain(keccak, case.rounds)
            assert case.ruling.cost == fees.spent(case.rounds, BOUNTY)


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with chains.running() as node, World.deployed(node.url) as world:
        yield Walk(world, random.Random(SEED))


@pytest.mark.parametrize("kind", ["order", "claim", "order", "frozen", "claim", "order"] * 2)
def test_contracts_and_rules_agree_wherever_it_goes(walk: Walk, kind: str) -> None:
    assert walk.go(walk.begin(kind))


def test_an_appeal_is_shared_out(walk: Walk) -> None:
    # Whether who paid for it wins is in the hands of who is drawn, so the first may not.
    paths = (walk.go(walk.begin("order"), TO_SHARES, steps=100) for _ in range(20))
    assert any(path[-1] == Action.WITHDRAW_SHARE for path in paths)


def test_the_walks_got_around(walk: Walk) -> None:
    # Who draws as it commits is tried by plan, in test_domain_court_plans.py.
    wanted = set(Action) - {Action.COMMIT_DRAWING}
    # Who is drawn is the chain's luck: walk on until everything was possible somewhere.
    for kind in ["order", "claim", "frozen"] * 8:
        if wanted <= set(walk.allowed):
            break
        walk.go(walk.begin(kind))
    assert wanted == set(walk.allowed)
