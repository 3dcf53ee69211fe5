"""Takes a committed bundle apart, so that it can be changed and written again."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

from dapp.audit.format import CLAIMS, EVIDENCE, RECORDS, Record, read_claims, read_record
from tests.bundle_zip import Bundle

FOLDER = Path(__file__).with_name("vectors") / "bundles"
EXPECTED: dict[str, dict[str, str]] = json.loads((FOLDER / "expected.json").read_text())


def data_of(name: str) -> bytes:
    """A committed bundle."""
    return (FOLDER / f"{name}.zip").read_bytes()


def parts_of(name: str) -> Bundle:
    """Its parts."""
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        claims, headers, nodes = read_claims(io.BytesIO(archive.read(CLAIMS)))
        lines = archive.read(RECORDS).splitlines(keepends=True)
        car = archive.read(EVIDENCE) if EVIDENCE in archive.namelist() else None
    return Bundle(claims, headers, nodes, lines, car)


def record_of(bundle: Bundle, line: int = 0) -> Record:
    """One of its records."""
    return read_record(bundle.records[line][:-1])


def copied(bundle: Bundle) -> Bundle:
    """One whose lists can be changed alone."""
    return replace(
        bundle,
        headers=list(bundle.headers),
        nodes=list(bundle.nodes),
        records=list(bundle.records),
        fixed=dict(bundle.fixed),
    )
