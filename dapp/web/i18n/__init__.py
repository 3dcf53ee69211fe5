"""The reader's language: sentences, amounts, times and durations, as that language writes them."""

from dapp.web.i18n.choice import DEFAULT, LANGUAGES, choose
from dapp.web.i18n.language import Language, load

__all__ = ["DEFAULT", "LANGUAGES", "Language", "choose", "load"]
