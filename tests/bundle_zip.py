"""The parts of a bundle, and how they are written into its zip."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from msgspec import UNSET

from dapp.audit.format import (
    CLAIMS,
    EVIDENCE,
    RECORDS,
    Claims,
    EvidenceMember,
    Members,
    RecordsMember,
    write_claims,
)
from dapp.chain.keccak import keccak


@dataclass
class Bundle:
    """A bundle's parts, which can be changed before they are written."""

    claims: Claims
    headers: list[bytes]
    nodes: list[bytes]
    records: list[bytes]
    car: bytes | None
    fixed: dict[str, bytes] = field(default_factory=dict)

    def zipped(self, method: int = zipfile.ZIP_DEFLATED, sort: bool = True) -> bytes:
        """The file; sizes and hashes of members are those of the parts, unless `fixed`."""
        lines = b"".join(self.records)
        members = Members(RecordsMember(len(self.records), _sha256(lines), len(lines)))
        known = self.claims.members.evidence
        if self.car is not None and known is not UNSET:
            said = EvidenceMember(known.roots, _sha256(self.car), len(self.car))
            members = msgspec.structs.replace(members, evidence=said)
        claims = msgspec.structs.replace(self.claims, members=members)
        nodes = sorted(self.nodes, key=keccak) if sort else self.nodes
        parts = {CLAIMS: b"".join(write_claims(claims, self.headers, nodes)), RECORDS: lines}
        parts |= {} if self.car is None else {EVIDENCE: self.car}
        return zipped({**parts, **self.fixed}.items(), method)


def zipped(parts: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            target.writestr(info, content)
    return file.getvalue()


def _sha256(data: bytes) -> str:
    return "0x" + hashlib.sha256(data).hexdigest()
