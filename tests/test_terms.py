"""The settled-terms list. No-op tables come first: what must stay alone is most of what people write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint import wordings
from srlint.categories import IDS
from srlint.document import Span
from srlint.errors import ConfigError
from srlint.terms import TermList, TermMatch, _shipped

ATOM = "\ufffc"

# Nothing of this is a listed term, in any sense.
UNTOUCHED = (
    # names, titles, brands, works
    "Chairman Powell spoke in Jackson on Friday.",
    "Councilman Dale Prewitt voted against the flood wall.",
    "He holds a Master's degree and pays with a Mastercard.",
    "Guy Black and Peyton Manning were there.",
    "The Museum of Mankind closed in 1997.",
    "Fireman Sam is on at five.",
    "The Third World Network sent a delegate.",
    "The Oriental Bank of Commerce has merged.",
    "Oriental rugs are sold upstairs.",
    "We ate an Eskimo Pie in the park.",
    "George Foreman sold grills.",
    "The plaque says that it was a giant leap for mankind.",
    "NASA's Manned Spacecraft Center was renamed in 1973.",
    "The brass nozzle was made by the Fireman's Supply Company of Leeds.",
    "Hillbilly Elegy was filmed in Ohio.",
    # literal and technical senses
    "Just run the host command.",
    "The Ukraine desk sent us the Indian file.",
    "Asiatics are lilies that flower in June.",
    "Supporters of the Orient hope for another striker.",
    "Nine intact family groups of geese have returned.",
    "The seedlings grow a pair of leaves.",
    "The mare was so lame that we called the vet.",
    "The stewards handicapped the favourite.",
    "Too many chiefs of staff have left.",
    "To be certifiable under this standard, software is tested.",
    "Export the validator keys before the chain migration.",
    "He read Through the Dark Continent twice.",
    "They felt physically challenged by the climb, and the mural visually challenged the bank.",
    "A man in the street below waved.",
    "The primary key is disabled by default.",
    "The execution was aborted and its children were killed.",
    "White paper, black box, and Black Friday.",
    "The blind spot of the retarding field analyser; a fire retardant.",
    "The disabled button stays grey.",
    "The elderly pilot landed first.",
    "The homeless shelter opens at nine.",
    "The master copy of the recording is in the vault.",
    "Mastering takes a week, and the master branch is protected.",
    "A crash-test dummy sat in seat C.",
    "Add a dummy variable for each province.",
    "Fatty acids are stored in fatty tissue.",
    "Her grandfather kept the clock, a grandfather clock.",
    "We have a race condition in native code.",
    "The man up the ladder waved.",
    "The jab is free for men up to the age of 45.",
    "The word welsh on a map is a mistake, and Welsh on radio is not.",
    "Slavery was abolished in 1833.",
    "The deaf community runs the club.",
    "It was a statement about human rights and a mandate.",
    "Whitespace is trimmed and the black lists-of-lists page was removed.",
    "He swept his own floor, and she swept hers.",
    "A person with bipolar disorder spoke.",
    "The Chinese postman problem asks for the shortest circuit.",
    # identifiers, paths, options
    "Set whitelist_hosts before you start.",
    "Call blacklist() once.",
    "Read blacklist.txt and config/whitelist.d at midnight.",
    "Pass --whitelist to the command.",
    "The class WhiteList is final, and so is isDummy.",
    "See tls-ca-whitelist and fix/late-sanity-check.",
    "Mail chairman@example.org about it.",
    f"Set {ATOM} and read {ATOM} again.",
    # quotation
    'She said: "you guys are insane".',
    "He called it “a sanity check” and left.",
    "The »blacklist« was printed on page 3.",
    "The label reads 'whitelist' in both places.",
    "He called them ‘illegals’ on air.",
    '"You guys are insane, and the blacklist is long.',
    'The blacklist is long and you guys are insane," he said.',
    # ordinary prose
    "The workforce is short in August.",
    "Firefighters and police officers were staffed from the reserve.",
    "The chair thanked the flight attendants.",
    "Older people and disabled people travel free.",
    "",
    "   ",
    "…",
)

# Found, but only the detector or a person can tell.
DOUBTFUL = (
    "That was a crazy night.",
    "Thanks for the guys who helped.",
    "His lame horse was led away.",
    "The blind are served first.",
    "All 24 listeners were native speakers of Tagalog.",
    "On the estates a master could be fined for the death of a slave.",
    "The Gypsy, Roma and Traveller month runs until the 30th; the gypsies came.",
    # mention
    "Renamed whitelist to allowlist across 41 files.",
    "We avoid manpower in our reports.",
    "The word blacklist appears eleven times.",
    "Use firefighter, not fireman.",
    "Write chair and not chairman.",
    "Do not use illegals as a noun for people.",
    "The list formerly called blacklist is gone.",
    # a particular person
    "Mr Oduya has been chairman of the society since 2016.",
    "Hiroshi Nakagawa, chairman of the fund, will step down.",
    "The foreman, Mr Silva, left.",
    "The new chairman has asked for a vote on his budget.",
    # self-description and attribution
    "I'm a redneck from Polk County.",
    "The bill's sponsor described the amendment as insane.",
    # a lone capital
    "Click Whitelist to go on.",
    "Crippled Inside the Machine is the third track.",
)

# Sure, with the text after the first replacements. None: no clean rewrite.
FLAGGED = (
    ("The chairman opens the meeting.", "The chair opens the meeting."),
    ("THE CHAIRMAN MUST SIGN.", "THE CHAIR MUST SIGN."),
    ("Chairmen of parish councils sign twice.", "Chairs of parish councils sign twice."),
    ("The firemen's lockers are full.", "The firefighters' lockers are full."),
    ("The fireman’s locker is full.", "The firefighter’s locker is full."),
    ("The stewardesses' uniforms are new.", "The flight attendants' uniforms are new."),
    ("We need a policeman.", "We need a police officer."),
    ("Our ex-chairman and vice-chairman met.", "Our ex-chair and vice-chair met."),
    ("A whitelist helps.", "An allowlist helps."),
    ("An illegal alien was fined.", "An undocumented immigrant was fined."),
    ("It is a man-made lake.", "It is a human-made lake."),
    ("They signed an old folks' home lease.", "They signed a care home lease."),
    ("WE KEEP A WHITELIST", "WE KEEP AN ALLOWLIST"),
    ("Use the white list, the white-list or the whitelist.", "Use the allowlist, the allowlist or the allowlist."),
    ("We whitelisted it, and whitelisting helps.", "We allowlisted it, and allowlisting helps."),
    ("A bot blacklists hosts.", "A bot blocklists hosts."),
    ("Blacklisted hosts wait.", "Blocklisted hosts wait."),
    ("Sanity Checks", "Basic Checks"),
    ("Run a quick sanity check.", "Run a quick check."),
    ("Please sanity-check the totals.", "Please double-check the totals."),
    ("It returns a dummy value.", "It returns a placeholder value."),
    ("Man‑hours are short: 40 man hours.", "Person-hours are short: 40 person-hours."),
    ("Manpower is short.", "Staff is short."),
    ("The desk is manned daily.", "The desk is staffed daily."),
    ("The first manned flight is set.", "The first crewed flight is set."),
    ("The master/slave setup is old.", "The primary/replica setup is old."),
    ("The master feeds two slaves in the cluster.", "The primary feeds two replicas in the cluster."),
    ("A slave node lags.", "A replica node lags."),
    ("The elderly are served first.", "Older people are served first."),
    ("Bus passes for the elderly, and more", "Bus passes for older people, and more"),
    ("Some of the elderly left.", "Some of the older people left."),
    ("We pay for care of the elderly.", "We pay for care of older people."),
    ("She is wheelchair-bound.", "She uses a wheelchair."),
    ("Wheelchair-bound patients park here.", "Wheelchair-using patients park here."),
    ("Anyone confined to a wheelchair may board.", "Anyone using a wheelchair may board."),
    ("People suffering from dyslexia get more time.", "People with dyslexia get more time."),
    ("He suffers from Down’s syndrome.", "He has Down’s syndrome."),
    ("Two students committed suicide.", "Two students died by suicide."),
    ("Our request fell on deaf ears.", "Our request went unheeded."),
    ("It has fallen on deaf ears.", "It has gone unheeded."),
    ("The agency gypped us.", "The agency cheated us."),
    ("Orientals made up 8 per cent.", "Asian people made up 8 per cent."),
    ("Mohammedans paid a lower tax.", "Muslims paid a lower tax."),
    ("An Eskimo guide led us.", "An Inuit guide led us."),
    ("State your sexual preference.", "State your sexual orientation."),
    ("The transgenders asked for a room.", "The transgender people asked for a room."),
    ("The homeless sleep rough, as the homeless must.", "Homeless people sleep rough, as homeless people must."),
    ("Customers are grandfathered in at $9.", "Customers are kept at $9."),
    ("Grandfathered permits lapse.", "Legacy permits lapse."),
    ("Analysts sit on either side of a Chinese wall.", "Analysts sit on either side of an information barrier."),
    ("So-called experts missed it.", "Experts missed it."),
    ("A so-called expert missed it.", "An expert missed it."),
    ("Hey guys, any questions?", "Hey everyone, any questions?"),
    ("Dear Sirs, we confirm receipt.", "To whom it may concern, we confirm receipt."),
    ("In layman's terms, it leaks.", "In plain terms, it leaks."),
    ("TLS stops most man-in-the-middle attacks.", "TLS stops most on-path attacks."),
    ("👩🏽‍🚒 The fireman waved.", "👩🏽‍🚒 The firefighter waved."),
    ("İstanbul’s whitelist is short.", "İstanbul’s allowlist is short."),
    (f"{ATOM}whitelist{ATOM} the host", f"{ATOM}allowlist{ATOM} the host"),
    # pronouns that point at the word
    ("A fireman must clean his boots.", "A firefighter must clean their boots."),
    ("Every stewardess checks her door.", "Every flight attendant checks their door."),
    ("A policeman walks his beat, which tires him.", "A police officer walks their beat, which tires them."),
    ("Each salesman pays for himself.", "Each salesperson pays for themselves."),
    ("A chairman must sign before he leaves.", None),
    ("A fireman calls his wife.", None),
    ("A fireman pulled Anna from his flat.", None),
    ("A salesman gave her his card.", None),
    # he or she as a pair
    ("He/she needs his/her card.", "They need their card."),
    ("If s/he is late, call him/her.", "If they are late, call them."),
    ("Ask whether (s)he has a key.", "Ask whether they have a key."),
    ("Is he/she ready?", "Are they ready?"),
    ("A user may name himself/herself.", "A user may name themselves."),
    ("She/he opens the file and saves it.", "They open the file and save it."),
    ("He/she's late.", None),
    # no replacement at all
    ("These morons broke it.", "These people broke it."),
)  # fmt: skip


@pytest.fixture(scope="module")
def terms() -> TermList:
    return TermList.default()


def sure(terms: TermList, text: str) -> list[TermMatch]:
    return [match for match in terms.find(text) if match.sure]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_untouched(terms: TermList, text: str) -> None:
    assert not sure(terms, text)
    assert not any(match.settled for match in terms.find(text))


@pytest.mark.parametrize("text", ["Meals come up in the dumb waiter.", "The handicap in the race is nine seconds."])
def test_what_is_not_even_doubtful(terms: TermList, text: str) -> None:
    assert terms.find(text) == ()


@pytest.mark.parametrize("text", DOUBTFUL)
def test_doubtful(terms: TermList, text: str) -> None:
    found = terms.find(text)
    assert found
    assert not any(match.sure or match.settled for match in found)


@pytest.mark.parametrize(("text", "rewritten"), FLAGGED)
def test_flagged(terms: TermList, text: str, rewritten: str | None) -> None:
    found = sure(terms, text)
    assert found
    assert terms.rewrite(text, found) == rewritten


def test_clean_cases_outnumber_those_with_a_fix() -> None:
    assert len(UNTOUCHED) + len(DOUBTFUL) > len(FLAGGED)


def test_match_is_complete(terms: TermList) -> None:
    (match,) = terms.find("The policemen’s ball, in lower case.")
    assert match == TermMatch(
        span=Span(4, 15),
        term="policeman",
        category="gender",
        replacements=("police officers’", "officers’"),
        settled=True,
        sure=True,
    )


def test_other_choices(terms: TermList) -> None:
    text = "The blacklist blocks a whitelisted host."
    assert terms.rewrite(text, terms.find(text), choice=1) == "The denylist blocks an allowlisted host."


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("She met a fireman on her holiday.", "She met a firefighter on her holiday."),
        ("A postman rang for him.", "A postal worker rang for him."),
        ("A workman found her purse.", "A worker found her purse."),
        ("As a fireman, he saved many lives.", "As a firefighter, he saved many lives."),
        ("The chairman, Anna Reid, lost her notes.", "The chair, Anna Reid, lost her notes."),
        ("I asked him whether a tradesman had called.", "I asked him whether a tradesperson had called."),
        ("Is he a policeman?", "Is he a police officer?"),
        ("She is the chairman of the board.", "She is the chair of the board."),
        ("If a fireman is ill, call him later.", "If a firefighter is ill, call them later."),
        ("A fireman must check his mask.", "A firefighter must check their mask."),
    ],
)
def test_only_pronouns_that_mean_the_role_change(terms: TermList, text: str, rewrite: str) -> None:
    assert terms.rewrite(text, terms.find(text)) == rewrite


@pytest.mark.parametrize("text", ["The firemen followed his car.", "A salesman gave her his card."])
def test_a_pronoun_that_may_mean_another_is_not_touched(terms: TermList, text: str) -> None:
    assert terms.rewrite(text, terms.find(text)) is None


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("Applicants should be native English speakers.", "Applicants should be fluent English speakers."),
        ("Wanted: a native speaker of German.", "Wanted: a fluent speaker of German."),
        ("Native speakers of French read it.", "Fluent speakers of French read it."),
        ("Native German speakers only.", "Fluent German speakers only."),
        ("We ask for native-speaker English.", "We ask for fluent English."),
    ],
)
def test_the_language_that_is_asked_for_stays(terms: TermList, text: str, rewrite: str) -> None:
    assert terms.rewrite(text, terms.find(text)) == rewrite


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("This cripples performance.", "This hampers performance."),
        ("A full disk cripples it.", "A full disk hampers it."),
        ("One bug cripples Kubernetes.", "One bug hampers Kubernetes."),
        ("Debt will cripple Greece.", "Debt will hamper Greece."),
        ("He is a cripple.", "He is disabled."),
        ("She married a cripple.", "She married a disabled person."),
        ("Cripples are stared at.", "Disabled people are stared at."),
        ("Ramps for cripples were built.", "Ramps for disabled people were built."),
        ("The loader goes insane.", "The loader goes haywire."),
        ("Our office girl orders it.", "Our office assistant orders it."),
        ("Bring the wife.", "Bring your partner."),
        ("The middleman takes his cut.", "The intermediary takes their cut."),
        ("He was diagnosed as a schizophrenic.", "He was diagnosed with schizophrenia."),
        ("She married a schizophrenic.", "She married a person with schizophrenia."),
        ("A schizophrenic policy.", "An inconsistent policy."),
        ("A hermaphrodite patient came.", "An intersex patient came."),
        ("Two midget wrestlers won.", "Two wrestlers with dwarfism won."),
        ("The app is crazy fast.", "The app is extremely fast."),
        ("The deadline is crazy.", "The deadline is absurd."),
        ("We grandfathered the old accounts.", "We exempted the old accounts."),
        ("The grandfathered rates stay.", "The legacy rates stay."),
        ("The third world lags behind.", "The Global South lags behind."),
        ("They built it in a third-world country.", "They built it in a low-income country."),
        ("Some idiot deleted it.", "Somebody deleted it."),
        ("Which moron wrote this?", "Who wrote this?"),
        ("Any idiot can see it.", "Anyone can see it."),
        ("Only a lunatic would sign it.", "Nobody should sign it."),
        ("The morons at the desk lost it.", "The people at the desk lost it."),
        ("It was written by a bunch of rednecks who left.", "It was written by people who left."),
        ("He cleared up after the scum who broke it.", "He cleared up after the people who broke it."),
        ("He is wheelchair-bound and deaf.", "He is a wheelchair user and deaf."),
        ("She is afflicted with lupus.", "She has lupus."),
        ("The mentally ill patients wait.", "The patients with mental illness wait."),
        ("Native-level German is a must.", "Fluent German is a must."),
        ("Manned missions cost more than unmanned ones.", "Crewed missions cost more than uncrewed ones."),
        ("A mob of union thugs blocked it.", "A crowd of union members blocked it."),
        ("The senator whined about it.", "The senator complained about it."),
        ("Hordes of guests came.", "Large numbers of guests came."),
        ("They learn how greedy mill owners fought it.", "They learn how mill owners fought it."),
        ("It is obvious to any sane person that it fails.", "It is obvious that it fails."),
        ("A faceless bureaucrat signed.", "An official signed."),
        ("We want a young, energetic cook.", "We want an energetic cook."),
        ("A young and dynamic team waits.", "A dynamic team waits."),
        ("It is so simple even your mother could use it.", "It is so simple anyone could use it."),
        ("He has an OCD habit of sorting.", "He has a fussy habit of sorting."),
        ("She was born a man.", "She was assigned male at birth."),
        ("A school for spastics opened.", "A school for people with cerebral palsy opened."),
        ("Promote the read slave on the Jenkins slave.", "Promote the read replica on the Jenkins agent."),
        ("Ask the girls in accounts.", "Ask the team in accounts."),
        ("We ship to Third World countries.", "We ship to low-income countries."),
        ("A school in the Third World closed.", "A school in the Global South closed."),
        ("The silver tsunami is here.", "The ageing population is here."),
        ("Autism sufferers wait.", "People with autism wait."),
        ("Teach a Down's child.", "Teach a child with Down's syndrome."),
        ("He drives like a maniac.", "He drives recklessly."),
        ("That noise drove us nuts.", "That noise infuriated us."),
        ("They backed homosexual marriage.", "They backed same-sex marriage."),
        ("The nitwit who wrote it left.", "The person who wrote it left."),
        ("Proofread by a native speaker before print.", "Proofread by a fluent speaker before print."),
        ("Junkies came late.", "People who use drugs came late."),
        ("It helps the mentally retarded.", "It helps people with intellectual disabilities."),
        ("It helps deaf-mutes living here.", "It helps deaf people living here."),
        ("The free tier is crippled.", "The free tier is severely limited."),
        ("They are grandfathered in at $12.", "They are kept at $12."),
        ("Rooms for gays and for normal couples.", "Rooms for gays and for different-sex couples."),
        ("Feel free to bring your wives.", "Feel free to bring your partners."),
        ("Could one of the ladies take notes?", "Could someone take notes?"),
        ("One of the girls on the team can help.", "Someone on the team can help."),
        ("Bloody cripples got the spaces.", "Bloody disabled people got the spaces."),
        ("A meal for the elderly every Thursday.", "A meal for older people every Thursday."),
        ("The bums left at noon.", "The homeless people left at noon."),
        ("Lower-class families pay less.", "Low-income families pay less."),
        ("A rockstar developer and coding ninja is wanted.", "A skilled developer and coding expert is wanted."),
    ],
)
def test_a_replacement_is_of_the_sense_and_the_part_of_speech(terms: TermList, text: str, rewrite: str) -> None:
    assert terms.rewrite(text, terms.find(text)) == rewrite


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("Debt is crippling us.", "Debt is badly hurting us."),
        ("Rents are crippling for shops.", "Rents are ruinous for shops."),
        ("He was crippled by polio.", "He was disabled by polio."),
        ("He was a half-caste.", "He was a mixed-race person."),
        ("An Aborigine elder spoke.", "An Aboriginal elder spoke."),
        ("An Eskimo showed us.", "An Inuk showed us."),
        ("Let's powwow tomorrow.", "Let's meet tomorrow."),
        ("A third-world woman wrote it.", "A woman in a low-income country wrote it."),
        ("She became wheelchair-bound.", "She started using a wheelchair."),
        ("The wheelchair-bound passenger waited.", "The passenger who uses a wheelchair waited."),
        ("He was confined to a wheelchair by polio.", "He used a wheelchair because of polio."),
        ("She mans the desk.", "She staffs the desk."),
        ("Hey guys and girls, welcome.", "Hey everyone, welcome."),
        ("My freshman roommate snored.", "My first-year roommate snored."),
        ("The first lady judge spoke.", "The first woman judge spoke."),
        ("An admitted homosexual was fired.", "An openly gay person was fired."),
        ("The jury foreman spoke.", "The jury foreperson spoke."),
        ("Most of the blacks in this ward voted.", "Most of the Black people in this ward voted."),
        ("He is grandfathered on the old tariff.", "He is kept on the old tariff."),
    ],
)
def test_words_beside_a_term_choose_what_replaces_it(terms: TermList, text: str, rewrite: str) -> None:
    assert terms.rewrite(text, terms.find(text)) == rewrite


@pytest.mark.parametrize(
    "text",
    [
        "The man made a mistake.",
        "The drug addict's room was searched.",
        "Asthma sufferers' lungs differ.",
        "The man made his way home.",
        "He is a wife beater.",
        "Even my grandmother came.",
        "The mentally ill mother wept.",
        "The brake retarded the wheel.",
        "She was certified insane in 1901.",
        "We worked like crazy.",
        "He found a mail-order bride.",
        "Our schools are swamped by immigrants.",
        "The service here is third world.",
        "The master beat his slave with the lash.",
        "He prostitutes his talent.",
        "Separate toilets for ladies and gentlemen.",
        "He has a sexual preference for older women.",
        "My car is bipolar, and he is bipolar.",
        "They are scroungers.",
        "We don't want chavs here.",
        "The illegals of the chess engine are dropped.",
        "Silver-haired digital native brands.",
    ],
)
def test_no_replacement_where_it_would_say_something_else(terms: TermList, text: str) -> None:
    assert terms.rewrite(text, terms.find(text)) in (None, text)


def test_the_lists_know_the_words_of_others_for_most_of_what_one_wording_mends(terms: TermList) -> None:
    data = pytest.importorskip("benchmarks.judged", reason="needs a checkout").OTHERS["independent-dev"]
    files = sorted((data.parent / "words").glob("*.jsonl"))
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]

    def good(row: dict) -> bool:
        text, matches = row["text"], terms.find(row["text"])
        marks = [Span(text.index(mark), text.index(mark) + len(mark)) for mark in row["spans"]]
        texts = [terms.rewrite(text, matches), *wordings.replaced(text, marks, matches, terms)]
        return not {*texts}.isdisjoint(row["rewrites"])

    assert sum(map(good, rows)) > 0.55 * len(rows) > 600


def test_cylinders_of_a_brake_are_no_terms(terms: TermList) -> None:
    assert not terms.find("The master and the slave cylinders are bled separately.")


@pytest.mark.parametrize("text", ["They are morons.", "You idiots broke it.", "Some idiot driver hit it."])
def test_an_insult_that_says_what_somebody_is_has_no_replacement(terms: TermList, text: str) -> None:
    assert terms.rewrite(text, terms.find(text)) is None


@pytest.mark.parametrize("text", ["The café is run by ex-junkies.", "A primary-school dropout built it."])
def test_no_words_come_into_a_compound(terms: TermList, text: str) -> None:
    assert terms.find(text)
    assert terms.rewrite(text, terms.find(text)) is None


def test_one_word_may_stand_in_a_compound(terms: TermList) -> None:
    text = "A whitelist-only, ex-chairman affair."
    assert terms.rewrite(text, terms.find(text)) == "An allowlist-only, ex-chair affair."


@pytest.mark.parametrize("text", ["She ended her usual rant.", "It is cargo-cult engineering."])
def test_a_noun_is_no_verb_and_a_cargo_cult_no_cult(terms: TermList, text: str) -> None:
    assert not terms.find(text)


def test_a_person_goes_insane_and_not_haywire(terms: TermList) -> None:
    assert not terms.find("He went insane in prison.")


def test_what_the_list_proposes_and_nothing_else_means_is_recommended(terms: TermList) -> None:
    assert terms.recommended >= {"blocklist", "chairperson", "forepeople", "fluent english speakers", "incident room"}
    assert not terms.recommended & {"women", "people", "staff", "ordinary people", "malicious"}


def test_nothing_to_rewrite(terms: TermList) -> None:
    assert terms.rewrite("Nothing here.", ()) == "Nothing here."


def test_the_longer_term_counts(terms: TermList) -> None:
    assert [match.term for match in terms.find("A low man on the totem pole, a middleman.")] == [
        "low man on the totem pole",
        "middleman",
    ]


# ------------------------------------------------------------------------------------------------ the list as a whole


def _forms() -> list:
    return [form for form in _shipped()[2] if form.entry is not None]


def test_the_list_is_long_and_covers_every_category() -> None:
    assert len({form.entry.term for form in _forms() if form.entry.settled}) >= 180
    assert {form.entry.category for form in _forms()} == set(IDS)


def test_a_settled_term_has_a_replacement() -> None:
    assert not [form.text for form in _forms() if form.entry.settled and not form.replacements]


def test_no_replacement_is_a_term(terms: TermList) -> None:
    frames = ("{}", "We saw {} there.", "{} are here", "it {} was")
    wrong = {
        (form.text, new, match.term)
        for form in _forms()
        for new in form.replacements
        for frame in frames
        for match in terms.find(frame.format(new))
    }
    assert not wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("chairman", "chairwoman"), ("policeman", "policewoman"), ("spokesman", "spokeswoman"),
        ("congressman", "congresswoman"), ("councilman", "councilwoman"), ("businessman", "businesswoman"),
        ("fireman", "firewoman"), ("serviceman", "servicewoman"), ("postman", "postwoman"), ("salesman", "saleswoman"),
        ("headmaster", "headmistress"), ("foreman", "forewoman"), ("assemblyman", "assemblywoman"),
        ("he/she", "she/he"), ("his/her", "her/his"), ("he or she", "she or he"), ("woman", "man"), ("women", "men"),
        ("American", "Chinese"), ("Muslim", "Christian"), ("gay", "straight"), ("Black", "white"),
    ],
)  # fmt: skip
def test_symmetry(terms: TermList, one: str, other: str) -> None:
    """Changing only which group is named changes neither what is found nor what replaces it."""

    def outcome(word: str) -> list[tuple]:
        return [(m.category, m.replacements, m.settled, m.sure) for m in terms.find(f"The {word} will be told.")]

    assert outcome(one) == outcome(other)


@given(st.text(st.sampled_from("chairmn whtelsub'’\"“” -.,/HSE\ufffcİß\n"), max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_searched(text: str) -> None:
    terms = TermList.default()
    found = terms.find(text)
    assert all(a.span.end <= b.span.start for a, b in zip(found, found[1:], strict=False))
    assert all(0 <= match.span.start < match.span.end <= len(text) for match in found)
    terms.rewrite(text, found)


def test_a_rewrite_adds_no_term(terms: TermList) -> None:
    left = {text: [match.term for match in terms.find(text)] for _, text in FLAGGED if text}
    assert not {text: found for text, found in left.items() if found}


# ------------------------------------------------------------------------------------------------------ a user's terms


def test_added_term() -> None:
    terms = TermList.load(add={"blast radius": {"use": ["reach"], "category": "terminology"}})
    text = "Blast radius: a blast-radius, and two blast radiuses."
    assert terms.rewrite(text, terms.find(text)) == "Reach: a reach, and two reaches."
    assert [match.replacements for match in terms.find("The blast radius grows.")] == [("reach",)]
    assert terms.find("The blast radius grows.")[0].sure
    assert terms.find("The blast radius grows.")[0].settled
    assert terms.digest != TermList.default().digest


def test_added_terms_as_a_list_of_tables() -> None:
    entry = {"term": "leverage", "kind": "verb", "use": ["use"], "category": "framing"}
    add = ({**entry, "sure": False, "settled": False},)
    (match,) = TermList.load(add=add).find("We leveraged it.")
    assert match.replacements == ("used",)
    assert not match.sure
    assert not match.settled


def test_removing_one_of_several_terms_keeps_the_others() -> None:
    terms = TermList.load(remove=["dummy data"])
    assert [match.term for match in terms.find("A dummy value and dummy data.") if match.sure] == ["dummy value"]


def test_an_added_term_takes_the_place_of_a_shipped_one() -> None:
    terms = TermList.load(add={"whitelist": {"use": ["safe list"], "category": "terminology"}})
    text = "A whitelist."
    assert terms.rewrite(text, terms.find(text)) == "A safe list."


@pytest.mark.parametrize("term", ["whitelist", "White-list", "whitelisting"])
def test_removed_term(term: str) -> None:
    terms = TermList.load(remove=[term])
    assert not terms.find("A whitelist, whitelisted.")
    assert terms.find("A blacklist.")
    assert terms.digest != TermList.default().digest


def test_no_change_is_the_shipped_list() -> None:
    assert TermList.load().digest == TermList.load(add={}, remove=[]).digest == TermList.default().digest


@pytest.mark.parametrize(
    ("add", "remove", "named"),
    [
        ({}, ["whitelst"], "'whitelst'.*did you mean 'whitelist'"),
        ({"x-ray": {"use": ["scan"]}}, [], "'x-ray'.*'category' is missing"),
        ({"x-ray": {"use": ["scan"], "category": "gendr"}}, [], "'x-ray'.*'category'.*'gendr'"),
        ({"x-ray": {"use": "scan", "category": "gender"}}, [], "'x-ray'.*'use'"),
        ({"x-ray": {"use": [" "], "category": "gender"}}, [], "'x-ray'.*'use'"),
        ({"x-ray": {"use": ["{}"], "category": "gender"}}, [], "'x-ray'.*'use'"),
        ({"{x,y}-ray": {"use": ["{0.__class__}"], "category": "gender"}}, [], "'use' do not fit"),
        ({"{a,b,c,d,e} {a,b,c,d,e} {a,b,c,d,e}": {"category": "gender"}}, [], "more than 100 terms"),
        ({"x-ray": {"uses": ["scan"], "category": "gender"}}, [], "'x-ray'.*'uses'.*did you mean 'use'"),
        ({"x-ray": {"category": "gender", "severity": "loud"}}, [], "'x-ray'.*'severity'"),
        ({"x-ray": {"category": "gender", "kind": "word"}}, [], "'x-ray'.*'kind'"),
        ({"x-ray": {"category": "gender", "sure": 1}}, [], "'x-ray'.*'sure'"),
        ({"x-ray": {"category": "gender", "forms": ["x"]}}, [], "'x-ray'.*'forms'"),
        ({"x-ray": {"category": "gender", "next": ["@nobody"]}}, [], "'x-ray'.*'next'.*@nobody"),
        ({"x-ray": ["scan"]}, [], "'x-ray' must be a table"),
        ({"!!": {"category": "gender"}}, [], "'term'"),
        ([{"category": "gender"}], [], "'term'"),
        (["x-ray"], [], "entry 1"),
    ],
)
def test_bad_terms_are_named(add: object, remove: list[str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        TermList.load(add=add, remove=remove)
