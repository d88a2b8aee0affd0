"""A cheap, cautious test whether a block of prose is English: it says no only on evidence of another language."""

from __future__ import annotations

import re

_ENGLISH_WORDS = (
    "the of and is that it with as are be this from or have not but you they which their we your can will would there"
    " what when if who how about into than them then these those its been was were his her she my our by at an to for"
    " in on a do no so me all any has had he out up use using each one only other some such more should must may"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

# Common words of other languages in Latin script. Those that are English words too are taken out below.
_OTHERS = {
    "German": "der das und ist nicht mit ein eine einen einem einer auf für von sich dem den des auch wird werden sind"
    " wir ihr oder zu zum zur bei nach aus wie über aber noch nur wenn kann durch ich sie es",
    "French": "le la les des une est et dans pour que qui ne pas sur avec vous nous il elle ce cette ces sont au aux du"
    " par plus ou être mais leur votre nos vos",
    "Spanish": "el la los las de del que en un una es por con para se lo como más pero sus su al está son este esta"
    " y fue sobre entre hasta desde cuando muy también",
    "Portuguese": "os de da dos das que em um uma por com para se não como mais mas na ao são este está esta ser você",
    "Italian": "il lo la gli le di del della che è un una per con non si come più ma sono questo questa nel alla dei",
    "Dutch": "de het een en van ik dat niet met zijn voor op te aan er maar om ook als bij dan naar uit worden wordt",
    "Swedish": "och att det som en på är av för med till den har inte om ett han jag sig från vi så kan när",
    "Danish": "og det som en på er af med til den har ikke om et han jeg sig fra vi så kan når",
    "Polish": "na się nie jest że jak od za przez dla są być może tego oraz lub ale czy tak jego",
    "Czech": "na se je že ze jako pro jsou ale nebo které který jeho také byl podle mezi",
    "Turkish": "ve bir bu için ile da çok olarak daha gibi olan kadar ama ise değil sonra",
    "Indonesian": "dan yang di untuk dengan ini itu dari pada tidak ke akan atau adalah dalam anda kami juga",
    "Vietnamese": "và của là có không được các cho một trong với này để những khi",
    "Romanian": "și de în la cu pe un este nu din care se mai că pentru sau sunt",
}
_OTHER_SETS = tuple(frozenset(words.split()) - _ENGLISH for words in _OTHERS.values())

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")

_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # one says as much as two letters or more of Latin

MIN_LETTERS = 4  # fewer letters of another script may be a symbol or a name
MIN_WORDS = 8  # shorter blocks of Latin script hold too few common words to tell
MIN_FOREIGN = 3  # different common words of one other language


def is_english(text: str) -> bool:
    """False when most letters are of another script, or when another language's common words outweigh those of English.

    >>> is_english("Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.")
    False
    """
    if not text.isascii() and _mostly_other_script(text):
        return False
    words = _WORD.findall(text.lower())
    if len(words) < MIN_WORDS:
        return True
    english = sum(word in _ENGLISH for word in words)
    if english * 4 >= len(words):
        return True
    return not any(_outweighs(words, known, english) for known in _OTHER_SETS)


def _mostly_other_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    foreign = sum(_LATIN.match(letter) is None for letter in letters)
    dense = len(_DENSE.findall(text))
    if dense >= MIN_LETTERS:
        return 2 * (foreign + dense) > len(letters) + dense
    return foreign >= MIN_LETTERS and 2 * foreign > len(letters)


def _outweighs(words: list[str], known: frozenset[str], english: int) -> bool:
    found = [word for word in words if word in known]
    return len(found) * 5 >= len(words) and len(found) >= 3 * english and len(set(found)) >= MIN_FOREIGN
