"""What a stranger enters never leads to this machine or its neighbours."""

import asyncio

import pytest

from dapp.errors import InvalidInput
from dapp.service.messages.chat import TOOLS, check
from dapp.service.messages.reach import (
    Unreachable,
    addresses,
    endpoint,
    is_public,
    mailbox,
)

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "168.63.129.16",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    # Of a translator nearby, which finds 10.0.0.1 in the middle and not 1.1.1.1 at the end.
    "64:ff9b:1:a00:0:100:101:101",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:0:0:0:0:80ff:fffe",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "nonsense",
    "",
]
OUTSIDE = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk.example/hook",
        "http://desk.example/hook",
        "ftp://desk.example/",
        "file:///etc/passwd",
        "gopher://desk.example/",
        "javascript:alert(1)",
        "https://",
        "https:///hook",
        "https://user@desk.example/",
        "https://user:secret@desk.example/",
        "https://desk.example@127.0.0.1/",
        "https://desk.example/#fragment",
        "https://desk.example\\@127.0.0.1/",
        "https://desk.example/\r\nHost: other",
        "https://desk.example/ x",
        "https://d\u0435sk.example/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://metadata/",
        "https://desk.example./",
        "https://desk..example/",
        "https://-desk.example/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1.:443/",
        "https://1.2.3/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://desk.example:22/",
        "https://desk.example:0/",
        "https://desk.example:65536/",
        "https://desk.example:x/",
        "https://" + "a" * 64 + ".example/",
        "https://desk.example/" + "x" * 1000,
        "https://desk.0xabc/",
    ],
)
def test_addresses_that_no_webhook_may_have(url: str) -> None:
    with pytest.raises(InvalidInput):
        endpoint(url, allow_local=False)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("https://desk.example/hook?a=b", "desk.example", 443, "desk.example"),
        ("https://Desk.Example:8443/", "desk.example", 8443, "desk.example:8443"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example", 443, "xn--bcher-kva.example"),
        ("https://1.1.1.1/", "1.1.1.1", 443, "1.1.1.1"),
        ("https://[2606:4700::1111]:8080/", "2606:4700::1111", 8080, "[2606:4700::1111]:8080"),
    ],
)
def test_addresses_that_one_may_have(url: str, host: str, port: int, authority: str) -> None:
    found = endpoint(url, allow_local=False)
    assert (found.host, found.port, found.authority) == (host, port, authority)


def test_local_addresses_are_for_development() -> None:
    assert endpoint("http://localhost:8080/x", allow_local=True).port == 8080
    assert endpoint("http://127.0.0.1:8080/", allow_local=True).host == "127.0.0.1"
    with pytest.raises(InvalidInput):
        endpoint("ftp://127.0.0.1/", allow_local=True)


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ([], "name-unknown"),
        (["127.0.0.1"], "address-private"),
        (["1.1.1.1", "10.0.0.1"], "address-private"),
        (["1.1.1.1", "::1"], "address-private"),
    ],
)
def test_a_name_with_one_address_inside_is_refused(named: list[str], code: str) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return named

    found = endpoint("https://desk.example/", allow_local=False)
    with pytest.raises(Unreachable) as refused:
        asyncio.run(addresses(found, resolve, allow_local=False))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("anne@example.org", "anne@example.org"),
        (" Anne.B+tag@Example.ORG ", "Anne.B+tag@example.org"),
        ("anne@bücher.example", "anne@xn--bcher-kva.example"),
        ("o'hara@example.org", "o'hara@example.org"),
    ],
)
def test_mailboxes(given: str, kept: str) -> None:
    assert mailbox(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "anne",
        "@example.org",
        "anne@",
        "anne@localhost",
        "anne@127.0.0.1",
        "anne@[127.0.0.1]",
        "a@b@c.example,d@example.org",
        "anne@example.org,ben@example.org",
        "anne@example.org\r\nBcc: ben@example.org",
        "anne\n@example.org",
        "anne @example.org",
        '"anne"@example.org',
        "<anne@example.org>",
        "Anne <anne@example.org>",
        ".anne@example.org",
        "an..ne@example.org",
        "\u0430nne@example.org",
        "anne@example\u202e.org",
        "a" * 65 + "@example.org",
        "anne@" + "a." * 130 + "org",
        "anne@exa_mple..org",
    ],
)
def test_what_is_no_mailbox(given: str) -> None:
    with pytest.raises(InvalidInput):
        mailbox(given)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "json://127.0.0.1/",
        "xml://127.0.0.1/",
        "form://127.0.0.1/",
        "file:///etc/passwd",
        "exec://id",
        "syslog://",
        "dbus://",
        "gnome://",
        "mailto://user:pass@example.org",
        "ntfy://192.168.0.1/topic",
        "matrix://user:token@127.0.0.1/#room",
        "rocket://user:pass@127.0.0.1/#channel",
        "workflows://127.0.0.1/a/b",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=/etc/passwd",
        "tgram://123456789:abcdefg_hijklmnop/1?verify=no",
        "tgram://nonsense",
        "slack://T1/A1",
        "discord://a/b, json://127.0.0.1",
        "tgram://123456789:abcdefg_hijklmnop/1 json://127.0.0.1",
    ],
)
def test_chat_tools_that_might_lead_elsewhere(url: str) -> None:
    with pytest.raises(InvalidInput):
        check(url, allow_local=False)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "hijklmnop/"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "JHMHI8qBe7bk2ZwO5U711o3dV_js"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "TIiajkdnlazkcOXrIdevi7FQ"),
        ("wecombot://693a1116-7aac-4bc4-97a0-0ec2fa5aaa11", "7aac-4bc4"),
    ],
)
def test_chat_tools_are_shown_without_their_secrets(url: str, secret: str) -> None:
    shown = check(url, allow_local=False)
    assert shown.startswith(url.partition("://")[0])
    assert secret not in shown


def test_every_chat_tool_posts_to_its_makers_own_hosts() -> None:
    """None lets whoever enters it name a host: a later Apprise may change that."""
    from apprise.manager_plugins import NotificationManager

    known = NotificationManager()  # type: ignore[no-untyped-call]
    for schema in TOOLS:
        plugin = known[schema]
        assert not any("{host}" in template for template in plugin.templates), schema
