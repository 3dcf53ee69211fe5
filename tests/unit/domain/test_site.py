"""Which sites there are, and which `Host` headers are believed."""

import pytest

from dapp.domain.site import Site, loopback_site, site_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://redress.example", "https://redress.example"),
        ("https://redress.example/", "https://redress.example"),
        ("HTTPS://Redress.Example:443", "https://redress.example"),
        ("http://redress.example:80", "http://redress.example"),
        ("https://redress.example:08443", "https://redress.example:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_site_is_spelled_as_browsers_spell_it(url: str, origin: str) -> None:
    site = site_of(url)
    assert site.origin == origin
    assert site.is_secure == origin.startswith("https")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redress.example",
        "ftp://redress.example",
        "https://",
        "https://redress.example/pages",
        "https://redress.example?x=1",
        "https://redress.example#x",
        "https://user@redress.example",
        "https://redress.example:0",
        "https://redress.example:65536",
        "https://redress.example:x",
        "https://rédress.example",
        "https://redress example",
        "https://redress.example\nevil",
    ],
)
def test_what_is_no_site_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        site_of(url)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"])
def test_this_machine_is_believed_by_its_name(host: str) -> None:
    assert loopback_site("http", host) == Site("http", host.lower())


@pytest.mark.parametrize(
    "host",
    [
        "",
        "redress.example",
        "192.168.1.2:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example/localhost",
        "localhost@evil.example",
        "localhost:x",
        "localhost:99999",
        "127.0.0.1:8080\r\nX: y",
        "[::1",
    ],
)
def test_any_other_host_could_be_anybodys(host: str) -> None:
    assert loopback_site("http", host) is None
