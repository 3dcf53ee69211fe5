"""Damage to the zip and to the form of its members."""

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from dapp.audit.format import CLAIMS, EVIDENCE, RECORDS
from tests.bundle_parts import data_of
from tests.bundle_zip import zipped
from tests.mutation import Mutation, of

BASE = "default"


def mutations() -> Iterator[Mutation]:
    good = data_of(BASE)
    for name, data in {**_zips(good), **_members(good)}.items():
        yield of(name, BASE, "bundle-form", data)


def _zips(good: bytes) -> dict[str, bytes]:
    directory = good.index(b"PK\1\2")
    parts = _parts(good)
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[directory + 8] |= 1
    bomb = bytearray(zipped({**parts, RECORDS: bytes(20 << 20)}.items()))
    local = bomb.index(b"PK\3\4", 1)
    struct.pack_into("<L", bomb, local + 22, len(parts[RECORDS]))
    entry = bomb.index(b"PK\1\2", bomb.index(b"PK\1\2") + 1)
    struct.pack_into("<L", bomb, entry + 24, len(parts[RECORDS]))
    deflated = bytearray(good)
    deflated[good.index(RECORDS.encode()) + len(RECORDS) + 40] ^= 4
    return {
        "zip-empty": b"",
        "zip-cut": good[:-30],
        "zip-tail": good + b"\0",
        "zip-head": b"MZ" + good,
        "zip-comment": good[:-2] + b"\x02\x00hi",
        "zip-slip": good.replace(RECORDS.encode(), b"../../x.jsonl"),
        "zip-absolute": good.replace(RECORDS.encode(), b"/tmp/xx.jsonl"),
        "zip-two-names": good.replace(RECORDS.encode(), b"recordz.jsonl", 1),
        "zip-encrypted": bytes(encrypted),
        "zip-bomb": bytes(bomb),
        "zip-bit": bytes(deflated),
        "zip-bzip2": zipped(parts.items(), zipfile.ZIP_BZIP2),
        "zip-order": zipped(reversed(parts.items())),
        "zip-extra-member": zipped([*parts.items(), ("readme.txt", b"trust me")]),
        "zip-duplicate": _twice(parts),
        "zip-no-records": zipped((name, parts[name]) for name in (CLAIMS, EVIDENCE)),
        "zip-no-evidence": zipped((name, parts[name]) for name in (CLAIMS, RECORDS)),
    }


def _twice(parts: dict[str, bytes]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped([*parts.items(), (RECORDS, parts[RECORDS])])


def _members(good: bytes) -> dict[str, bytes]:
    def claims(change: Callable[[dict[str, Any]], object]) -> bytes:
        parts = _parts(good)
        value = json.loads(parts[CLAIMS])
        change(value)
        parts[CLAIMS] = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        return zipped(parts.items())

    def text(old: bytes, new: bytes) -> bytes:
        parts = _parts(good)
        assert old in parts[CLAIMS]
        return zipped({**parts, CLAIMS: parts[CLAIMS].replace(old, new, 1)}.items())

    def records(content: bytes) -> bytes:
        return zipped({**_parts(good), RECORDS: content}.items())

    lines = _parts(good)[RECORDS]
    evidence = _parts(good)[EVIDENCE]
    return {
        "json-space": text(b'"block":', b'"block": '),
        "json-line-end": _with_tail(good),
        "json-key-twice": text(b'{"block":', b'{"chain":"eip155:1","block":'),
        "json-upper-case": text(b'"0xf9', b'"0xF9'),
        "json-odd-digits": text(b'"0xf9', b'"0x0f9'),
        "json-float": claims(lambda value: value["block"].update(number=1.5)),
        "json-large-number": claims(lambda value: value["block"].update(number=2**53)),
        "claims-unknown-field": claims(lambda value: value.update(note="ok")),
        "claims-missing-field": claims(lambda value: value.pop("chain")),
        "claims-other-schema": claims(lambda value: value.update(schema="redress-bundle/2")),
        "claims-other-chain-form": claims(lambda value: value.update(chain="eip155:0x1")),
        "claims-scope-unknown": claims(lambda value: value["scope"].update(kind="all")),
        "claims-scope-more": claims(lambda value: value["scope"].update(organisation=1)),
        "claims-records-hash": claims(
            lambda value: value["members"][RECORDS].update(sha256="0x" + "11" * 32)
        ),
        "claims-records-size": claims(lambda value: value["members"][RECORDS].update(size=1)),
        "claims-records-lines": claims(lambda value: value["members"][RECORDS].update(lines=2)),
        "claims-evidence-hash": claims(
            lambda value: value["members"][EVIDENCE].update(sha256="0x" + "11" * 32)
        ),
        "claims-evidence-absent": claims(lambda value: value["members"].pop(EVIDENCE)),
        "claims-no-desk": claims(lambda value: value["contracts"].pop("ComplaintDesk")),
        "claims-other-contract": claims(
            lambda value: value["contracts"].update(
                KeyRegistry={"address": "0x" + "11" * 20, "code_hash": "0x" + "11" * 32}
            )
        ),
        "claims-address-twice": claims(
            lambda value: value["contracts"]["OrderEscrow"].update(
                address=value["contracts"]["ComplaintDesk"]["address"]
            )
        ),
        "records-bit": records(lines[:-5] + bytes([lines[-5] ^ 1]) + lines[-4:]),
        "records-no-line-end": records(lines[:-1]),
        "records-more": records(lines + b"{}\n"),
        "evidence-bit-unsaid": zipped(
            {**_parts(good), EVIDENCE: evidence[:-1] + bytes([evidence[-1] ^ 1])}.items()
        ),
    }


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with_tail(good: bytes) -> bytes:
    parts = _parts(good)
    return zipped({**parts, CLAIMS: parts[CLAIMS] + b"\n"}.items())
