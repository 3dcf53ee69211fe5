"""The pages of numbers, over a real chain's cases: what they show is what the API counts."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape

import httpx
import pytest

from dapp.service.charts import CHARTS
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import environment, redress, running, until
from tests.integration.test_api_scorecards import Scene, play
from tests.world import World

TAGS = re.compile(r"<(script|style|title|desc)\b.*?</\1>|<[^>]+>", re.DOTALL)


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("numbers")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        shop, other, ruled, defaulted = play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Scene(service, shop, other, ruled, defaulted)


def text_of(page: str) -> str:
    """What a reader reads of the page's main part."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(TAGS.sub(" ", f"<main{main}")).split())


def read(scene: Scene, path: str, language: str = "en") -> str:
    answer = scene.service.http.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_organisations_stand_beside_each_other(scene: Scene) -> None:
    page = read(scene, "/orgs")
    assert re.findall(r'rowheader"><a href="/orgs/(\d+)"', page) == [
        str(scene.shop),
        str(scene.other),
    ]
    said = text_of(page)
    # As the scorecard: 2 of 5 first replies, 3 of 4 answers; a contested one of 4.
    for fact in (
        "within 10 minutes in time 40% 2 of 5",
        "within 3 days in time 75% 3 of 4",
        "1 ruling 0 nearer to what the customer asked 0 settlements",
        "25% 1 of 4",
        "78.57% 2 payers",
    ):
        assert fact in said
    assert "within 30 minutes in time none was due yet" in said


def test_the_order_stands_in_the_address(scene: Scene) -> None:
    page = read(scene, "/orgs?sort=-on-time")
    assert '<option value="-on-time" selected>' in page
    # Nobody complained about the other: it has no such number.
    assert f'href="/orgs/{scene.other}"' not in page
    csv_link = unescape(re.findall(r'href="(/v1/scorecards\.csv[^"]*)"', page)[0])
    table = list(csv.DictReader(io.StringIO(scene.service.http.get(csv_link).text)))
    assert [row["organisation"] for row in table] == [str(scene.shop)]
    assert table[0]["promises.acknowledged_in_time.count"] == "2"
    assert table[0]["promised.answer_hours"] == "72"
    wrong = scene.service.http.get("/orgs?sort=price", headers={"Accept": "text/html"})
    assert (wrong.status_code, "That cannot be shown" in wrong.text) == (422, True)


def test_the_api_sorts_as_the_page_does(scene: Scene) -> None:
    found = scene.service.get("/v1/scorecards", sort="-cases")
    assert [one["organisation"] for one in found["scorecards"]] == [scene.shop]
    assert (found["sort"], found["next_cursor"]) == ("-cases", None)
    assert found["scorecards"][0]["promised"] == {
        "policy_version": 1,
        "first_reply_peak_seconds": 1800,
        "first_reply_off_peak_seconds": 600,
        "answer_hours": 72,
    }
    beyond = scene.service.get("/v1/scorecards", sort="-cases", cursor="1")
    assert beyond["scorecards"] == []
    for wrong in ("sort=price", "sort=-cases&cursor=x", "sort=-cases&cursor=-1"):
        assert scene.service.http.get(f"/v1/scorecards?{wrong}").status_code == 422


def test_all_together_are_counted_once(scene: Scene) -> None:
    found = scene.service.get("/v1/stats/overall")
    assert (found["complaints"], found["organisations"], found["ended"]) == (6, 1, 4)
    assert found["first_reply"]["promised_median_seconds"] == 600
    card = scene.scorecard()
    for name in ("acknowledged_in_time", "answered_in_time"):
        assert found[name] == card["promises"][name]
    nothing = scene.service.get("/v1/stats/overall", organisation=scene.other)
    assert (nothing["complaints"], nothing["first_reply"]["median_seconds"]) == (0, None)


def test_the_start_page_says_what_was_promised_and_done(scene: Scene) -> None:
    said = text_of(read(scene, "/"))
    doors = said.index("I have a problem")
    strip = said.index("What organisations promise, and what they did")
    assert doors < strip < said.index("Recent cases")
    for fact in (
        "First reply, promised 10 minutes",
        "First replies in time 40% 2 of 5",
        "Cases ended 4 of 6 complaints",
    ):
        assert fact in said


def test_an_organisation_s_page_has_all_of_it(scene: Scene) -> None:
    page = read(scene, f"/orgs/{scene.shop}")
    said = text_of(page)
    for fact in (
        "First reply, other hours within 10 minutes 40% in time 2 of 5",
        "Cases with every promise kept 40% 2 of 5",
        "Lost by silence 1",
        "Rulings 1 0 nearer to what the customer asked",
        "4.5 of 5 2 customers",
        "replies: 4",
        "Version 2 announced",
        "Version 1 in force",
        "within 3 days; silence loses → within 2 days; silence loses",
        "New peak hours Saturday 09:00–10:00 (UTC)",  # noqa: RUF001
        "A first reply may take longer Saturday",
    ):
        assert fact in said
    for link in (
        f"/pay?organisation={scene.shop}",
        f"/policies/{scene.shop}/2",
        f"/stats?organisation={scene.shop}",
        f"/cases?organisation={scene.shop}",
        f"/c/{scene.ruled}",
    ):
        assert f'href="{link}"' in page
    empty = text_of(read(scene, f"/orgs/{scene.other}"))
    assert "Nothing to show yet" in empty
    assert "none was due yet" in empty


def test_the_old_address_of_an_organisation_leads_to_the_new_one(scene: Scene) -> None:
    answer = scene.service.http.get(f"/o/{scene.shop}?lang=zh-Hans")
    assert answer.status_code == 308
    assert answer.headers["location"].endswith(f"/orgs/{scene.shop}?lang=zh-Hans")


def test_a_policy_is_told_in_words_and_can_be_checked(scene: Scene) -> None:
    page = read(scene, f"/policies/{scene.shop}/2")
    said = text_of(page)
    told = scene.service.get(f"/v1/organisations/{scene.shop}/policies/2")["policy"]
    for fact in (
        "Policy, version 2 announced",
        "First reply in peak hours within 30 minutes",
        "Answer within 2 days; silence loses",
        "arbitrators drawn by lot, track 0",
        "Monday to Friday 08:00–20:00 (UTC) Saturday 09:00–10:00 (UTC)",  # noqa: RUF001
        "Against version 1:",
        "Its text is not kept here.",
        told["agreement"],
    ):
        assert fact in said
    assert "| sha256sum" in said
    assert page.count('data-on="true"') == 5 * 12 + 1
    first = text_of(read(scene, f"/policies/{scene.shop}/1"))
    assert "This is the first version." in first
    assert "Version 2" in first


@pytest.mark.parametrize(
    "path", ["/orgs/99", "/orgs/1/x", "/policies/1/9", "/policies/99/1", "/policies/1/0"]
)
def test_what_is_not_there_is_said_as_a_page(scene: Scene, path: str) -> None:
    answer = scene.service.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code in (404, 422)
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


def test_every_chart_is_on_the_page_with_its_numbers(scene: Scene) -> None:
    page = read(scene, "/stats")
    for name in CHARTS:
        figure = page.partition(f'<figure class="chart box" id="{name}">')[2].partition("</figure>")
        found = scene.service.get(f"/v1/stats/{name}")
        links = [unescape(one) for one in re.findall(r'<a href="(/cases[^"]+)"', figure[0])]
        assert {mark["cases"] for mark in found["marks"]} <= set(links)
        assert f'<title id="{name}-title">' in figure[0]
        assert f'<desc id="{name}-text">' in figure[0]
        assert "<details>" in figure[0]
        assert f'href="/v1/stats/{name}.csv"' in figure[0]
        assert "style=" not in figure[0]
    assert "Of 6 complaints 1 were taken to arbitrators; in 4 the money moved." in page
    assert "<script>" not in page


def test_a_choice_reaches_every_number_and_link(scene: Scene) -> None:
    page = read(scene, f"/stats?organisation={scene.other}&filed_from=2020-01-01")
    assert "Nothing to show yet" in page
    assert '<input type="date" id="filed_from" name="filed_from" value="2020-01-01">' in page
    links = re.findall(r'href="(/cases\?[^"]+|/v1/stats[^"]+)"', page)
    assert links
    asked = f"organisation={scene.other}&amp;filed_from=1577836800"
    assert all(link.endswith(asked) for link in links)
    wrong = scene.service.http.get("/stats?filed_from=nonsense", headers={"Accept": "text/html"})
    assert (wrong.status_code, "Traceback" in wrong.text) == (422, False)


def test_from_a_mark_to_its_cases_and_back(scene: Scene) -> None:
    mark = f"/cases?mark=first-answers.1-to-4-h&organisation={scene.shop}"
    assert mark in unescape(read(scene, f"/stats?organisation={scene.shop}"))
    page = unescape(read(scene, mark))
    assert len(re.findall(r'href="/c/\d+"', page)) == 1
    assert f'href="/stats?organisation={scene.shop}#first-answers"' in page


@pytest.mark.parametrize("path", ["/orgs", "/orgs/1", "/policies/1/2", "/stats", "/"])
def test_readers_of_chinese_find_no_english(scene: Scene, path: str) -> None:
    """But names of formats, of units and of ourselves."""
    page = read(scene, path, "zh-Hans")
    said = re.sub(r"0x[0-9a-f]+|bafk\w+", "", text_of(page))
    known = {"CSV", "SVG", "UTC", "ETH", "CID", "JSON", "IPFS", "SHA", "ipfs", "cat", "sha", "sum"}
    assert set(re.findall(r"[A-Za-z]{3,}", said)) - known - {"Redress"} == set()
    titles = re.findall(r"<title[^>]*>([^<]+)</title>|<desc[^>]*>([^<]+)</desc>", page)
    english = {word for one in titles for word in re.findall(r"[A-Za-z]{4,}", " ".join(one))}
    assert english <= {"Redress"}


@pytest.mark.parametrize("path", ["/orgs", "/orgs/1", "/policies/1/2", "/stats"])
def test_a_page_is_light(scene: Scene, path: str) -> None:
    assert len(gzip.compress(read(scene, path).encode())) < 60_000


def test_the_start_page_opens_before_anything_is_indexed(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")),
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with redress(folder / "serve.log", env, "serve", "--port", "0"):
            shown: list[str] = []

            def announced() -> bool:
                shown.extend(re.findall(r"http://\S+", (folder / "serve.log").read_text()))
                return bool(shown)

            until(announced, "the server's address")
            with httpx.Client(
                base_url=shown[0], headers={"Accept": "text/html"}, timeout=90.0
            ) as http:
                home = http.get("/")
                assert home.status_code == 200
                assert "Nothing was measured so far" in home.text
                assert "I have a problem" in home.text
                for path in ("/orgs", "/stats", "/orgs/1", "/policies/1/1"):
                    answer = http.get(path)
                    assert answer.status_code == 503
                    assert "Not ready yet" in answer.text
