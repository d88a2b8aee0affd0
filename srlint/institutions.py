"""Names of institutions, places and works of several words, whose words are not the author's: an Institute for the Deaf
and Dumb, the Chairman's Room, The Cripple of Inishmaan.
"""

from __future__ import annotations

import re

from srlint.names import is_role, names_group
from srlint.usage import is_headline, opens_sentence

_NAME = re.compile(r"[^\W\d_a-z][\w'’]*(?:(?:[ -](?:of|for|the|and))*[ -][^\W\d_a-z][\w'’]*[^\W\d_A-Z]\b['’]?)+")
_CONNECTED = re.compile(r" (?:of|for|the|and) ")
_WORD = re.compile(r"[^\W\d_]+")
# "Trust the Germans", "House the Homeless First": many of the words below are verbs as well.
_IMPERATIVE = re.compile(r"[^\W\d_]+ the ")
# What says that the words around it are a name, whichever groups they speak of.
_KIND_WORDS = (
    "academy act agency archive archives army asylum association award awards bank board bridge brigade bureau centre"
    " center chapel charity church circle club co college commission committee company concert council court cup dale"
    " department district fellowship field foundation fund galleries gallery garden gardens guild hall hill home homes"
    " hospital hospice hostel hotel house inn institute institution island journal lane league library lodge lounge"
    " ministry mission museum office orchestra order orphanage palace park pass path playhouse point prison prize"
    " programme project pub quay regiment review river road room rooms school schools service society square station"
    " street syndicate team temple theatre theater tower trust union university ward wing workhouse"
)
_KINDS = frozenset(_KIND_WORDS.split())
# What may stand for any name, and names nobody.
_PLAIN = "Harlow office"


def without_names(text: str) -> str:
    """The text with a plain name for each of several words; the text itself where there is none, as in a headline."""
    if is_headline(text):
        return text
    return _NAME.sub(lambda found: _PLAIN if _is_name(text, found) else found[0], text)


def _is_name(text: str, found: re.Match[str]) -> bool:
    if _IMPERATIVE.match(found[0]) and opens_sentence(text, found.start()):
        return False
    words = _WORD.findall(found[0].lower())
    named = _WORD.findall(_CONNECTED.split(found[0].lower())[0])[-1]  # the Institute for …, the Chairman's Room
    if named in _KINDS:
        return True
    return not (opens_sentence(text, found.start()) or is_role(named) or any(map(names_group, words)))
