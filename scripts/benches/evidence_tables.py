"""What the bench of the evidence found, for people, beside what must be reached."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

AT_LEAST = {
    "import_ratio_to_sha256": 0.7,
    "import_ratio_to_kubo": 1.0,
    "seal_mb_s": 100.0,
    "open_mb_s": 100.0,
}
AT_MOST = {"streamed_rss_mib": 64.0}
RATES = {
    "sha256_mb_s": "SHA-256 alone",
    "import_mb_s": "import, blocks thrown away",
    "vault_import_mb_s": "import into the vault, on the disk for good",
    "kubo_only_hash_mb_s": "ipfs add --only-hash",
    "kubo_add_mb_s": "ipfs add",
    "npm_import_mb_s": "npm ipfs-unixfs-importer, thrown away",
    "verify_mb_s": "read back, every block checked",
    "car_mb_s": "to a CAR, every block checked",
    "car_read_mb_s": "from a CAR, every block checked",
    "seal_mb_s": "seal with age",
    "open_mb_s": "open with age",
}
TIMES = {
    "small_files_sha256_s": "SHA-256 alone",
    "small_files_import_s": "import as a directory, thrown away",
    "small_files_kubo_only_hash_s": "ipfs add --only-hash",
    "small_files_kubo_add_s": "ipfs add",
    "small_files_npm_s": "npm ipfs-unixfs-importer, thrown away",
    "small_files_verify_s": "list and read back, every block checked",
    "small_files_car_s": "to a CAR, every block checked",
}
_LABELS = {
    "import_ratio_to_sha256": "import, share of SHA-256's MB/s",
    "import_ratio_to_kubo": "import, times the quicker ipfs add",
    "seal_mb_s": "seal, MB/s",
    "open_mb_s": "open, MB/s",
    "streamed_rss_mib": "peak memory of a large file, MiB",
}


def rates(found: Mapping[str, Any]) -> Table:
    """MB/s over the one file, medians with the least and the most."""
    table = Table(title=f"One file of {found['file_mb']:g} MB", title_justify="left")
    return _filled(table, "MB/s", RATES, found, ".0f")


def times(found: Mapping[str, Any]) -> Table:
    """Seconds for the folder, medians with the least and the most."""
    title = f"{found['small_files']} files of {found['small_file_bytes']} bytes"
    return _filled(Table(title=title, title_justify="left"), "s", TIMES, found, ".3f")


def targets(found: Mapping[str, Any]) -> Table:
    """What must be reached."""
    table = Table(title="Targets", title_justify="left")
    for name in ("", "Redress", "must"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, least in AT_LEAST.items():
        judged = _judged(f"≥ {least:g}", found[name] >= least)
        table.add_row(_LABELS[name], f"{found[name]}", judged)
    for name, most in AT_MOST.items():
        judged = _judged(f"≤ {most:g}", found[name] <= most)
        table.add_row(_LABELS[name], f"{found[name]}", judged)
    return table


def _filled(
    table: Table, unit: str, rows: Mapping[str, str], found: Mapping[str, Any], form: str
) -> Table:
    for name in ("", unit, "least", "most"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, label in rows.items():
        values = (found[name], *found["spread"][name])
        table.add_row(label, *(format(value, form) for value in values))
    return table


def _judged(target: str, reached: bool) -> str:
    colour, mark = ("green", "✓") if reached else ("red", "✗")
    return f"[{colour}]{target} {mark}[/]"
