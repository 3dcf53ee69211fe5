"""The pages of signed complaints, beside the process that anchors them."""

import re
from dataclasses import replace

import pytest

from dapp.domain.anchoring import AnchorStatus
from dapp.domain.types import Hash32
from dapp.service.parts import Parts
from dapp.web.i18n import LANGUAGES, load
from dapp.web.presentation.anchored import signed_line, signed_page, status_name
from tests.anchoring import AnchorHouse, house, one_house

__all__ = ["house", "one_house"]

HTMX = {"HX-Request": "true"}


def read(house: AnchorHouse, path: str, status: int = 200, *, is_update: bool = False) -> str:
    answer = house.service.http.get(path, headers=HTMX if is_update else {})
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def test_a_page_tells_how_it_stands_and_what_can_be_done(house: AnchorHouse) -> None:
    order = house.order()
    leaf = house.taken(order, demand=2500)
    text = read(house, f"/anchored/{leaf}")
    assert "Nothing is promised yet" in text
    assert "There is no receipt, so nothing was promised." in text
    assert 'data-act="revoke-anchored"' in text
    assert 'data-act="open-anchored"' not in text
    assert "25%" in text
    with house.process():
        house.becomes(leaf, "anchored")
    text = read(house, f"/anchored/{leaf}")
    assert "It is on chain, in time. Nobody must answer before it is opened" in text
    assert f'href="/v1/anchored/{leaf}" download' in text
    assert "complaints in it: 1<br>" in text
    openers = f"{order.customer} {house.world.bystander}".lower()
    assert f'data-accounts="{openers}"' in text
    # Only what changes is sent again.
    part = read(house, f"/anchored/{leaf}", is_update=True)
    assert part in text
    assert "<html" not in part
    house.refund(order)
    text = read(house, f"/anchored/{leaf}")
    assert "Its order has ended" in text
    assert "data-act=" not in text
    assert "hx-trigger" not in text


def test_a_complaint_that_is_not_there_says_so(house: AnchorHouse) -> None:
    assert "knows no such" in read(house, f"/anchored/0x{'5' * 64}", 404)
    assert "traceback" not in read(house, "/anchored/nonsense", 422).lower()


def test_they_are_listed_where_people_look(house: AnchorHouse) -> None:
    mine, other = house.order(), house.order(house.world.accounts[7])
    leaf, foreign = house.taken(mine), house.taken(other)
    for page in (f"/me?account={mine.customer}", f"/file?account={mine.customer}"):
        text = read(house, page)
        assert f"/anchored/{leaf}" in text, page
        assert foreign not in text
    desk = read(house, f"/desk?account={house.world.organisation}")
    assert f'href="/anchored?organisation={house.organisation}"' in desk
    all_ = read(house, f"/anchored?organisation={house.organisation}")
    assert leaf in all_ and foreign in all_
    assert foreign not in read(house, f"/anchored?customer={mine.customer}")
    assert leaf not in read(house, f"/anchored?organisation={house.organisation + 1}")
    # Spent, it waits for nobody any more.
    house.refund(mine)
    assert leaf not in read(house, f"/me?account={mine.customer}")
    assert leaf in read(house, f"/anchored?customer={mine.customer}")


def test_a_batch_lists_what_is_in_it(house: AnchorHouse) -> None:
    leaves = [house.taken(house.order()) for _ in range(4)]
    with house.process():
        house.becomes(leaves[-1], "anchored")
    batches = house.batches()
    found = [
        leaf
        for one in batches
        for leaf in leaves
        if leaf in read(house, f"/anchored?sender={one['sender']}&root={one['root']}")
    ]
    assert sorted(found) == sorted(leaves)
    assert 'rel="next"' not in read(house, "/anchored")
    assert "The newest" in read(house, "/anchored?cursor=1")
    assert "cursor" in read(house, "/anchored?cursor=nonsense", 422)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_status_has_words_in_each_language(house: AnchorHouse, tag: str) -> None:
    leaf, t = Hash32(house.taken(house.order())), load(tag)

    async def look(parts: Parts) -> None:
        row, moment = await parts.anchoring.find(leaf)
        now, where = moment.now, parts.deployment
        shown = {one: signed_page(replace(row, status=one), now, t, where) for one in AnchorStatus}
        assert len({status_name(one, t) for one in AnchorStatus}) == len(AnchorStatus)
        failed = {AnchorStatus.OVERDUE, AnchorStatus.LAPSED}
        assert {one for one, found in shown.items() if found.is_failed} == failed
        promised = replace(row, receipt="0x00")
        assert signed_line(promised, now, t).stands != shown[row.status].line.stands
        blocked = replace(row, status=AnchorStatus.ANCHORED, is_disputed=True)
        assert not signed_page(blocked, now, t, where).can_open
        assert len({found.line.stands for found in shown.values()}) >= 6

    house.within(look)
