"""Forms of English words: plurals, verb forms, possessives, a or an, and the case of a word's replacement."""

from __future__ import annotations

import re

_IRREGULAR_PLURALS = {
    "child": "children",
    "crew": "crew",
    "Inuit": "Inuit",
    "person": "people",
    "Roma": "Roma",
    "staff": "staff",
    "wife": "wives",
}

# third person, past, past participle, -ing
_IRREGULAR_VERBS = {
    "be": ("is", "was", "been", "being"),
    "break": ("breaks", "broke", "broken", "breaking"),
    "bring": ("brings", "brought", "brought", "bringing"),
    "build": ("builds", "built", "built", "building"),
    "buy": ("buys", "bought", "bought", "buying"),
    "catch": ("catches", "caught", "caught", "catching"),
    "choose": ("chooses", "chose", "chosen", "choosing"),
    "come": ("comes", "came", "come", "coming"),
    "cut": ("cuts", "cut", "cut", "cutting"),
    "die": ("dies", "died", "died", "dying"),
    "do": ("does", "did", "done", "doing"),
    "draw": ("draws", "drew", "drawn", "drawing"),
    "drive": ("drives", "drove", "driven", "driving"),
    "eat": ("eats", "ate", "eaten", "eating"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "feel": ("feels", "felt", "felt", "feeling"),
    "find": ("finds", "found", "found", "finding"),
    "forget": ("forgets", "forgot", "forgotten", "forgetting"),
    "get": ("gets", "got", "got", "getting"),
    "give": ("gives", "gave", "given", "giving"),
    "go": ("goes", "went", "gone", "going"),
    "have": ("has", "had", "had", "having"),
    "hear": ("hears", "heard", "heard", "hearing"),
    "hold": ("holds", "held", "held", "holding"),
    "keep": ("keeps", "kept", "kept", "keeping"),
    "know": ("knows", "knew", "known", "knowing"),
    "lead": ("leads", "led", "led", "leading"),
    "leave": ("leaves", "left", "left", "leaving"),
    "let": ("lets", "let", "let", "letting"),
    "lose": ("loses", "lost", "lost", "losing"),
    "make": ("makes", "made", "made", "making"),
    "mean": ("means", "meant", "meant", "meaning"),
    "meet": ("meets", "met", "met", "meeting"),
    "pay": ("pays", "paid", "paid", "paying"),
    "put": ("puts", "put", "put", "putting"),
    "read": ("reads", "read", "read", "reading"),
    "rise": ("rises", "rose", "risen", "rising"),
    "run": ("runs", "ran", "run", "running"),
    "say": ("says", "said", "said", "saying"),
    "see": ("sees", "saw", "seen", "seeing"),
    "sell": ("sells", "sold", "sold", "selling"),
    "send": ("sends", "sent", "sent", "sending"),
    "set": ("sets", "set", "set", "setting"),
    "sit": ("sits", "sat", "sat", "sitting"),
    "speak": ("speaks", "spoke", "spoken", "speaking"),
    "spend": ("spends", "spent", "spent", "spending"),
    "spread": ("spreads", "spread", "spread", "spreading"),
    "stand": ("stands", "stood", "stood", "standing"),
    "take": ("takes", "took", "taken", "taking"),
    "teach": ("teaches", "taught", "taught", "teaching"),
    "tell": ("tells", "told", "told", "telling"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "throw": ("throws", "threw", "thrown", "throwing"),
    "understand": ("understands", "understood", "understood", "understanding"),
    "win": ("wins", "won", "won", "winning"),
    "write": ("writes", "wrote", "written", "writing"),
}
# Verbs whose last consonant is doubled before -ed and -ing; English spelling gives no rule that holds for all.
_DOUBLED_WORDS = (
    "admit beg chat commit dim drop grab gyp man nag occur omit permit plan prefer refer rob slip stop trap trim wrap"
)
_DOUBLED = frozenset(_DOUBLED_WORDS.split())

# The noun before one of these words carries the plural: member of Congress, person with epilepsy.
_AFTER_HEAD = frozenset({"at", "from", "in", "of", "on", "to", "who", "with", "without", "born"})

_SMALL_WORDS = frozenset({"a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

# Spelling against sound, where the first letter misleads: a user, an hour.
_CONSONANT_SOUND = re.compile(r"(?:uni(?!n|m)|us[eaiu]|ut[ei]|uk|eu|ewe|one\b|once\b|ubiq|ugan|u[bsv]\b)", re.I)
_VOWEL_SOUND = re.compile(r"(?:hour|heir|honest|honou?r|x-?ray)", re.I)


def plural(noun: str) -> str:
    """The plural of a noun or of a noun phrase, whose head is its last word or the word before a preposition."""
    words = noun.split(" ")
    head = next((i - 1 for i, word in enumerate(words) if i and word in _AFTER_HEAD), len(words) - 1)
    words[head] = _plural_word(words[head])
    return " ".join(words)


def _plural_word(word: str) -> str:
    stem, hyphen, last = word.rpartition("-")
    for singular, many in _IRREGULAR_PLURALS.items():
        # "salesperson" follows "person", but "Roman" does not follow "Roma".
        if last == singular or (singular in ("person", "wife") and last.endswith(singular)):
            return stem + hyphen + last[: -len(singular)] + many
    if last.endswith("man"):
        return stem + hyphen + last[:-3] + "men"
    if re.search(r"[^aeiou]y$", last):
        return stem + hyphen + last[:-1] + "ies"
    return stem + hyphen + last + ("es" if re.search(r"(?:s|x|z|ch|sh)$", last) else "s")


def verb_forms(verb: str) -> tuple[str, str, str, str, str]:
    """Base, third person, past, past participle and -ing of a verb; in a phrase the first word is the verb."""
    word, space, rest = verb.partition(" ")
    stem, hyphen, last = word.rpartition("-")
    forms = _IRREGULAR_VERBS.get(last) or _regular_forms(last)
    base, third, past, participle, ongoing = (stem + hyphen + form + space + rest for form in (last, *forms))
    return base, third, past, participle, ongoing


def _regular_forms(verb: str) -> tuple[str, str, str, str]:
    if verb.endswith("e"):
        past, ongoing = verb + "d", verb[:-1] + "ing"
    elif verb in _DOUBLED:
        past, ongoing = verb + verb[-1] + "ed", verb + verb[-1] + "ing"
    elif re.search(r"[^aeiou]y$", verb):
        past, ongoing = verb[:-1] + "ied", verb + "ing"
    else:
        past, ongoing = verb + "ed", verb + "ing"
    third = _plural_word(verb) if not verb.endswith(("man", "staff")) else verb + "s"
    return third, past, past, ongoing


def base_form(third_person: str) -> str | None:
    """The base of a verb in the third person (needs → need, tries → try); None when the word is no such verb."""
    irregular = {forms[0]: base for base, forms in _IRREGULAR_VERBS.items() if base != "be"}
    if third_person in irregular:
        return irregular[third_person]
    if not third_person.endswith("s") or third_person.endswith(("is", "ss", "us", "'s", "’s")) or len(third_person) < 4:
        return None
    if third_person.endswith("ies"):
        return third_person[:-1] if len(third_person) == 4 else third_person[:-3] + "y"
    if third_person.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return third_person[:-2]
    return third_person[:-1]


def possessive(word: str, apostrophe: str, many: bool) -> str:
    """`word` with the possessive ending; `many` says that it is a plural."""
    return word + apostrophe + ("" if many and word.endswith("s") else "s")


def article(word: str) -> str:
    """ "a" or "an", as `word` is spoken."""
    if _VOWEL_SOUND.match(word):
        return "an"
    if word.isupper() and 1 < len(word) < 5 and word[1] not in "AEIOU":  # letters read one by one: an MP, a UN
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    return "an" if word[:1] in "aeiouAEIOU" and not _CONSONANT_SOUND.match(word) else "a"


def capitalised(text: str) -> str:
    """`text` with its first character in upper case."""
    return text[:1].upper() + text[1:]


def titled(text: str) -> str:
    """`text` with every word capitalised except small ones inside it."""
    return _WORD.sub(
        lambda m: m.group() if m.start() and m.group() in _SMALL_WORDS else capitalised(m.group()),
        text,
    )


def cased(replacement: str, found: str, *, proper: bool, opening: bool, headline: bool) -> str:
    """`replacement` in the case of `found`, the words that the text has.

    `proper`: they have a capital everywhere. `opening`: they open a sentence. `headline`: most words have a capital.
    """
    words = _WORD.findall(found)
    if len(found) > 1 and found.isupper():
        return replacement.upper()
    if not found[:1].isupper():
        return replacement
    capitals = sum(word[0].isupper() for word in words)
    everywhere = capitals > 1 and all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    if headline or (everywhere and not proper) or not (opening or proper):
        return titled(replacement)
    return capitalised(replacement) if opening else replacement
