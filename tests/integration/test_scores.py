"""Scorecards out of a real database, by hand-made facts: hand-computed numbers, and attacks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dapp.domain.facts import CaseFacts
from dapp.domain.ranking import By, Sorting
from dapp.domain.scorecard import Delays, Rate, Scorecard
from dapp.domain.types import Address, BasisPoints, OrganisationId, UnixTime
from dapp.errors import DatabaseUnavailable
from dapp.store import score_statements, scores
from dapp.store.scores import Span
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.scoring import (
    ETHER,
    LATE,
    NOW,
    PLAIN,
    Booked,
    booked,
    every_one,
    in_order,
    percentile,
    promises,
    random_facts,
    resolved,
    weighed,
)

ONE = OrganisationId(1)
GWEI = 10**9
REAL = 50
DUST = 1_000


@pytest.fixture(scope="module")
def books(postgres: Postgres) -> Iterator[Booked]:
    with postgres_tool.database(postgres) as url:
        yield booked(url)


def _card(books: Booked, facts: list[CaseFacts]) -> Scorecard:
    books.write(facts)
    return books.ask(lambda scores: scores.scorecards(Span((ONE,))))[ONE]


def _of(payer: int | str, value: int, kept: bool) -> CaseFacts:
    plain = PLAIN if kept else LATE
    return replace(plain, customer=Address(f"0x{payer}"), value=value, gwei=value // GWEI)


def _real(kept: int) -> list[CaseFacts]:
    """Fifty payers, a coin each, of whom so many had every promise kept."""
    return [_of(f"real{number}", ETHER, number < kept) for number in range(REAL)]


@pytest.mark.parametrize("kept", [0, 10, 30, 50])
@pytest.mark.parametrize("all_well", [True, False])
def test_a_thousand_dust_complaints_of_one_wallet_move_nothing(
    books: Booked, kept: int, all_well: bool
) -> None:
    before = _card(books, _real(kept)).headline.promises
    assert before == Rate(kept * GWEI, REAL * GWEI)
    dust = [_of("dust", GWEI, all_well) for _ in range(DUST)]
    after = _card(books, _real(kept) + dust)
    # A wallet weighs as much as its largest case, here a gwei; a thousandth of that rounds to none.
    assert after.headline.promises.whole - before.whole <= 1
    assert after.headline.payers == REAL + 1
    assert before.share is not None and after.headline.promises.share is not None
    assert abs(after.headline.promises.share - before.share) <= 1
    # What is not weighed is moved all the way.
    assert after.complaints == REAL + DUST
    assert after.promises.every == Rate(kept + (DUST if all_well else 0), REAL + DUST)


@pytest.mark.parametrize(
    ("dust_wei", "expected"),
    # 30 of 50 payers were served well: 60 %. Fresh wallets weigh what they put in, 1 000 together:
    # nothing; a thousandth of a coin; a tenth; and the half of one that the limit allows.
    [
        (GWEI - 1, Rate(30 * GWEI, 50 * GWEI)),
        (1_000 * GWEI, Rate(30_001_000_000, 50_001_000_000)),
        (100_000 * GWEI, Rate(30_100_000_000, 50_100_000_000)),
        (505_050 * GWEI, Rate(30_505_050_000, 50_505_050_000)),
    ],
)
def test_a_thousand_fresh_wallets_weigh_what_they_escrow(
    books: Booked, dust_wei: int, expected: Rate
) -> None:
    dust = [_of(f"fresh{number}", dust_wei, True) for number in range(DUST)]
    found = _card(books, _real(30) + dust).headline
    assert found.promises == expected
    assert expected.share is not None and 6000 <= expected.share < 6100
    assert found.payers == REAL + (DUST if dust_wei >= GWEI else 0)


def test_one_wallet_with_a_thousand_large_complaints_weighs_as_one(books: Booked) -> None:
    """Its coin goes round and round: out of escrow by a refund, and in again."""
    washed = [_of("whale", ETHER, True) for _ in range(DUST)]
    found = _card(books, _real(30) + washed).headline
    assert found.promises == Rate(31 * GWEI, 51 * GWEI)
    assert found.promises.share == 6078


def test_without_the_heaviest_payer_a_whale_is_seen(books: Booked) -> None:
    found = _card(books, [*_real(30), _of("whale", 100 * ETHER, True)]).headline
    assert found.promises == Rate(130 * GWEI, 150 * GWEI)
    assert found.without_heaviest == Rate(30 * GWEI, 50 * GWEI)


def test_a_payers_cases_share_its_weight_by_their_value(books: Booked) -> None:
    facts = [_of("a", 3 * ETHER, True), _of("a", ETHER, False), _of("b", ETHER, False)]
    found = _card(books, facts).headline
    # a weighs 3: 3 x 3/4 was kept, 3 x 1/4 not; b weighs 1.
    assert found.promises == Rate(2_250_000_000, 4_000_000_000)


def test_a_coin_counts_by_its_listed_rate_and_an_unknown_one_not_at_all(books: Booked) -> None:
    dollar, unknown = Address("0xdollar"), Address("0xunknown")
    books.sql(
        "INSERT INTO coin (chain_id, token, rate, body) VALUES (31337, '0xdollar', 500000, '{}')"
        " ON CONFLICT DO NOTHING"
    )
    # Six decimals: a whole one is 10^6 units, which count as 5 x 10^-7 wei each at that rate.
    in_dollars = replace(PLAIN, customer=Address("0xd"), token=dollar, gwei=None, value=2 * 10**27)
    in_unknown = replace(LATE, customer=Address("0xu"), token=unknown, gwei=None, value=10**30)
    found = _card(books, [in_dollars, in_unknown, _of("b", 10**15, False)]).headline
    assert found.promises == Rate(10**6, 2 * 10**6)
    assert found.payers == 2


def test_delays_are_nearest_ranks_by_hour(books: Booked) -> None:
    slow = [replace(PLAIN, is_peak=True, first_answer_seconds=100 * n) for n in range(1, 11)]
    quick = [replace(PLAIN, first_answer_seconds=n) for n in (5, 1, 3)]
    found = _card(books, slow + quick)
    assert found.peak == Delays(10, 100, 500, 900)
    assert found.off_peak == Delays(3, 1, 3, 5)
    assert found.all_hours == Delays(13, 3, 400, 900)
    silent = [replace(PLAIN, first_answer_seconds=None, operator=None, on_time=False)]
    assert _card(books, silent).all_hours == Delays(0, None, None, None)


def test_nothing_is_judged_before_its_time(books: Booked) -> None:
    silent = replace(
        PLAIN, first_answer_seconds=None, operator=None, on_time=False, answered_at=None,
        left_at=None, paid_at=None, acknowledge_by=UnixTime(NOW + 1), answer_by=UnixTime(NOW + 2),
    )  # fmt: skip
    for now, acknowledged, answered in (
        (NOW, Rate(0, 0), Rate(0, 0)),
        (NOW + 1, Rate(0, 1), Rate(0, 0)),
        (NOW + 2, Rate(0, 1), Rate(0, 1)),
    ):
        books.write([silent], now)
        found = books.ask(lambda scores: scores.scorecards(Span()))[ONE].promises
        assert (found.acknowledged, found.answered) == (acknowledged, answered)
    # Withdrawn before, it never was.
    books.write([replace(silent, left_at=UnixTime(NOW), withdrawn=True)], NOW + 9)
    found = books.ask(lambda scores: scores.scorecards(Span()))[ONE].promises
    assert (found.acknowledged, found.every) == (Rate(0, 0), Rate(0, 0))


def test_each_operators_pace(books: Booked) -> None:
    robot = [replace(PLAIN, operator=Address("0xrobot"), first_answer_seconds=2) for _ in range(9)]
    person = [
        replace(PLAIN, operator=Address("0xperson"), first_answer_seconds=60 * n)
        for n in range(1, 6)
    ]
    robot[0] = replace(robot[0], contested=True, on_time=False)
    books.write(robot + person)
    first, second = books.ask(lambda scores: scores.paces(Span((ONE,))))
    assert (first.account, first.delays) == ("0xrobot", Delays(9, 2, 2, 2))
    assert (first.on_time, first.contested) == (Rate(8, 9), Rate(1, 9))
    assert (second.account, second.delays) == ("0xperson", Delays(5, 60, 180, 300))


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("by", By)
def test_organisations_are_ranked_by_the_numbers_of_their_cards(
    books: Booked, by: By, is_descending: bool
) -> None:
    # Each of 40 has a few cases: some numbers are equal, and some have nothing to be of.
    facts = [
        replace(one, organisation=OrganisationId(1 + place % 40))
        for place, one in enumerate(random_facts(7, 130))
    ]
    books.write(facts)
    cards = books.ask(lambda scores: scores.scorecards(Span()))
    sorting = Sorting(by, is_descending)
    found = books.ask(lambda scores: scores.ranked(Span(), sorting, 0, 100))
    assert found == [card.organisation for card in in_order(cards.values(), sorting)]
    assert len(found) == 40
    assert books.ask(lambda scores: scores.ranked(Span(), sorting, 5, 3)) == found[5:8]


@pytest.mark.parametrize("seed", range(6))
def test_the_database_says_what_plain_python_says(books: Booked, seed: int) -> None:
    facts = random_facts(seed, 300)
    books.write(facts)
    cards = books.ask(lambda scores: scores.scorecards(Span()))
    assert set(cards) == {1, 2, 3}
    for organisation, card in cards.items():
        own = [one for one in facts if one.organisation == organisation]
        assert card.complaints == len(own)
        delays = [one.first_answer_seconds for one in own if one.first_answer_seconds is not None]
        ranks = [percentile(delays, share) for share in (0.1, 0.5, 0.9)]
        assert card.all_hours == Delays(len(delays), *ranks)
        judged = [promises(one) for one in own]
        for number, found in enumerate(
            (card.promises.acknowledged, card.promises.answered, card.promises.in_kind)
        ):
            known = [one[number] for one in judged if one[number] is not None]
            assert found == Rate(sum(bool(one) for one in known), len(known))
        complete = [kept for one in own if (kept := every_one(one)) is not None]
        assert card.promises.every == Rate(sum(complete), len(complete))
        for rate, judge in (
            (card.headline.promises, every_one),
            (card.headline.resolved, resolved),
        ):
            share = weighed(own, judge)
            assert share is not None
            # Weights are whole gwei.
            assert float(_exact(rate)) == pytest.approx(float(share), abs=1e-6)


def _exact(rate: Rate) -> float:
    return rate.part / rate.whole


def test_one_organisations_rows_are_found_by_an_index(books: Booked) -> None:
    facts = [
        replace(PLAIN, organisation=OrganisationId(number % 200), customer=Address(f"0x{number}"))
        for number in range(20_000)
    ]
    books.write(facts)
    books.sql("VACUUM ANALYZE case_fact")
    for statement in (
        score_statements.SCORES,
        score_statements.HEADLINES,
        score_statements.PACES,
        score_statements.HOURS,
        score_statements.FUNNEL,
        score_statements.OUTCOMES,
    ):
        conditions = score_statements.CONDITIONS["organisations"]
        text = statement.replace(score_statements.SPAN, conditions)
        values = {"chain": "31337", "organisations": "ARRAY[7]", "agreed": "ARRAY[1]", "most": "9"}
        for name, value in values.items():
            text = text.replace(f"%({name})s", value)
        plan = "\n".join(str(line) for (line,) in books.sql("EXPLAIN " + text))
        assert "Seq Scan on case_fact" not in plan, plan
        assert "case_fact_organisation" in plan
    card = books.ask(lambda scores: scores.scorecards(Span((OrganisationId(7),))))
    assert card[OrganisationId(7)].complaints == 100


def test_lost_rulings_are_apart_from_settlements(books: Booked) -> None:
    ruled = replace(PLAIN, outcome=PLAIN.outcome.RULED, first_contact=False, escalated=True)
    facts = [
        replace(ruled, ruling=BasisPoints(9000), lost=True),
        replace(ruled, ruling=BasisPoints(1000), lost=False),
        replace(ruled, outcome=PLAIN.outcome.SETTLED),
        replace(ruled, outcome=PLAIN.outcome.REFUSED),
        replace(ruled, outcome=PLAIN.outcome.DEFAULTED, by_silence=True),
    ]
    found = _card(books, facts).endings
    assert (found.rulings, found.lost, found.refused) == (2, 1, 1)
    assert (found.settled, found.agreed, found.ended, found.defaults) == (1, 1, 5, 1)


def test_what_takes_too_long_ends_in_the_database_as_well(
    books: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever asks again and again leaves one more behind each time."""
    monkeypatch.setattr(scores, "_MOST_MILLISECONDS", 100, raising=False)

    async def ask(found: scores.Scores) -> int:
        with pytest.raises(DatabaseUnavailable):
            await found.counted("SELECT pg_sleep(60)", Span())
        monkeypatch.undo()
        still = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(60)' "
        return int((await found.counted(still + "AND state = 'active'", Span()))[0][0])

    assert books.ask(ask) == 0
