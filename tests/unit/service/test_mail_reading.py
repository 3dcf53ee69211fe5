"""What a message says is read; what it does to a reader is not done to us."""

import base64
import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from dapp.errors import InvalidInput
from dapp.service.mail_in.names import file_name, order_in, organisation_in
from dapp.service.mail_in.quoting import own_words
from dapp.service.mail_in.reading import Incoming, read
from evidence import Kind

MOST = 25 * 1024**2
KEY = "0x" + "aB" * 32


def letter(body: bytes = b"The parcel never came.\r\n", /, **headers: str) -> bytes:
    """A message as it came; underscores in names of headers are hyphens."""
    said = {
        "From": "Anne <anne@example.org>",
        "To": "complaints@redress.example",
        "Subject": "A complaint",
        "Message_ID": "<1@example.org>",
        **headers,
    }
    head = "".join(
        f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items() if value
    )
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body


def taken(raw: bytes, own: tuple[str, ...] = ("complaints@redress.example",)) -> Incoming:
    return read(raw, MOST, own)


def refused(raw: bytes) -> str:
    with pytest.raises(InvalidInput) as error:
        taken(raw)
    assert error.value.remedy
    return error.value.code


def written(html: str = "", text: str = "Hello") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "anne@example.org", "A complaint"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_a_plain_letter() -> None:
    found = taken(letter())
    assert (found.sender, found.text, found.files) == (
        "anne@example.org",
        "The parcel never came.",
        [],
    )
    assert (found.identity, found.message_id, found.program) == ("<1@example.org>",) * 2 + ("",)


def test_text_before_html_and_attachments_as_they_came() -> None:
    message = written("<p>Hello in <b>HTML</b></p>")
    message.add_attachment(b"\x89PNG...", maintype="image", subtype="png", filename="parcel.png")
    message.add_attachment("note", filename="Заметка.txt")
    found = taken(message.as_bytes())
    assert found.text == "Hello"
    assert [(one.name, one.media_type, one.kind) for one in found.files] == [
        ("parcel.png", "image/png", Kind.FILE),
        ("Заметка.txt", "text/plain", Kind.FILE),
    ]
    assert found.files[0].data == b"\x89PNG..."


def test_html_alone_becomes_text_and_nothing_of_it_runs() -> None:
    body = (
        b"<html><head><title>t</title><style>p{}</style></head><body><script>alert(1)</script>"
        b"<p>One&nbsp;&lt;b&gt;</p><ul><li>two</li></ul>"
        b'<a href="javascript:x">three</a><img src=x onerror=alert(1)><blockquote>said</blockquote>'
    )
    found = taken(letter(body, Content_Type="text/html; charset=utf-8"))
    assert found.text == "One <b>\n\n- two\n\nthree"
    assert [one.kind for one in found.files] == [Kind.TRANSCRIPT]
    assert b"> said" in found.files[0].data


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (
            "Still broken.\n\nOn Mon, 1 Jan 2027, Shop <s@shop.example> wrote:\n> Sorry",
            "Still broken.",
        ),
        ("Нет.\n\n1 янв. 2027, Магазин <s@shop.example> пишет:\n> Простите", "Нет."),
        ("没有收到。\n\n2027年1月1日，商店 <s@shop.example> 写道：\n> 抱歉", "没有收到。"),  # noqa: RUF001
        ("No.\n\n-----Original Message-----\nFrom: Shop\nSorry", "No."),
        ("Yes.\n> one?\nTwo.\n> three?\nFour.", "Yes.\nTwo.\nFour."),
        ("Nothing quoted\n-- \nAnne\n+44 1234", "Nothing quoted"),
        ("On Monday I paid. He wrote:\nnothing", "On Monday I paid. He wrote:\nnothing"),
    ],
)
def test_what_is_quoted_is_a_conversation_and_not_the_complaint(text: str, own: str) -> None:
    assert own_words(text)[0] == own
    found = taken(letter(text.encode(), Content_Type="text/plain; charset=utf-8"))
    assert found.text == own
    is_quoted = own_words(text)[1]
    assert [one.kind for one in found.files] == ([Kind.TRANSCRIPT] if is_quoted else [])
    if is_quoted:
        assert found.files[0].name == "conversation.txt"
        assert found.files[0].data.decode() == text


def test_a_forwarded_message_is_a_conversation_and_stays_closed() -> None:
    inner = written(text="We will pay you back")
    message = written()
    message.add_attachment(inner)
    (found,) = taken(message.as_bytes()).files
    assert (found.kind, found.media_type) == (Kind.TRANSCRIPT, "message/rfc822")
    assert found.name.endswith(".eml")
    assert b"We will pay you back" in found.data


def test_a_zip_is_not_opened() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 10_000_000)
    message = written()
    message.add_attachment(bomb.getvalue(), maintype="application", subtype="zip", filename="a.zip")
    (found,) = taken(message.as_bytes()).files
    assert found.data == bomb.getvalue()


def test_a_long_letter_is_also_a_file() -> None:
    found = taken(letter(b"word " * 4000))
    assert len(found.text) == 10_000
    assert [(one.name, len(one.data)) for one in found.files] == [("letter.txt", 19_999)]


@pytest.mark.parametrize(
    ("headers", "mark"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto-submitted"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "auto-submitted"),
        ({"Auto_Submitted": "no"}, ""),
        ({"Precedence": "BULK"}, "precedence"),
        ({"Return_Path": "<>"}, "return-path-empty"),
        ({"Return_Path": "<anne@example.org>"}, ""),
        ({"List_Id": "<all.example.org>"}, "list"),
        ({"X_Auto_Response_Suppress": "All"}, "list"),
        ({"Content_Type": "multipart/report; boundary=x"}, "report"),
        ({"From": "MAILER-DAEMON@example.org"}, "sender"),
        ({"From": "no-reply@example.org"}, "sender"),
        ({"From": "noreply+4@example.org"}, "sender"),
        ({"From": "Complaints@Redress.Example"}, "own"),
        ({"From": "complaints+12@redress.example"}, "own"),
    ],
)
def test_programs_are_known_by_their_marks(headers: dict[str, str], mark: str) -> None:
    assert taken(letter(**headers)).program == mark


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "anne@example.org, ben@example.org",
        "undisclosed-recipients:;",
        "=?utf-8?q?anne=40example=2Eorg?=",
        "anne@localhost",
        "<anne@example.org>\r\nFrom: ben@example.org",
        "анна@example.org",
        "a" * 70_000 + "@example.org",
    ],
)
def test_one_address_or_none(sender: str) -> None:
    assert refused(letter(From=sender)) in ("mail-sender-invalid", "mail-too-complex")


@pytest.mark.parametrize(
    ("subject", "to", "order", "organisation"),
    [
        (f"About {KEY}", "x@redress.example", KEY.lower(), None),
        (f"About {KEY}0", "x@redress.example", None, None),
        ("Organisation 12 never answers", "x@redress.example", None, 12),
        ("org #7", "x@redress.example", None, 7),
        ("机构 9 不退款", "x@redress.example", None, 9),
        ("организация № 5", "x@redress.example", None, 5),
        ("nothing", "Complaints <complaints+12@redress.example>", None, 12),
        ("nothing", "complaints+org-3@redress.example", None, 3),
        ("nothing", "complaints+0@redress.example", None, None),
        ("nothing", "complaints+99999999@redress.example", None, None),
        ("organism 12", "x@redress.example", None, None),
    ],
)
def test_whom_it_is_about(
    subject: str, to: str, order: str | None, organisation: int | None
) -> None:
    assert (order_in(subject), organisation_in(subject, [to])) == (order, organisation)
    message = taken(letter(Subject=subject, To=to))
    assert (message.order, message.organisation) == (order, organisation)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.exe", "C__x_y.exe"),
        ("a\r\nb\x00c.txt", "abc.txt"),
        ("gpj.\u202eexe.png", "gpj.exe.png"),
        ("", "attachment-1"),
        ("...", "attachment-1"),
        ("CON", "attachment-1"),
        ("taken.txt", "taken-2.txt"),
        ("Taken.TXT", "Taken-2.TXT"),
        ("я" * 300 + ".pdf", "я" * 60 + ".pdf"),
    ],
)
def test_names_of_files_are_plain(given: str, shown: str) -> None:
    assert file_name(given, 0, "", {"taken.txt"}) == shown


def nested(depth: int) -> bytes:
    """Multiparts within multiparts."""
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return letter(b"")[:-2] + head + b"\r\nHello\r\n"


def messages_in_messages(depth: int) -> bytes:
    return letter(b"")[:-2] + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"\r\nHello"


def parts(number: int, boundary: bytes = b"b") -> bytes:
    body = (b"--%s\r\n\r\nx\r\n" % boundary) * number
    return letter(body, Content_Type=f'multipart/mixed; boundary="{boundary.decode()}"')


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (nested(9), "mail-too-complex"),
        (nested(20), "mail-too-complex"),
        (nested(5_000), "mail-too-complex"),
        (messages_in_messages(5_000), "mail-too-complex"),
        (parts(101), "mail-too-complex"),
        (parts(10_000), "mail-too-complex"),
        (parts(1_000_000, b"-"), "mail-too-complex"),
        (letter(b"\n" * 1_000_000), "mail-too-complex"),
        (letter(X_Long="x" * 70_000), "mail-too-complex"),
        (b"X: " + b"x" * 70_000, "mail-too-complex"),
        (letter(**{f"X_{number}": "x" * 100 for number in range(1_000)}), "mail-too-complex"),
        (b"a" * (MOST + 1), "mail-too-large"),
        (b"", "mail-sender-invalid"),
        (b"\r\n\r\n", "mail-sender-invalid"),
        (b"\x00" * 1000, "mail-sender-invalid"),
        (b"\xff\xfe" * 1000, "mail-sender-invalid"),
    ],
)
def test_bombs_are_refused(raw: bytes, code: str) -> None:
    assert refused(raw) == code


@pytest.mark.parametrize("depth", [1, 8])
def test_what_is_nested_as_people_do_is_read(depth: int) -> None:
    assert taken(nested(depth)).text == "Hello"


def test_a_hundred_parts_are_read_and_thirty_files_taken() -> None:
    found = taken(parts(100))
    assert len(found.files) <= 30


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", b"!!!! not base64 \xff\xff===="),
        ("quoted-printable", b"=ZZ=\xff=4"),
        ("x-uuencode", b"begin 666 x\n" + b"M" * 1000),
        ("7bit", bytes(range(256))),
        ("rot13", b"uryyb"),
        ("8bit; x=\r\n y", b"hello"),
    ],
)
@pytest.mark.parametrize(
    "charset",
    ["utf-8", "punycode", "idna", "zip", "hex", "unicode_escape", "x" * 300, "\x00", "utf-16", ""],
)
def test_broken_encodings_are_text_all_the_same(encoding: str, body: bytes, charset: str) -> None:
    kind = f'text/plain; charset="{charset}"'
    found = taken(letter(body, Content_Type=kind, Content_Transfer_Encoding=encoding))
    found.text.encode()
    assert "\x00" not in found.text


@pytest.mark.parametrize(
    "html",
    [
        b"<" * 250_000,
        b"<!--" * 60_000,
        b"<a " * 80_000,
        b"<p" * 120_000,
        b"</" * 120_000,
        b"<![CDATA[" * 25_000,
        b"<script>" * 30_000,
        b"<!DOCTYPE [" * 20_000,
        b"<?" * 120_000,
        b"&#" * 120_000,
        b"<blockquote><p>x" * 15_000,
        b"<a href='" * 25_000,
    ],
    ids=lambda html: html[:10].decode(),
)
def test_no_html_holds_us_up(html: bytes) -> None:
    """What takes the square of its length would take hours."""
    assert len(taken(letter(html, Content_Type="text/html")).text) <= 10_000


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?b?" + "A" * 5000 + "?=",
        "=?x?q?x?=",
        "=?utf-8?b?4?=" * 200,
        "=?utf-8?q?=00=0A=0D?=" * 9,
        "\udcff\udcfe",
        "(" * 1500,
        "=?utf-7?q?+AAo-?=",
    ],
)
def test_odd_headers_are_words_or_nothing(value: str) -> None:
    found = taken(letter(Subject=value))
    found.subject.encode()
    assert not set("\r\n\x00") & set(found.subject)
    assert len(found.subject) <= 300


def test_an_odd_message_id_is_not_repeated_but_still_known() -> None:
    found = taken(letter(Message_ID="<a b>\tevil"))
    assert found.message_id == ""
    assert found.identity == "<a b> evil"
    assert taken(letter(Message_ID="")).identity == taken(letter(Message_ID="")).identity


def test_a_message_of_the_greatest_size_is_read() -> None:
    data = base64.encodebytes(b"x" * (17 * 1024**2))
    head = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n'
    part = b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = taken(letter(b"")[:-2] + head + part + data + b"\r\n--b--\r\n")
    assert len(found.files[0].data) == 17 * 1024**2
