"""The categories: the single source for labels, prompts, `srlint explain` and the documentation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of bias. `summary` says what is flagged, `why` gives the reason; the rest are example passages."""

    id: str
    name: str
    summary: str
    why: str
    flagged: tuple[str, ...]
    fine: tuple[str, ...]


CATEGORIES: tuple[Category, ...] = (
    Category(
        id="gender",
        name="Gender",
        summary="gendered words for people of mixed or unknown gender, sexist stereotypes, belittling of a gender",
        why="Readers outside the assumed gender are told that the text is not about them, or that they are less able.",
        flagged=(
            "The chairman shall open the meeting and keep the minutes.",
            "We lack the manpower to finish before May.",
            "A nurse should always wash her hands before she enters.",
            "Thanks, guys, the release is out.",
            "Women are too emotional to lead a team.",
        ),
        fine=(
            "Mr Okafor, the chairman, opened the meeting and kept his remarks short.",
            "The women's team plays on Saturday.",
            "The maternity ward has moved to the second floor.",
            "Women earned 84 % of what men earned in 2022.",
        ),
    ),
    Category(
        id="ethnicity",
        name="Ethnicity and nationality",
        summary="stereotypes, slurs, othering or outdated terms about race, ethnicity, nationality or migration",
        why="One trait is assigned to everyone of an origin, or people are named in a way they reject.",
        flagged=(
            "Illegals are flooding the valley again.",
            "She looks exotic for an accountant.",
            "People from that country never keep a deadline.",
            "He speaks surprisingly well for an immigrant.",
        ),
        fine=(
            "Turnout among Black voters rose by three points.",
            "The council met with Roma communities in both districts.",
            "The chapter covers the history of segregation in Alabama.",
            "Our Brazilian office opens at nine.",
        ),
    ),
    Category(
        id="religion",
        name="Religion and belief",
        summary="stereotypes, slurs or contempt about a religion, its members, or people without one",
        why="The acts of some, or none at all, are laid at the door of everyone who shares a belief.",
        flagged=(
            "Muslims are prone to violence.",
            "The seller jewed us down to half the price.",
            "What would you expect from a godless atheist?",
        ),
        fine=(
            "Our Muslim neighbours hosted the dinner.",
            "The synod's decision was a mistake, and its critics said so.",
            "Catholic doctrine distinguishes mortal from venial sin.",
        ),
    ),
    Category(
        id="age",
        name="Age",
        summary="stereotypes and belittling terms about young or old people",
        why="Age says little about what a person knows or can do, and readers of every age notice being written off.",
        flagged=(
            "We want a digital native for this role.",
            "The elderly are a burden on the system.",
            "Sorry, I had a senior moment.",
            "So easy that even your grandmother could install it.",
        ),
        fine=(
            "Applicants must be at least 18 years old.",
            "Older adults were recruited from four clinics.",
            "The youth programme starts in June.",
        ),
    ),
    Category(
        id="disability",
        name="Disability and mental health",
        summary="stereotypes, outdated terms, and disability or mental illness used as an insult or metaphor",
        why="A condition that people live with becomes a word for what is broken, bad or laughable.",
        flagged=(
            "The project was crippled by debt.",
            "That deadline is insane.",
            "He has been wheelchair-bound since 2011.",
            "Run a quick sanity check on the totals.",
            "Pass a dummy value for the second field.",
        ),
        fine=(
            "Blind users reach the menu with a screen reader.",
            "The form asks whether you are a person with epilepsy.",
            "The button is disabled until the form is valid.",
            "The deaf community in Leeds runs its own theatre.",
        ),
    ),
    Category(
        id="sexuality",
        name="Sexual orientation and gender identity",
        summary="stereotypes, slurs, outdated terms or misgendering about sexual orientation and gender identity",
        why="Some people are set against what the text calls normal, or named as something they are not.",
        flagged=(
            "That ringtone is so gay.",
            "Normal couples do not need a contract for this.",
            "State your sexual preference on the form.",
        ),
        fine=(
            "As a gay man, I grew up with two sets of rules.",
            "Same-sex marriage became legal in 2014.",
            "Draw a straight line between the points.",
        ),
    ),
    Category(
        id="class",
        name="Class, work and region",
        summary="contempt or stereotypes about income, occupation, education, housing or region",
        why="Circumstances are told as character: people are blamed or mocked for what they earn or where they live.",
        flagged=(
            "It is the usual trailer trash after dark.",
            "Unskilled labour can fill those shifts.",
            "The homeless are dangerous, so avoid the underpass.",
        ),
        fine=(
            "Low-income households receive a rebate of 40 euros.",
            "Median wages in rural areas fell for two years.",
            "The shelter has room for 60 people who are homeless.",
        ),
    ),
    Category(
        id="appearance",
        name="Appearance",
        summary="contempt or stereotypes about bodies, weight or dress",
        why="A body is taken as proof of character, and the point being made gains nothing from it.",
        flagged=(
            "Some fat slob had parked across both bays.",
            "Obese people are lazy and it shows.",
        ),
        fine=(
            "Patients with obesity were weighed every month.",
            "She wore a grey coat and red boots.",
        ),
    ),
    Category(
        id="toxicity",
        name="Insults and hate",
        summary="insults, threats, hate, and dehumanising or obscene language aimed at people",
        why="It attacks people instead of what they said or did, and it ends the conversation.",
        flagged=(
            "These idiots broke the build again.",
            "Whoever wrote this should be shot.",
            "The vermin are back in the park with their tents.",
        ),
        fine=(
            "This plan is a mistake and will cost lives.",
            "Kill the process and start it again.",
            "The kitchen was closed because of vermin.",
            "The tests are still damn slow.",
        ),
    ),
    Category(
        id="framing",
        name="Loaded framing",
        summary="sneering or loaded wording, or sweeping claims about a group, presented as fact",
        why="The wording decides the question for the reader before any reason is given.",
        flagged=(
            "The so-called experts disagree, of course.",
            "A radical mob blocked the council meeting.",
            "Politicians only ever lie.",
        ),
        fine=(
            "Critics call the tax a fraud.",
            "The committee ignored the evidence it had asked for.",
            "This is the best novel of the year.",
        ),
    ),
    Category(
        id="terminology",
        name="Technical terms",
        summary="technical terms with an exclusionary history that have a settled replacement",
        why="A settled replacement exists, is as short, and usually says more plainly what the thing does.",
        flagged=(
            "The slave copies its data from the master every minute.",
            "Add the host to the whitelist.",
            "Existing customers are grandfathered in.",
        ),
        fine=(
            "She holds a master's degree in physics.",
            "The release notes say that whitelist was renamed to allowlist.",
            "Engineers remastered the recording from the master tape.",
        ),
    ),
)

IDS: tuple[str, ...] = tuple(category.id for category in CATEGORIES)
BY_ID: dict[str, Category] = {category.id: category for category in CATEGORIES}

# The category of findings about srlint's own comments; no model knows it.
SUPPRESSION = "suppression"
# What can be switched on and off.
EVERY: tuple[str, ...] = (*IDS, SUPPRESSION)


def page(category: Category) -> str:
    """All there is to say about a category, for a person to read."""
    lines = (
        f"{category.id}: {category.name}",
        "",
        f"Flags {category.summary}.",
        category.why,
        "",
        "Flagged:",
        *(f"  - {example}" for example in category.flagged),
        "",
        "Fine:",
        *(f"  - {example}" for example in category.fine),
    )
    return "\n".join(lines)
