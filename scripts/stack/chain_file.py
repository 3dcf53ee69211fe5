"""Keeps a copy of anvil's state file that is whole: anvil killed while it writes leaves half."""

import json
from pathlib import Path


class ChainFile:
    """Anvil's state file and the last whole copy of it, `NAME.kept.json` beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = path.with_suffix(".kept.json")
        self._seen_ns = 0

    def restore(self) -> bool:
        """Put the copy in place of a broken file; tell whether that was needed.

        What happened on the chain after the copy was made is lost; the indexer sees that as a
        reorganisation.
        """
        if not self._path.exists() or _is_whole(self._path.read_bytes()):
            return False
        if self._kept.exists():
            self._replace(self._path, self._kept.read_bytes())
        else:
            self._path.unlink()
        return True

    def keep(self) -> None:
        """Copy the file if it changed since the last call and is whole."""
        try:
            changed_ns = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed_ns == self._seen_ns:
            return
        content = self._path.read_bytes()
        if _is_whole(content):
            self._replace(self._kept, content)
            self._seen_ns = changed_ns

    @staticmethod
    def _replace(path: Path, content: bytes) -> None:
        new = path.with_suffix(".new")
        new.write_bytes(content)
        new.replace(path)


def _is_whole(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
