"""Writes tests/vectors/sealed/: `python -m tests.sealed_vectors`.

One submission sealed by Python and one by the pages' script, each with all that opening it takes;
the keys were made for it and open nothing else.
"""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evidence import (
    CID,
    Enclosed,
    Envelope,
    Kind,
    Manifest,
    back_up,
    digest,
    encode,
    key_of,
    new_identity,
    parse_cid,
    recipient_of,
    seal,
    seal_envelope,
    sealed_item,
)
from evidence.unixfs import import_file
from tests.seal_script import Script, b64, unb64

FOLDER = Path(__file__).parent / "vectors" / "sealed"
PASSPHRASE = "correct horse battery staplé"
FILES = {
    "empty.txt": ("text/plain", "file", b""),
    "诊断 🙂.txt": ("text/plain", "transcript", "Ça n'est l'affaire de personne.\n".encode()),
    "call.bin": ("application/octet-stream", "call-record", bytes(range(256)) * 257),
}


def by_python() -> dict[str, Any]:
    content_key, identity = new_identity(), new_identity()
    enclosed, stored, items = [], [], []
    for name, (media_type, kind, data) in FILES.items():
        sink = io.BytesIO()
        size, sha256 = seal(io.BytesIO(data), sink, [recipient_of(content_key)])
        enclosed.append(Enclosed(name, media_type, Kind(kind), size, sha256, digest(sha256)))
        stored.append(sink.getvalue())
        items.append((cid_of_file(sink.getvalue()), len(sink.getvalue()), enclosed[-1].commitment))
    manifest = manifest_of(items, recipient_of(content_key))
    envelope = Envelope(digest(manifest), content_key, tuple(enclosed))
    return vector(
        identity,
        manifest,
        seal_envelope(envelope, [recipient_of(identity)]),
        stored,
        back_up(identity, PASSPHRASE),
    )


def by_script(script: Script) -> dict[str, Any]:
    files = [
        {"name": name, "type": media_type, "kind": kind, "data": b64(data)}
        for name, (media_type, kind, data) in FILES.items()
    ]
    sealing, key = script.ask({"do": "seal", "files": files}, {"do": "newKey"})
    manifest = manifest_of_sealing(sealing)
    envelope, backup = script.ask(
        {
            "do": "envelope",
            "manifest": manifest.decode(),
            "sealing": sealing,
            "recipients": [key["recipient"]],
        },
        {"do": "backUp", "identity": key["identity"], "passphrase": PASSPHRASE},
    )
    stored = [unb64(item["bytes"]) for item in sealing["items"]]
    return vector(key["identity"], manifest, unb64(envelope), stored, unb64(backup))


def manifest_of_sealing(sealing: dict[str, Any]) -> bytes:
    """What a server would write for what the script sealed."""
    items = [
        (
            parse_cid(item["cid"]),
            len(unb64(item["bytes"])),
            bytes.fromhex(item["commitment"][2:]),
        )
        for item in sealing["items"]
    ]
    return manifest_of(items, sealing["recipient"])


def manifest_of(items: list[tuple[CID, int, bytes]], recipient: str) -> bytes:
    return encode(
        Manifest(
            salt=bytes(range(32)),
            chain="eip155:31337",
            desk="0x" + "11" * 20,
            author="0x" + "2a" * 20,
            items=tuple(sealed_item(place, *item) for place, item in enumerate(items)),
            complaint=7,
            recipient=recipient,
        )
    )


def cid_of_file(data: bytes) -> CID:
    return import_file(io.BytesIO(data), lambda cid, block: None).cid


def vector(
    identity: str, manifest: bytes, envelope: bytes, sealed: list[bytes], backup: bytes
) -> dict[str, Any]:
    recipient = recipient_of(identity)
    return {
        "identity": identity,
        "recipient": recipient,
        "key": "0x" + key_of(recipient).hex(),
        "passphrase": PASSPHRASE,
        "backup": b64(backup),
        "manifest": manifest.decode(),
        "digest": "0x" + digest(manifest).hex(),
        "envelope": b64(envelope),
        "sealed": [b64(data) for data in sealed],
        "plain": [
            {
                "name": name,
                "media_type": media_type,
                "kind": kind,
                "size": len(data),
                "sha256": "0x" + digest(data).hex(),
            }
            for name, (media_type, kind, data) in FILES.items()
        ],
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        made = {"python": by_python(), "browser": by_script(Script(Path(folder)))}
    for name, found in made.items():
        text = json.dumps(found, indent=2, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
