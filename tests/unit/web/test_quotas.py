"""What a client may ask for: counted by who they are, told in advance, given back with time."""

import pytest

from dapp.errors import TooMany
from dapp.web import quotas
from dapp.web.clients import client_of
from dapp.web.quotas import Buckets, Quota

READS = Quota("reads", 60)


class Time:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_with_time() -> None:
    time = Time()
    buckets = Buckets(time)
    left = [int(buckets.take(READS, "a").requests) for _ in range(60)]
    assert left == list(range(59, -1, -1))
    with pytest.raises(TooMany) as refused:
        buckets.take(READS, "a")
    assert refused.value.fields["retry_after_seconds"] == 1
    assert buckets.take(READS, "b").requests == 59
    time.now += 2.5
    assert int(buckets.take(READS, "a").requests) == 1
    time.now += 1_000
    assert buckets.take(READS, "a").requests == 59


def test_who_is_refused_loses_nothing() -> None:
    time = Time()
    buckets = Buckets(time)
    for _ in range(60):
        buckets.take(READS, "a")
    for _ in range(10):
        time.now += 0.09
        with pytest.raises(TooMany):
            buckets.take(READS, "a")
    time.now += 0.2
    buckets.take(READS, "a")


def test_what_is_left_is_told_as_the_draft_has_it() -> None:
    left = Buckets(Time()).take(READS, "a")
    assert left.headers() == {
        "RateLimit-Policy": '"reads";q=60;w=60',
        "RateLimit": '"reads";r=59;t=1',
    }


def test_no_number_of_clients_takes_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "_MOST_CLIENTS", 3)
    buckets = Buckets(Time())
    for client in "abcd":
        buckets.take(READS, client)
    assert len(buckets._levels) == 3
    assert buckets.take(READS, "d").requests == 58


@pytest.mark.parametrize(
    ("peer", "passed", "proxies", "client"),
    [
        ("192.0.2.7", "", 0, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", 0, "192.0.2.7"),
        ("127.0.0.1", "", 0, None),
        ("::1", "", 0, None),
        ("2001:db8::1", "", 0, "2001:db8::/64"),
        ("2001:db8::ffff:1", "", 0, "2001:db8::/64"),
        # What the client itself says comes first, and is not believed.
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("192.0.2.7", "", 1, "192.0.2.7"),
        ("192.0.2.7", "nonsense", 1, "nonsense"),
        # Another form of the same address is nobody else.
        ("::ffff:192.0.2.7", "", 0, "192.0.2.7"),
        ("::ffff:127.0.0.1", "", 0, None),
        ("127.0.0.1", "::ffff:198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1:4711", 1, "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::1]:4711", 1, "2001:db8::/64"),
        # Past one of the proxies: whoever the other one names counts, not that one itself.
        ("127.0.0.1", "198.51.100.1", 2, "198.51.100.1"),
        # What anybody may have written makes nobody a neighbour.
        ("127.0.0.1", "127.0.0.1, 198.51.100.1", 2, "127.0.0.1"),
        ("192.0.2.7", "::1", 1, "::/64"),
    ],
)
def test_who_asks_is_told_by_address(
    peer: str, passed: str, proxies: int, client: str | None
) -> None:
    headers = [(b"x-forwarded-for", passed.encode())] if passed else []
    assert client_of({"type": "http", "client": (peer, 1), "headers": headers}, proxies) == client
