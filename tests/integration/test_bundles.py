"""Bundles of a real chain, index and vault: whatever is made, is verified."""

import io
import random

import msgspec
import pytest

from dapp.audit import headers as audited
from dapp.audit.format import CLAIMS, EVIDENCE, RECORDS, CaseScope, OrganisationScope
from dapp.audit.verdict import Previous, Verdict
from dapp.audit.verify import verify
from dapp.domain.events import APPEALS, COURT, DESK, OUTSIDE, REGISTRY
from dapp.domain.events import CLAIMS as BOND_CLAIMS
from dapp.domain.types import BlockNumber, Hash32, OrganisationId
from dapp.errors import IntegrityBroken, InvalidInput, NotFound, Refused
from dapp.service.bundles import FINALIZED, LATEST, Asked, Limits, linking
from evidence import CID, digest_to_cid, walk
from tests.bundle_maker import Maker
from tests.bundling import Bundled, Opened
from tests.every_case import play
from tests.world import World, digest


def test_every_case_is_verified_and_as_a_second_maker_makes_it(bundled: Bundled) -> None:
    world = bundled.world
    stories = play(world, lambda text: bundled.say(world.customer, text))
    second = Maker(world, _manifests(bundled))
    bundled.indexed.index()

    history = bundled.history(at=LATEST)
    verdict = _verdict(history)
    assert verdict.is_verified, verdict.message
    assert not history.made.evidence.missing
    pending = {one.number for one in verdict.entries if one.pending}
    assert pending == {number for name, number in stories.items() if name.startswith("open-")}
    trails = {(one.kind, one.number): one.trail for one in verdict.entries}
    for name, number in stories.items():
        assert _verdict(bundled.case(number, LATEST)).is_verified, name
        assert trails["complaint", number] == world.call(DESK, "trail", number)
    for organisation in range(1, world.call(REGISTRY, "organisationCount") + 1):
        assert _verdict(bundled.organisation(organisation, LATEST)).is_verified
        assert trails["organisation", organisation] == world.call(REGISTRY, "trail", organisation)
    assert {APPEALS, BOND_CLAIMS, OUTSIDE} <= history.claims["contracts"].keys()

    # Two that share neither index nor vault nor reading of proofs come to the same bytes.
    assert bundled.history(at=LATEST).data == history.data
    theirs = Opened(history.made, second.history().zipped())
    for name in (CLAIMS, RECORDS, EVIDENCE):
        assert theirs.member(name) == history.member(name), name


def test_the_index_may_be_ahead_and_is_cut_at_the_block(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register()
    world.stake()
    number = world.file(world.pay(shop))
    world.offer(number, 1000)
    world.escalate(number)
    world.draw(number)
    middle = world.block_number()
    world.vote(number, [4000, 5000, 6000])
    world.execute(number)
    later = world.file(world.pay(shop))
    bundled.indexed.index()

    before, after = bundled.case(number, middle), bundled.case(number, LATEST)
    assert before.made.block == before.claims["block"]["number"] == middle
    assert before.claims["block"]["hash"] == world.header(middle).block.hash
    assert 0 < before.made.events < after.made.events
    assert [_verdict(one).is_verified for one in (before, after)] == [True, True]
    history = bundled.history(at=middle)
    assert [one.get("complaint") for one in history.records] == [number, None]
    only_theirs = bundled.organisation(shop, middle)
    assert _verdict(only_theirs).entries[0].verdict == "verified"
    assert len(only_theirs.records) == 2
    with pytest.raises(NotFound) as unknown:
        bundled.case(later, middle)
    assert unknown.value.code == "complaint-unknown"


@pytest.mark.needs("final_genesis")
def test_which_block_it_is_made_at(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register()
    number = world.file(world.pay(shop))
    bundled.indexed.index()
    # Nothing of ours is final yet.
    with pytest.raises(InvalidInput) as unfinal:
        bundled.case(number, FINALIZED)
    assert unfinal.value.code == "block-not-indexed"
    first = bundled.case(number).made
    assert first.block == world.block_number()
    assert first.why.startswith("the newest indexed block, since block")
    world.mine(100)
    final = int(world.rpc("eth_getBlockByNumber", "finalized", False)["number"], 16)
    newer = world.file(world.pay(shop))
    # Here the index is behind what is final: its head is final, too.
    assert bundled.case(number).made.why == f"the newest indexed block; block {final + 2} is final"
    bundled.indexed.index()
    assert bundled.case(number).made.block == final + 2
    made = bundled.case(newer).made
    assert made.block == world.block_number()
    assert f"there is no complaint {newer}" in made.why
    for block, code in ((world.block_number() + 1, "block-not-indexed"), (0, "block-not-indexed")):
        with pytest.raises(InvalidInput) as refused:
            bundled.case(number, BlockNumber(block))
        assert refused.value.code == code
    with pytest.raises(NotFound):
        bundled.case(newer + 1)
    with pytest.raises(NotFound) as no_shop:
        bundled.organisation(shop + 1)
    assert no_shop.value.code == "organisation-unknown"


def test_an_organisation_nobody_complained_about(bundled: Bundled) -> None:
    world = bundled.world
    busy, calm = world.register(), world.register()
    world.file(world.pay(busy))
    bundled.indexed.index()
    made = bundled.organisation(calm, LATEST)
    assert [list(one) for one in made.records] == [["events", "organisation"]]
    # Its agreement alone is not in the vault.
    assert [one.verdict for one in _verdict(made).entries] == ["evidence-missing"]


def test_an_increment_needs_what_came_before(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register(what=bundled.say(world.organisation, "agreement"))
    world.stake()
    done, heard, moved = (world.file(world.pay(shop)) for _ in range(3))
    for number in (heard, moved):
        world.offer(number, 1000)
    world.escalate(heard)
    world.draw(heard)
    bundled.indexed.index()
    first = bundled.history(at=LATEST)
    earlier = _verdict(first)
    assert earlier.is_verified
    world.wait_for_commits(heard)
    world.commit(heard, 0, 5000)
    world.accept(moved)
    bundled.indexed.index()

    second = bundled.history(since=first.made.block, at=LATEST)
    events = {one["complaint"]: "events" in one for one in second.records if "complaint" in one}
    assert events == {done: False, heard: True, moved: True}
    assert second.records[-1] == {
        "organisation": shop,
        "trail": world.call(REGISTRY, "trail", shop),
    }
    assert _verdict(second, earlier).is_verified
    assert _verdict(second).verdict == "unknown"
    # Nothing new: the court's case still stands in full.
    third = bundled.history(since=second.made.block, at=LATEST)
    whole = [one["complaint"] for one in third.records if "events" in one]
    assert whole == [heard]
    assert _verdict(third, _verdict(second, earlier)).is_verified
    with pytest.raises(InvalidInput):
        bundled.history(since=second.made.block + 1, at=LATEST)


def test_evidence_is_whole_or_missing(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register(what=bundled.say(world.organisation, "agreement"))
    lots = random.Random(1)
    large, other = lots.randbytes(3 << 20), lots.randbytes(2 << 20)
    first = bundled.say(world.customer, "both", ("a", large), ("b", b"small"))
    again = bundled.say(world.customer, "one of them again", ("a", large), ("c", other))
    number = world.file(world.pay(shop), what=again)
    for what in (first, digest("never stored"), again):
        world.evidence(number, world.customer, what)
    bundled.indexed.index()

    whole = bundled.case(number, LATEST)
    roots = whole.claims["members"][EVIDENCE]["roots"]
    assert roots == [again, first]
    assert whole.made.evidence.missing == [digest("never stored")]
    assert whole.made.evidence.missing_items == []
    (entry,) = _verdict(whole).entries
    assert (entry.evidence.intact, entry.evidence.missing) == (2, (digest("never stored"),))
    # The large file that both name is there once.
    size = whole.claims["members"][EVIDENCE]["size"]
    assert len(large) + len(other) < size < len(large) + len(other) + 20_000

    _erase_a_block_of(bundled, again, "c")
    damaged = bundled.case(number, LATEST)
    assert damaged.made.evidence.missing_items == [(again, "c")]
    (entry,) = _verdict(damaged).entries
    assert (entry.verdict, entry.evidence.intact) == ("evidence-missing", 1)
    assert entry.evidence.missing == (again, digest("never stored"))
    assert damaged.claims["members"][EVIDENCE]["size"] < size - len(other) + 20_000


def test_old_receipts_are_tied_by_what_the_chain_remembers(
    bundled: Bundled, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bundled.world
    shop = world.register(what=bundled.say(world.organisation, "agreement"))
    numbers = [_paid(world, shop, gap) for gap in (300, 1, 40, 41, 2, 39, 700)]
    bundled.indexed.index()
    history = bundled.history(at=LATEST)
    assert _verdict(history).is_verified
    wanted = {place["block"] for place in _places(history)}
    # The trusted one and those of receipts: no parents in between.
    assert len(history.claims["headers"]) == 1 + len(wanted)

    # A chain that remembers 40 blocks is as deep as one of 8191 would be after months.
    for module in (linking, audited):
        monkeypatch.setattr(module, "HISTORY_BLOCKS", 40)
    deep = bundled.history(at=LATEST)
    assert _verdict(deep).is_verified
    assert len(deep.claims["headers"]) > 1000 // 40
    for number in numbers:
        assert _verdict(bundled.case(number, LATEST)).is_verified
    monkeypatch.setattr(linking, "_MOST_PARENTS", 100)
    assert bundled.history(at=LATEST).data == deep.data


def test_limits(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register()
    number = world.file(world.pay(shop))
    world.evidence(number, world.customer, bundled.say(world.customer, "x", ("a", bytes(9000))))
    world.file(world.pay(shop))
    bundled.indexed.index()
    scope = OrganisationScope(organisation=shop)
    bundled.make(Asked(scope, LATEST, Limits(cases=2, bytes=100_000)))
    for limits in (Limits(cases=1), Limits(bytes=9000), Limits(bytes=1000)):
        with pytest.raises(Refused) as refused:
            bundled.make(Asked(scope, LATEST, limits))
        assert refused.value.code == "bundle-too-large"


def test_an_index_that_is_not_the_chains_is_not_handed_out(bundled: Bundled) -> None:
    world = bundled.world
    shop = world.register()
    world.stake()
    number = world.dispute(shop, [4000, 5000, 6000])
    bundled.indexed.index()
    scope = Asked(CaseScope(complaint=number), LATEST)
    last = world.block_number()
    last_of_desk = f"block_number = {last} AND {_of(world, DESK)}"
    # An event less, another time, another receipt.
    damages = (
        f"DELETE FROM log WHERE {last_of_desk}",  # noqa: S608
        f"UPDATE log SET timestamp = timestamp + 1 WHERE {last_of_desk}",  # noqa: S608
        f"UPDATE log SET log_index = log_index + 100 WHERE {_of(world, COURT)}",  # noqa: S608
    )
    for damage in damages:
        bundled.indexed.sql("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM log")
        bundled.indexed.sql(damage)
        with pytest.raises(IntegrityBroken) as broken:
            bundled.make(scope)
        assert broken.value.code == "index-differs"
        bundled.indexed.sql("DELETE FROM log")
        bundled.indexed.sql("INSERT INTO log SELECT * FROM kept")
    assert bundled.make(scope).made.events > 10


def _verdict(opened: Opened, earlier: Verdict | None = None) -> Verdict:
    previous = None
    if earlier is not None:
        previous = msgspec.json.decode(msgspec.json.encode(earlier), type=Previous)
    trusted = Hash32(opened.made.block_hash)
    return verify(io.BytesIO(opened.data), trusted, previous=previous)


def _manifests(bundled: Bundled) -> dict[CID, bytes]:
    """All that the vault holds, which are manifests without files."""
    files = [path for path in bundled.folder.glob("blocks/*/*") if path.is_file()]
    cids = [digest_to_cid(bytes.fromhex(path.name.removeprefix("1220"))) for path in files]
    return {cid: bundled.vault.get(cid) for cid in cids}


def _paid(world: World, shop: OrganisationId, gap: int) -> int:
    """A complaint that ends with a receipt, and blocks after it."""
    order = world.pay(shop)
    number = world.file(order)
    world.freeze(order, 30)
    world.mine(gap)
    return number


def _places(opened: Opened) -> list[dict[str, int]]:
    events = [event for record in opened.records for event in record["events"]]
    return [event["receipt"] for event in events if "receipt" in event]


def _erase_a_block_of(bundled: Bundled, manifest: str, name: str) -> None:
    items = bundled.vault.get_manifest(bytes.fromhex(manifest[2:])).items
    (item,) = [one for one in items if one.name == name]
    *_, (last, _) = walk(item.cid, bundled.vault.get)
    (file,) = bundled.folder.glob(f"blocks/*/1220{last.digest.hex()}")
    file.unlink()


def _of(world: World, contract: str) -> str:
    return f"address = '\\x{world.contracts[contract][2:]}'"
