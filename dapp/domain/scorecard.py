"""How an organisation answers, in numbers; docs/scorecards.md has the formula and its attacks."""

from dataclasses import dataclass

from dapp.domain.types import ALL, NOTHING, Address, BasisPoints, OrganisationId, Wei


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many: cases, or wei that cases weigh."""

    part: int
    whole: int

    @property
    def share(self) -> BasisPoints | None:
        """Rounded down; None of nothing."""
        return BasisPoints(self.part * ALL // self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Delays:
    """From the filing to the first answer, in seconds: a tenth was faster than `p10`, and so on.

    Nearest-rank percentiles: each is a delay that happened. None without any.
    """

    count: int
    p10: int | None
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Headline:
    """What counts, each payer weighing as much as its largest case, in wei.

    Attributes:
        promises: cases in which every promise was kept.
        resolved: cases that the two sides ended themselves.
        stars: what customers gave, of five.
        payers: how many weigh anything.
        without_heaviest: `promises`, had the heaviest payer never complained.
    """

    promises: Rate
    resolved: Rate
    stars: Rate
    payers: int
    without_heaviest: Rate

    @property
    def satisfaction(self) -> int | None:
        """Stars in hundredths."""
        return 5 * self.stars.part * 100 // self.stars.whole if self.stars.whole else None


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises that were to be kept by now, and those that were; a case each.

    Attributes:
        acknowledged: first replies in time; one contested as automatic is late.
        answered: offers, rejections or promises in kind before silence lost.
        in_kind: accepted promises in kind.
        every: cases in which none was broken, of those in which all are known.
        contested: replies that the customer called automatic, of all replies.
    """

    acknowledged: Rate
    answered: Rate
    in_kind: Rate
    every: Rate
    contested: Rate


@dataclass(frozen=True, slots=True)
class Endings:
    """How cases ended.

    Attributes:
        ended: the money moved; those withdrawn are apart.
        agreed: by the two sides themselves, settlements among them.
        first_contact: of `agreed`, with the first thing offered, nothing asked, nothing contested.
        defaults: left unanswered and lost for it, claims that others took to arbitrators too.
        rulings: by arbitrators; `refused` are those without a ruling to be had.
        lost: rulings nearer to the customer's position than to the offer.
        appealed: of the rulings; `raised` and `lowered` moved by 500 basis points or more.
    """

    ended: int
    withdrawn: int
    agreed: int
    settled: int
    first_contact: int
    pledges_broken: int
    defaults: int
    rulings: int
    refused: int
    lost: int
    appealed: int
    raised: int
    lowered: int

    @property
    def resolved(self) -> Rate:
        return Rate(self.agreed, self.ended)

    @property
    def at_first_contact(self) -> Rate:
        return Rate(self.first_contact, self.ended)


@dataclass(frozen=True, slots=True)
class OperatorPace:
    """How one operator replies; automatic replies have hardly any spread."""

    account: Address
    delays: Delays
    on_time: Rate
    contested: Rate


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One organisation's, of the complaints filed in a time.

    Attributes:
        open: neither ended nor withdrawn.
        stars: how many customers gave one star, two, … five.
    """

    organisation: OrganisationId
    complaints: int
    open: int
    headline: Headline
    promises: Promises
    all_hours: Delays
    peak: Delays
    off_peak: Delays
    peak_on_time: Rate
    off_peak_on_time: Rate
    endings: Endings
    stars: tuple[int, int, int, int, int]

    @property
    def satisfaction(self) -> int | None:
        """The mean of all stars, in hundredths, rounded down; every customer counts alike."""
        rated = sum(self.stars)
        given = sum(number * count for number, count in enumerate(self.stars, 1))
        return given * 100 // rated if rated else None


@dataclass(frozen=True, slots=True)
class Overall:
    """All complaints of a time together, whoever they are about.

    Attributes:
        organisations: how many they are about.
        ended: the money moved.
        promised: the median of what each complaint's policy gave for the first reply, in seconds.
        first_reply: the median of what it took.
        acknowledged: first replies in time; one contested as automatic is late.
        answered: before silence lost.
    """

    complaints: int
    organisations: int
    ended: int
    promised: int | None
    first_reply: int | None
    acknowledged: Rate
    answered: Rate


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """What an arbitrator did with the seats it was drawn into, of every round.

    Attributes:
        no_shows: hidden to the end, and penalised for it.
        leaked: votes that somebody showed before their time.
        open: of rounds that are not settled.
        agreed: votes within 1 000 basis points of the final ruling of a complaint, which earns the
            full pay; of the `measured` ones.
        rewards: wei gained; `penalties` wei lost.
    """

    drawn: int
    revealed: int
    no_shows: int
    leaked: int
    open: int
    agreed: int
    measured: int
    rewards: Wei
    penalties: Wei

    @property
    def agreement(self) -> Rate:
        return Rate(self.agreed, self.measured)


NO_SEATS = SeatRecord(0, 0, 0, 0, 0, 0, 0, NOTHING, NOTHING)
