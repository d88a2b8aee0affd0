"""Whether a rewrite kept the names of people, places and things. True means: it did not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from srlint.change import Change, Word, words
from srlint.document import Span
from srlint.facts import DATES

# Words with a capital that name a group or a title rather than one person or thing: one may stand in for another.
_GROUP_WORDS = (
    "muslim muslims islam islamic christian christians catholic catholics protestant protestants jew jews jewish hindu"
    " hindus sikh sikhs buddhist buddhists quaker quakers mormon mormons african africans american americans asian"
    " asians indian indians european europeans arab arabs black white latino latina latinos latinas latinx hispanic"
    " hispanics inuit yupik roma romani romany sinti sámi traveller travellers traveler travelers aboriginal indigenous"
    " first nations people peoples native pacific islander islanders chinese japanese english british irish western"
    " east far middle inuk deaf autistic down lgbt lgbtq lgbtq+ mx ms mr mrs miss dr sir madam chair god"
)
_GROUPS = frozenset(_GROUP_WORDS.split())
# What may come for another: these, and the Global South.
_MAY_COME = _GROUPS | {"global", "south"}
# Further words with a capital for groups of people, without a plural's "s": where one is at fault it may go, but none
# may come for another.
_PEOPLE_WORDS = (
    "afghan albanian algerian angolan argentine argentinian armenian australian aussie austrian azerbaijani balkan"
    " bangladeshi belarusian belgian bolivian bosnian brazilian brit briton bulgarian burmese cambodian cameroonian"
    " canadian caribbean chilean colombian congolese croat croatian cuban cypriot czech dane danish dominican dutch"
    " dutchman ecuadorian egyptian englishman englishwoman eritrean estonian ethiopian filipina filipino finn finnish"
    " fleming flemish french frenchman frenchwoman georgian german ghanaian greek guatemalan haitian honduran hungarian"
    " icelander iranian iraqi irishman irishwoman israeli italian jamaican jordanian kazakh kenyan korean kurd kurdish"
    " kuwaiti latvian lebanese liberian libyan lithuanian malaysian maltese maori māori mexican moldovan mongolian"
    " moroccan nepalese nepali nigerian norwegian pakistani palestinian panamanian parisian persian peruvian pole"
    " polish portuguese prussian puerto rican qatari romanian russian rwandan salvadoran saudi scandinavian scot"
    " scotsman scottish senegalese serb serbian sicilian singaporean slav slavic slovak slovene slovenian somali"
    " spaniard spanish sudanese swede swedish swiss syrian taiwanese tanzanian thai tibetan tunisian turk turkish"
    " ugandan ukrainian uruguayan uzbek venezuelan vietnamese walloon welsh welshman yemeni yugoslav zambian"
    " zimbabwean oriental moslem mohammedan islamist zionist hinduism judaism christianity buddhism catholicism"
    " mormonism evangelical pentecostal baptist methodist calvinist lutheran anglican presbyterian puritan jesuit amish"
    " shia sunni sufi orthodox atheist pagan wiccan rastafarian jain yankee southerner northerner scouser geordie"
    " cockney boomer millennial gen z third world ptsd adhd add ocd asd aids hiv tourette asperger"
)
_PEOPLES = _GROUPS | frozenset(_PEOPLE_WORDS.split())
_TITLE = re.compile(r"(?:m[ae]n|wom[ae]n|person|ess|master|mistress|lady|father|mother|sir)s?\Z")
_NO_NAME = frozenset({"i", "i'm", "i'd", "i'll", "i've"})

# What follows a name at the beginning of a sentence more often than it follows another word.
_VERB_WORDS = "is was has had said says told asked wrote will would did does"
_AFTER_NAME = frozenset(_VERB_WORDS.split())
_OPENER_WORDS = (
    "the a an this that these those it he she they we you i his her their our your my its there here who what when"
    " where which why how if as in on at by for from to of with and or but so yet nor not no all any some most many few"
    " each every one two everyone everybody nobody someone anyone anybody another other others such both either neither"
    " nothing everything something only even just then now today now still once while after before although though"
    " because since unless until whoever whatever"
)
_OPENERS = frozenset(_OPENER_WORDS.split())


def names_group(word: str) -> bool:
    """Whether a word in small letters names a group of people, where one comes from or what one believes."""
    return word in _PEOPLES or word.removesuffix("s") in _PEOPLES


def is_role(word: str) -> bool:
    """Whether a word in small letters ends as those that say what somebody is: chairman, stewardess."""
    return _TITLE.search(word) is not None


def of_groups(text: str, marks: Sequence[Span]) -> tuple[Span, ...]:
    """The marked words of a text that name a group of people or a condition, and nobody."""
    return tuple(
        Span(word.start, word.end)
        for word in words(text, tuple(marks))
        if word.marked and names_group(word.stem)
    )


def name_changed(change: Change) -> bool:
    """Names: none lost outside the marks, none added, and their order kept."""
    old = [word for word in change.old_words if _is_name(word)]
    new = [word for word in change.new_words if _is_name(word)]
    had, has = {word.stem for word in change.old_words}, {word.stem for word in change.new_words}
    if any(word.stem not in has and not word.marked for word in old) or _first_name_lost(change, has):
        return True
    titles = sum(word.marked and word.stem not in has and _is_title(word, change.old) for word in old)
    come = [word for word in new if word.stem not in _MAY_COME and not any(_same_root(word.stem, stem) for stem in had)]
    return len(come) > titles or _reordered(old, new)


def _is_name(word: Word) -> bool:
    """A capital that is not the sentence's, in a word that is not always written with one."""
    if word.key in _NO_NAME or word.stem.removesuffix("s") in DATES:
        return False
    return any(map(str.isupper, word.text[1:])) or (word.text[0].isupper() and not word.first)


def _same_root(one: str, other: str) -> bool:
    """Whether two names are forms of one: "Kenya", "Kenyan", "Kenyans"."""
    return one == other or (min(len(one), len(other)) > 3 and (one.startswith(other) or other.startswith(one)))


def _is_title(word: Word, text: str) -> bool:
    """Whether the capital is that of a title or of a heading in capitals, so that another word may carry it."""
    if is_role(word.stem):
        return True
    long = [other for other in words(text) if len(other.text) > 3]
    return len(long) > 1 and all(not other.text[0].islower() for other in long)


def _reordered(old: list[Word], new: list[Word]) -> bool:
    """Whether names that both texts hold exactly once stand in another order."""
    first, second = Counter(word.stem for word in old), Counter(word.stem for word in new)
    once = {stem for stem in first if first[stem] == 1 == second[stem]}
    return [word.stem for word in old if word.stem in once] != [word.stem for word in new if word.stem in once]


def _first_name_lost(change: Change, has: set[str]) -> bool:
    """Whether a sentence opened with what looks like a name, and the rewrite has lost it."""
    for word, following in zip(change.old_words, change.old_words[1:], strict=False):
        if not word.first or word.marked or word.stem in has or word.stem in _OPENERS or not word.text[0].isupper():
            continue
        if word.key.endswith("'s") or _is_name(following) or (following.key in _AFTER_NAME and word.key[-1] != "s"):
            return True
    return False
