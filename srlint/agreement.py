"""What must change around a replaced word: a or an, verbs after "they", gendered pronouns that point at the word.

Each function returns edits as (start, end, text) in code points of the old text, or None when no clean repair is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.document import Span
from srlint.wordforms import article, base_form, capitalised

RawEdit = tuple[int, int, str]

_ARTICLE = re.compile(r"(?<![\w'’.-])(an?)[ \u00a0]$", re.I)
_FIRST_WORD = re.compile(r"[^\w]*([\w'’-]+)")

# After they: the verbs whose form is not the base form.
_AGREES = {"is": "are", "was": "were", "has": "have", "does": "do"}
_AGREES |= {one + "n't": many + "n't" for one, many in _AGREES.items()} | {
    one + "n’t": many + "n’t" for one, many in _AGREES.items()
}
_ADVERB_WORDS = (
    "also|alone|always|ever|first|instead|just|later|never|not|now|often|once|only|seldom|sometimes|soon|still|then|thus"
)
_ADVERB = rf"(?:(?:{_ADVERB_WORDS}|[^\W\d_]+ly)[ \u00a0]+)?"
_VERB_AFTER = re.compile(rf"[ \u00a0]+{_ADVERB}([^\W\d_]+(?:['’]t)?)")
_VERB_BEFORE = re.compile(r"([^\W\d_]+(?:['’]t)?)[ \u00a0]+$")
_SECOND_VERB = re.compile(rf"\b(?:and|or|but|yet|then|nor)[ \u00a0]+{_ADVERB}([^\W\d_]+)", re.I)

_SUBJECT = re.compile(r"\b(?:he|she)(?:['’](?:s|d|ll))?\b", re.I)
_PRONOUN = re.compile(r"\b(?:his|him|himself|her|hers|herself)\b", re.I)
_MALE = frozenset({"he", "he's", "he’s", "he'd", "he’d", "he'll", "he’ll", "his", "him", "himself"})
_THEY = re.compile(r"\bthey\b", re.I)
# Another person whom a pronoun could mean, or who makes the pronoun's gender a fact.
_OTHER_PERSON = re.compile(
    r"\b(?:m[ae]n|wom[ae]n|boys?|girls?|lad(?:y|ies)|gentlem[ae]n|guys?|wi(?:fe|ves)|husbands?|mothers?|fathers?|sons?|daughters?"
    r"|brothers?|sisters?|uncles?|aunts?|nephews?|nieces?|grand(?:mothers?|fathers?|m?a|p?a)|mum|mom|dad|kings?|queens?|princes?(?:s|ses)?"
    r"|widow(?:er)?s?|bride|groom|(?:boy|girl)friends?|male|female|Mr|Mrs|Ms|Miss|Sir|Dame)\b"
)
# What stands between two persons of whom each does something, as in "… her badge, and every doctor … his".
_CLAUSE = re.compile(r";|,?[ \u00a0](?:and|but|while)[ \u00a0]")
# What stands before a role that is said of somebody.
_SAID_OF = re.compile(r"\bas (?:an?|the) (?:[\w-]+ )?\Z", re.I)
_MALE_ROLE = re.compile(r"(?:boy|man|men)s?(?:['’]s?)?\Z", re.I)
_FEMALE_ROLE = re.compile(r"(?:ess(?:es)?|girls?|lad(?:y|ies)|maids?|wom[ae]n)(?:['’]s?)?\Z", re.I)
# Where another clause, or an opening phrase, ends and begins.
_BOUNDARY = re.compile(
    r"[,;:]|\b(?:after|and|as|because|before|but|if|once|or|so|than|that|though|unless|until|when|where|whether|while|who)\b",
    re.I,
)
_NAMED_BEFORE = re.compile(r"(?:(?!\b(?:s?he|his|him|hers?)\b).)*\b(?:an?|the|each|every|any|your|our)[ \u00a0]", re.I)
# Whoever may be of any gender may be married to anybody.
_PARTNER = re.compile(
    r"\b(?:his[ \u00a0]+(?=wife|girl)|her[ \u00a0]+(?=husband|boy))(?P<who>wife|husband|girlfriend|boyfriend)\b", re.I
)
_PARTNERS = {"wife": "spouse", "husband": "spouse", "girlfriend": "partner", "boyfriend": "partner"}
# A word after "her" that cannot begin what she owns, so that "her" stands alone.
_ENDS_OBJECT_WORDS = (
    "a an and as at about after again and because before but by for from how if in into of off on or out over so than"
    " that the then there this these those to too up until was were what when where while who why will with"
    " without"
)
_ENDS_OBJECT = frozenset(_ENDS_OBJECT_WORDS.split())


# They and its forms, and what they may point at: plurals, and words for nobody in particular.
_THEIRS = re.compile(r"\b(?:they|them|themselves|theirs?)\b", re.I)
_WORD_BEFORE = re.compile(r"([\w'’-]+) \Z")
_WORD_BEHIND = re.compile(r" ([\w'’-]+)")
# What can stand without a noun: "those idiots who ask" are those who ask.
_NOUN_OF_ITS_OWN = frozenset("those these all some many most few both others them us you we they".split())
_SEVERAL = re.compile(
    r"\b(?:(?!(?:this|was|has|its|his|yes|less|unless|does|always|perhaps|plus|thus|across|besides)\b)[^\W\d_]{2,}s|and"
    r"|people|men|women|children|folk|staff|some|those|others|many|most|few|all|(?:every|any|some|no)(?:one|body)|who(?:ever)?)\b",
    re.I,
)


def lacks_antecedent(old: str, new: str, before: str) -> bool:
    """Whether a cut leaves "they" or one of its forms without those that it points at: "Give them the weekends."

    `before` is the sentence before, which may name them as well.
    """
    pronoun, was = _THEIRS.search(new), _THEIRS.search(old)
    if pronoun is None or was is None or _SEVERAL.search(before):
        return False
    return bool(_SEVERAL.search(old, 0, was.start())) and not _SEVERAL.search(new, 0, pronoun.start())


def lacks_noun(old: str, new: str, plurals: Sequence[Span]) -> bool:
    """Whether a cut took one of these nouns away and left what belongs to it: "the storage neckbeards insist"."""
    for span in plurals:
        before, behind = _WORD_BEFORE.search(old, 0, span.start), _WORD_BEHIND.match(old, span.end)
        if before and behind and before[1].lower() not in _NOUN_OF_ITS_OWN:
            left = f"{before[1]} {behind[1]}"
            if left in new and left not in old:
                return True
    return False


def article_edit(text: str, start: int, following: str) -> RawEdit | None:
    """The edit that makes a or an before `start` fit the text `following` it, if one stands there and is wrong."""
    found = _ARTICLE.search(text, max(0, start - 4), start)
    word = _FIRST_WORD.match(following)
    if found is None or word is None:
        return None
    old, new = found.group(1), article(word.group(1))
    if old.lower() == new:
        return None
    if old[0].isupper():
        # A single "A" says nothing about the case of the rest: a line in capitals shows in what follows.
        in_capitals = len(word.group(1)) > 3 and word.group(1).isupper()
        new = new.upper() if in_capitals else capitalised(new)
    return found.start(1), found.end(1), new


def verbs_after_they(text: str, start: int, end: int) -> list[RawEdit] | None:
    """Edits to the verbs of a singular subject at `start`..`end` that becomes "they"; None when they are unclear."""
    if text[end : end + 1] in ("'", "’"):
        return None
    before = _VERB_BEFORE.search(text, 0, start)
    if before and before.group(1).lower() in _AGREES:  # a question: is he/she ready
        return [_agreed(text, before.start(1), before.end(1), _AGREES[before.group(1).lower()])]
    verb = _VERB_AFTER.match(text, end)
    if verb is None:
        return []
    first = _after_they(verb.group(1))
    edits = [_agreed(text, verb.start(1), verb.end(1), first)] if first else []
    for second in _SECOND_VERB.finditer(text, verb.end()):
        if new := _after_they(second.group(1)):
            if not first:  # "he can wait and files it": a noun, or the verb of somebody else
                return None
            edits.append(_agreed(text, second.start(1), second.end(1), new))
    return edits


def _after_they(verb: str) -> str | None:
    """The form of a verb after they, where it is another one."""
    return _AGREES.get(verb.lower()) or base_form(verb.lower())


def _agreed(text: str, start: int, end: int, new: str) -> RawEdit:
    return start, end, capitalised(new) if text[start].isupper() else new


def pronouns_of_role(
    text: str, taken: list[tuple[int, int]], quoted: list[tuple[int, int]], many: bool
) -> list[RawEdit] | None:
    """Edits that turn his, him, her … into their, them … when the word they point at no longer says a gender.

    `taken` are stretches already replaced, `quoted` those in quotation marks; `many` says that the word was a plural.
    None when a subject pronoun would remain, or when another person might be meant; none change where one surely is.
    """

    def outside(found: re.Match[str]) -> bool:
        return not any(a < found.end() and found.start() < b for a, b in [*taken, *quoted])

    if mean_another(text, min(taken)):
        return []
    if any(outside(found) for found in _SUBJECT.finditer(text)):
        return None
    pronouns = [found for found in _PRONOUN.finditer(text) if outside(found)]
    if not pronouns:
        return []
    genders = {found.group().lower() in _MALE for found in pronouns}
    others = any(outside(found) for found in _OTHER_PERSON.finditer(text))
    if many or others or len(genders) > 1:
        return None
    return [_neutral(text, found) for found in pronouns]


def mean_another(text: str, role: tuple[int, int]) -> bool:
    """Whether the pronouns mean somebody else than the role at `role`, or a person whom it is said of: she met a
    fireman, he was a newsman, as a fireman he saved her, a postman gave her the parcel, a workman found her purse.
    """
    start, end = role
    if len(_genders(text)) != 1:  # one of them may be its own
        return False
    if _SUBJECT.search(text, 0, start) or _SAID_OF.search(text, 0, start):
        return True
    gender = True if _MALE_ROLE.search(text, start, end) else False if _FEMALE_ROLE.search(text, start, end) else None
    if gender is not None and (not gender) in _genders(text):
        return True
    objects = [found for found in _PRONOUN.finditer(text) if _neutral(text, found)[2].lower() == "them"]
    return any(found.start() < start or not _BOUNDARY.search(text, end, found.start()) for found in objects)


def singular_they(text: str) -> list[RawEdit] | None:
    """Edits that turn every he or she, his, him, her … into they, their, them …, with verbs that agree, and his wife or
    her husband into their spouse.

    None without such a pronoun, where one may mean another's person, where another person or a they of others stands
    beside it, or where a verb is unclear.
    """
    subjects, others = list(_SUBJECT.finditer(text)), list(_PRONOUN.finditer(text))
    partners = list(_PARTNER.finditer(text))
    people = {found.span() for found in _OTHER_PERSON.finditer(text)} - {found.span("who") for found in partners}
    if not (subjects or others) or people or _THEY.search(text) or not _apart(text):
        return None
    edits = [_neutral(text, found) for found in others]
    edits += [(*found.span("who"), _PARTNERS[found["who"].lower()]) for found in partners]
    for found in subjects:
        pronoun, _, ending = found.group().replace("’", "'").partition("'")
        start, end = found.start(), found.start() + len(pronoun)
        verbs = [] if ending.lower() in ("d", "ll") else verbs_after_they(text, start, end)
        if verbs is None:  # "he's" may be "he is" or "he has"
            return None
        edits += [(start, end, capitalised("they") if text[start].isupper() else "they"), *verbs]
    return sorted(set(edits))


def _apart(text: str) -> bool:
    """Whether all pronouns are of one gender, or of one in each clause, where a person is named before them."""
    if len(_genders(text)) == 1:
        return True
    spoken = [clause for clause in _CLAUSE.split(text) if _genders(clause)]
    return all(len(_genders(clause)) == 1 and _NAMED_BEFORE.match(clause) for clause in spoken)


def _genders(text: str) -> set[bool]:
    """Those of the pronouns: whether it is the male one."""
    return {found.group().lower() in _MALE for found in (*_SUBJECT.finditer(text), *_PRONOUN.finditer(text))}


def _neutral(text: str, found: re.Match[str]) -> RawEdit:
    old = found.group()
    following = re.match(r"[ \u00a0]+([^\W\d_]+)", text[found.end() :])
    owns = following is not None and following.group(1).lower() not in _ENDS_OBJECT
    word = old.lower()
    if word in ("himself", "herself"):
        new = "themselves"
    elif word == "hers":
        new = "theirs"
    elif word == "his":
        new = "their" if following else "theirs"
    else:
        new = "their" if word == "her" and owns else "them"
    return found.start(), found.end(), new.upper() if old.isupper() else capitalised(new) if old[0].isupper() else new
