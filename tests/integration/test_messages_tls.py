"""Over TLS, a certificate must be for the name that was entered, whatever address that has."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from dapp.service.messages.sending import NotSent
from dapp.service.messages.webhooks import Webhooks
from tests.messaging import Receiver

NAME = "desk.example"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key for `NAME`."""
    if shutil.which("openssl") is None:
        pytest.skip("NOT TESTED: no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={NAME}"
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(
        ["openssl", *words.split(), "-addext", f"subjectAltName=DNS:{NAME}", *files],
        check=True,
        capture_output=True,
    )
    return certificate, key


def send(certificate: tuple[Path, Path], name: str, *, trust: bool = True) -> list[str | None]:
    """Sends to a server of that name, which has the certificate; the names it was asked for."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _socket, said, _context: asked.append(said)

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    webhooks = Webhooks(allow_local=True, seconds=5, resolver=here)
    if trust:
        webhooks._tls.load_verify_locations(certificate[0])
    with Receiver(context) as receiver:
        url = f"https://{name}:{receiver.port}/hook"
        asyncio.run(webhooks.send(url, uuid4(), {"type": "test"}, [SECRET], 1_800_000_000.0))
        (post,) = receiver.posts
        assert post.headers["host"] == f"{name}:{receiver.port}"
        assert post.signed_with(SECRET)
    return asked


def test_the_name_is_asked_for_and_its_certificate_checked(
    certificate: tuple[Path, Path],
) -> None:
    assert send(certificate, NAME) == [NAME]


def test_a_certificate_for_another_name_is_refused(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(NotSent) as refused:
        send(certificate, "other.example")
    assert refused.value.code == "no-connection"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: tuple[Path, Path],
) -> None:
    with pytest.raises(NotSent) as refused:
        send(certificate, NAME, trust=False)
    assert refused.value.code == "no-connection"
