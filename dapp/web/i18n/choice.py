"""Which language to answer in: `?lang`, else the cookie, else Accept-Language."""

from collections.abc import Iterator

DEFAULT = "en"
LANGUAGES = {"en": "English", "zh-Hans": "简体中文", "ru": "Русский"}
"""BCP 47 tag and own name of every language that the pages speak."""


def choose(query: str | None, cookie: str | None, header: str | None) -> str:
    """A tag of `LANGUAGES`; what is unknown or malformed is passed over."""
    wishes = [query, cookie, *_by_quality(header or "")]
    return next((tag for wish in wishes if wish and (tag := _known(wish))), DEFAULT)


def _by_quality(header: str) -> list[str]:
    """The tags of Accept-Language (RFC 9110, 12.5.4), best first, without those refused."""
    weighed = sorted(_weights(header), key=lambda found: -found[0])
    return [tag for weight, tag in weighed if weight > 0]


def _weights(header: str) -> Iterator[tuple[float, str]]:
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            yield (float(value) if name == "q" else 1.0), tag.strip()
        except ValueError:
            continue


def _known(wish: str) -> str | None:
    """Traditional Chinese is not Simplified: its readers get it only by asking."""
    tag = wish.replace("_", "-").lower()
    if tag in ("zh", "zh-cn", "zh-sg") or tag.startswith("zh-hans"):
        return "zh-Hans"
    primary = tag.split("-")[0]
    return primary if primary in LANGUAGES else None
