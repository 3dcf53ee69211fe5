"""Logs of the long-running commands: one JSON object a line, on stderr, and no secret in any."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from dapp.settings import Settings

_SHORTEST = 6
"""A secret shorter than this would strike out half of every line."""
_URL = re.compile(r"(?<=://)[^\s/@'\"]+@")


def configure(settings: Settings) -> None:
    """Ours by structlog; warnings of the libraries through the same door."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redaction(secrets_of(settings)),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_json)],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _json(entry: EventDict, default: Callable[[Any], Any], **_: Any) -> str:
    """As the library writes it, in a part of the time: there is a line for every request."""
    try:
        encoded = msgspec.json.encode(entry, enc_hook=default)
    except (TypeError, ValueError):
        return json.dumps(entry, default=default)
    return msgspec.json.format(encoded, indent=0).decode()


class Redaction:
    """Strikes secrets out of whatever is logged, also where a library put them in its words."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one may be part of another.
        self._secrets = sorted(set(secrets), key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "…")
            return _URL.sub("…@", value) if "://" in value else value
        if isinstance(value, dict):
            return {key: self._clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(inner) for inner in value]
        return value


def secrets_of(settings: Settings) -> list[str]:
    """Every setting that is kept out of `repr`, whole and in the parts that may hold a key."""
    hidden = [name for name, field in Settings.model_fields.items() if not field.repr]
    found: list[str] = []
    for name in hidden:
        for text in re.split(r"[,;\s]+", str(getattr(settings, name) or "")):
            found += [text, *_parts(text)]
    for name in Settings.model_fields:
        path = getattr(settings, name)
        if name.endswith("_token_file") and isinstance(path, Path) and path.is_file():
            found.append(path.read_text().strip())
    return [text for text in found if len(text) >= _SHORTEST]


def _parts(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        words = [parts.netloc, parts.password or "", parts.query, parts.path.strip("/")]
    except ValueError:
        return []
    # Of a database's address the path is the name of a database, which stands in many words.
    words = words[:-1] if parts.scheme.startswith("postgres") else words
    return [*words, *(unquote(word) for word in words)]
