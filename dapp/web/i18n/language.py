"""One language, with all that the pages write in it."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

from dapp.service.words import Amount, Sentence, Share, Value

_FOLDER = Path(__file__).parent
_NEAR_SECONDS = 12 * 3600
_TO_THE_WEI = "#,##0." + 18 * "#"


@dataclass(frozen=True, slots=True)
class Language:
    tag: str
    """BCP 47."""
    locale: Locale
    translations: NullTranslations

    def say(self, message: str, **values: Any) -> str:
        """The message in this language; `{name}` takes its value."""
        text = self.translations.gettext(message)
        return text.format(**values) if values else text

    def tell(self, said: Sentence) -> str:
        """What the service says, in this language; amounts to the last wei."""
        return self.say(said.text, **{name: self._value(one) for name, one in said.values.items()})

    def _value(self, value: Value) -> str:
        match value:
            case Sentence():
                return self.tell(value)
            case Amount(wei):
                ether = Decimal(wei) / 10**18
                return format_decimal(ether, _TO_THE_WEI, locale=self.locale) + "\u00a0ETH"
            case Share(basis_points):
                return self.share(basis_points)
        return str(value)

    def html(self, message: str, **values: Any) -> Markup:
        """As `say`, for values that are markup; all others are escaped."""
        return Markup(self.translations.gettext(message)).format(**values)  # noqa: S704

    def count(self, one: str, many: str, number: int, **values: Any) -> str:
        """The form that fits `number`, which the message may name `{number}`."""
        text = self.translations.ngettext(one, many, number)
        return text.format(number=format_decimal(number, locale=self.locale), **values)

    def share(self, basis_points: int) -> str:
        pattern = self.locale.percent_formats[None].pattern.replace("0", "0.##")
        return format_percent(Decimal(basis_points) / 10_000, pattern, locale=self.locale)

    def amount(self, wei: int) -> str:
        """In ETH, exact up to eight digits; what is smaller is cut off, never rounded up."""
        ether = (Decimal(wei) / 10**18).quantize(Decimal("1e-8"), rounding="ROUND_DOWN")
        return format_decimal(ether, "#,##0.########", locale=self.locale) + "\u00a0ETH"

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def decimal(self, hundredths: int) -> str:
        return format_decimal(Decimal(hundredths) / 100, locale=self.locale)

    def size(self, count: int) -> str:
        """Of a file, in binary steps."""
        unit, divisor = "byte", 1
        for name in ("kilobyte", "megabyte", "gigabyte"):
            if count >= divisor * 1024:
                unit, divisor = name, divisor * 1024
        value = round(count / divisor, 1)
        # English has no plural of the short one: "17 byte".
        length: Literal["long", "short"] = "long" if unit == "byte" else "short"
        return format_unit(value, f"digital-{unit}", length, locale=self.locale)

    def duration(self, seconds: int) -> str:
        """The two largest units, cut off below the minute."""
        if seconds < 60:
            return self.say("less than a minute")
        days, rest = divmod(seconds, 86_400)
        hours, minutes = rest // 3600, rest % 3600 // 60
        parts = [
            self.count("{number} day", "{number} days", days) if days else "",
            self.count("{number} hour", "{number} hours", hours) if hours else "",
            self.count("{number} minute", "{number} minutes", minutes) if minutes else "",
        ]
        return " ".join([part for part in parts if part][:2])

    def time(self, unix: int, now: int | None = None) -> Markup:
        """A moment in UTC; the page's script turns it into the reader's own time.

        With `now`, a moment within twelve hours is written without its date.
        """
        moment = datetime.fromtimestamp(unix, UTC)
        near = now is not None and abs(unix - now) < _NEAR_SECONDS
        clock = format_time(moment, "HH:mm", tzinfo=UTC, locale=self.locale)
        day = format_skeleton("yMMMd", moment, tzinfo=UTC, locale=self.locale)
        text = clock if near else f"{day} {clock}"
        return Markup('<time datetime="{}" data-local="{}">{} UTC</time>').format(
            moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "time" if near else "moment", text
        )


@cache
def load(tag: str) -> Language:
    """The language of a tag of `LANGUAGES`. English is what the sources are written in."""
    locale = Locale.parse(tag, sep="-")
    catalogue = _FOLDER / str(locale) / "messages.po"
    if not catalogue.exists():
        return Language(tag, locale, NullTranslations())
    with catalogue.open("rb") as source:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(source, locale))
    compiled.seek(0)
    return Language(tag, locale, GNUTranslations(compiled))
