"""Which rewrite is offered, with a language model and a detector that say what the test wants."""

from __future__ import annotations

import pytest

from srlint import ranking
from srlint.candidates import Flagged, Proposal, Tools, best, ranked
from srlint.detector import Detection
from srlint.document import Span
from srlint.engine.decode import Written
from srlint.gaps import joined
from srlint.makers import Candidate
from srlint.terms import TermList
from tagged import tagged

TERMS = TermList.default()


DELETED = "The next door sang."


# Ranks that a test can reckon with: likely words, little changed, little left to object to.
RANKS = {"likelihood": 2.0, "removed": -1.0, "added": -1.0, "flagged": -0.2, "always": 1.0}


@pytest.fixture(autouse=True)
def plain_ranks(monkeypatch):
    names = ranking.features("a", "b", "free", [], 0.5, 0.0, 0.0, 0.0)
    made = {"lowest": {"deletion": 0.1, "rewording": 0.1}, "weights": dict.fromkeys(names, 0.0) | RANKS}
    monkeypatch.setattr(ranking, "_fitted", lambda: {"with_model": made, "without_model": made})


class FakeRewriter:
    """Gives the rewrites it was made with; finds all as likely, unless `likely` says otherwise."""

    def __init__(self, infills=(), free=None, likely=None, answers=True):
        self.infills, self.written, self.likely, self.answers = list(infills), free, likely or {}, answers
        self.asked, self.filled, self.weighed = [], [], []

    def ask(self, text, before, marks, categories):
        self.asked.append((text, before, marks, categories))
        return object() if self.answers else None

    def infill(self, answer, text, gaps, marks):
        if tuple(gaps) != tuple(marks):
            return []
        self.filled.append(marks)
        start, rest = gaps[0].start, len(text) - gaps[0].end
        return [(new[start : len(new) - rest], *[""] * (len(gaps) - 1)) for new in self.infills]

    def write(self, answer, text, shapes, marks):
        return Written(self.written, [self.infill(answer, text, gaps, marks) for gaps in shapes])

    def refusal(self, answer):
        return -5.0

    def likelihoods(self, answer, texts):
        self.weighed.append(list(texts))
        return [self.likely.get(text, -0.3) for text in texts]


class Grade:
    """P(flag) of proposed texts: as given by text, or else `otherwise`."""

    def __init__(self, given=None, otherwise=0.0):
        self.given, self.otherwise, self.seen = given or {}, otherwise, []

    def __call__(self, texts):
        self.seen += texts
        return [self.given.get(text, self.otherwise) for text, _ in texts]


def offered(marked: str, rewriter=None, grade=None, fits=lambda text: True, before="", terms=TERMS, tag=None):
    """The proposal for a text whose faults stand between braces; the guards are the real ones."""
    text, marks = "", []
    for at, piece in enumerate(marked.replace("}", "{").split("{")):
        if at % 2:
            marks.append(Span(len(text), len(text) + len(piece)))
        text += piece
    detection = Detection(0.9, ("gender",), tuple(marks))
    tools = Tools(terms, grade or Grade(), 0.5, (lambda: rewriter) if rewriter else None, fits, tag=tag)
    return best(Flagged(text, before, detection, terms.find(text)), tools)


def all_listed(text: str) -> set[str]:
    """The text with its listed terms replaced, in every way."""
    return {TERMS.rewrite(text, TERMS.find(text), choice) for choice in range(6)}


def test_settled_replacements_come_first_and_no_model_is_asked():
    rewriter = FakeRewriter(infills=["The person opened the meeting."])
    found = offered("The {chairman} opened the meeting.", rewriter)
    assert found == Proposal("The chair opened the meeting.", "term", "safe")
    assert rewriter.asked == []


def test_a_settled_replacement_that_stays_flagged_gives_way_to_other_listed_ones_then_to_the_model():
    convenor = "The convenor opened the meeting."
    rewriter = FakeRewriter(infills=[convenor], likely={convenor: -0.1})
    marked = "The {chairman} opened the meeting."
    listed = {text: 0.9 for text in all_listed("The chairman opened the meeting.")}
    del listed["The chairperson opened the meeting."]
    assert offered(marked, rewriter, Grade(listed)) == Proposal("The chairperson opened the meeting.", "term", "unsafe")
    assert offered(marked, rewriter, Grade(otherwise=0.9, given={convenor: 0.0})) == Proposal(
        convenor, "infill", "unsafe"
    )


def test_a_settled_replacement_is_safe_whatever_else_the_tagger_would_change():
    found = offered("The {chairman} opened the long meeting.", tag=cutting("long", replace="chairman"))
    assert found == Proposal("The chair opened the long meeting.", "term", "safe")


def test_a_replacement_that_is_not_settled_is_never_safe():
    found = offered("The {crazy} deadline stays.")
    assert found.origin == "term"
    assert found.safety == "unsafe"
    assert "crazy" not in found.text


def test_a_listed_replacement_is_one_of_many_where_something_else_would_change_as_well():
    text = "The {crazy} plan, lazy as ever, was read."
    assert offered(text).origin == "term"
    assert offered(text, tag=cutting(replace="crazy")).origin == "term"
    assert offered(text, tag=cutting()).origin == "term"  # to the tagger the term is as good as any word
    assert offered(text, tag=cutting("lazy as ever", replace="crazy")).origin != "term"
    both = offered(text).text.replace(", lazy as ever,", "")
    grade = Grade({both: 0.0}, otherwise=0.9)
    found = offered(text, tag=cutting("lazy as ever", replace="crazy"), grade=grade)
    assert (found.text, found.origin) == (both, "rewording")


def test_a_marked_wording_counts_as_listed_where_nothing_else_would_change():
    text = "The {handwringers} object, lazy as ever."
    found = offered(text, tag=cutting(replace="handwringers"))
    assert (found.text, found.origin, found.safety) == ("The critics object, lazy as ever.", "term", "unsafe")
    assert offered(text, tag=cutting("lazy as ever", replace="handwringers")).origin != "term"
    assert offered(text) is None  # whether anything else would change only a tagger can tell


def test_what_would_change_beside_a_listed_replacement_counts_for_less_where_the_detector_is_at_ease():
    text, tag = "The {crazy} plan was read aloud.", cutting("plan", replace="crazy")
    assert offered(text, tag=tag).origin == "term"
    listed = offered(text, tag=tag).text
    assert offered(text, grade=Grade({listed: 0.3}, otherwise=0.9), tag=tag).text == listed
    assert offered(text, grade=Grade({listed: 0.31}, otherwise=0.9), tag=tag) != Proposal(listed, "term", "unsafe")
    assert offered(text, tag=cutting("aloud", replace="crazy")).origin != "term"


def test_a_cut_does_not_leave_them_without_those_they_are():
    text = "{Bored pigeons eat anything, so} give them the weekends."
    cut = cutting("Bored pigeons eat anything, so")
    assert offered(text, tag=cut, before="Two pigeons came.").text == "Give them the weekends."
    assert offered(text, tag=cut) is None


def test_a_cut_does_not_leave_a_word_without_its_noun():
    cut = cutting("neckbeards")
    assert offered("Ask those {neckbeards} who insist on it.", tag=cut).text == "Ask those who insist on it."
    assert offered("The storage {neckbeards} insist on it.", tag=cut) is None


def test_settled_replacements_come_before_wordings():
    found = offered("The {chairman} of the {handwringers} spoke.", tag=cutting(replace="handwringers"))
    assert (found.text, found.safety) == ("The chair of the handwringers spoke.", "safe")


def test_without_a_model_and_without_a_term_nothing_is_offered():
    assert offered("{Girls lose interest in} engineering.") is None


CLERKS = "The clerks{, lazy as ever,} left at noon."


def cutting(part: str = "", **changes):
    return lambda text, before: tagged(text, cut=part, **changes)


def test_what_an_editor_would_cut_is_offered_without_a_model():
    assert offered(CLERKS) is None
    found = offered(CLERKS, tag=cutting("lazy as ever"))
    assert found == Proposal("The clerks left at noon.", "deletion", "unsafe")


@pytest.mark.parametrize(
    ("text", "cut", "expected"),
    [
        ("Wait{, you damp clerk}.", ", you damp clerk", None),
        ("The {damp} clerks.", "damp", "The clerks."),  # more than half of it stays
        ("Wait for me{, you damp clerk}.", ", you damp clerk", "Wait for me."),
    ],
)
def test_a_cut_that_leaves_next_to_nothing_is_no_rewrite(text, cut, expected):
    found = offered(text, tag=cutting(cut))
    assert found == (expected and Proposal(expected, "deletion", "unsafe"))


def test_a_cut_beyond_the_marks_is_weighed_beside_what_the_model_writes():
    short, written = "The clerks of the port office left again.", "The clerks of the port office, idle, left again."
    rewriter = FakeRewriter(free=written, likely={short: -0.1, written: -3.0})
    marked = "The clerks of the port office, {lazy as} ever, left again."
    assert offered(marked, rewriter, tag=cutting("lazy as ever")).text == short
    assert {short, written} <= set(rewriter.weighed[0])


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param("The clerks had left at noon.", "The clerks had left at noon.", id="what it says, if that passes"),
        pytest.param("", "The clerks left at noon.", id="else what the tagger finds"),
        pytest.param(None, None, id="nothing where it says that nothing will do"),
    ],
)
def test_a_writer_comes_before_the_edit_tagger(said, wanted):
    text = "The clerks, lazy as ever, left at noon."
    flagged = Flagged(text, "", Detection(0.9, ("class",), (Span(10, 25),)), ())
    tools = Tools(TERMS, Grade(), 0.5, None, lambda text: True, lambda *asked: said, cutting("lazy as ever"))
    found = best(flagged, tools)
    assert (None if found is None else found.text) == wanted


def test_the_taggers_own_words_are_offered_without_a_model():
    said = {("tired",): -0.2}
    grade = Grade({"The clerks left at noon.": 0.9})
    found = offered("The {lazy} clerks left at noon.", grade=grade, tag=cutting(replace="lazy", phrases=said))
    assert found == Proposal("The tired clerks left at noon.", "rewording", "unsafe")


def test_what_an_editor_would_rather_change_may_go_without_a_mark():
    text = "Ask a friend from the club instead, since they never know how to cook in those parts."
    start = text.index("cook")
    flagged = Flagged(text, "", Detection(0.9, ("ethnicity",), (Span(start, start + 4),)), ())
    short = Candidate("Ask a friend from the club instead.", "free")
    for part, kept in (("", False), ("since they never know how to cook in those parts", True)):
        tools = Tools(TERMS, Grade(), 0.5, None, lambda text: True, tag=cutting(part))
        assert any(item.text == short.text for item, _ in ranked(flagged, tools, more=[short])) == kept


@pytest.mark.parametrize(
    ("group", "may_go"),
    [("Swedes", True), ("the Irish", True), ("Hindu wives", True), ("the Nkrumahs", False), ("Siemens", False)],
)
def test_the_name_of_a_group_may_go_with_the_fault_and_no_other(group, may_go):
    found = offered(f"Ask a friend{{, since {group} cannot cook}}.", tag=cutting(f"since {group} cannot cook"))
    assert (found is not None and found.text == "Ask a friend.") == may_go


def test_that_a_listed_term_changes_needs_no_tagger():
    text = "The chairman, lazy as ever, opened the meeting."
    tools = Tools(TERMS, Grade(), 0.5, None, lambda text: True, tag=cutting("lazy as ever"))
    flagged = Flagged(text, "", Detection(0.9, ("gender",), (Span(4, 12), Span(12, 27))), TERMS.find(text))
    both = "The chair opened the meeting."
    tagged_as = {item.text: own["tagged"] for item, own in ranked(flagged, tools, every=True)}
    assert tagged_as[both] > tools.tag(text, "").likelihood(both) + 2


def test_words_are_tried_where_an_editor_would_put_other_ones():
    shapes = []

    class Shaped(FakeRewriter):
        def write(self, answer, text, gaps, marks):
            shapes.extend([text[gap.start : gap.end] for gap in own] for own in gaps)
            return super().write(answer, text, gaps, marks)

    uneasy = Grade(otherwise=0.4)
    offered("The {lazy} clerks left at noon.", Shaped(), uneasy, tag=cutting(replace="lazy clerks"))
    assert shapes == [["lazy clerks"], ["lazy"]]


def test_what_readers_have_judged_is_weighed_again():
    text = "The damp clerks left at noon."
    flagged = Flagged(text, "", Detection(0.9, ("class",), (Span(4, 8),)), ())
    older = [Candidate("The clerks left at noon.", "free"), Candidate("The clerks left at 1 pm.", "free")]
    tools = Tools(TERMS, Grade(), 0.5, None, lambda text: True, tag=cutting("damp"))
    found = ranked(flagged, tools, more=older)
    assert [(item.text, item.origin) for item, _ in found] == [("The clerks left at noon.", "deletion")]
    assert [item.text for item, _ in ranked(flagged, tools, more=[Candidate("Clerks left at noon.", "free")])] == [
        "The clerks left at noon.",
        "Clerks left at noon.",
    ]


def test_the_model_is_told_the_marks_of_detector_and_terms_together():
    rewriter = FakeRewriter()
    offered("{Those} crazy plans won't {work}.", rewriter, before="Hello.")
    text, before, marks, categories = rewriter.asked[0]
    assert [text[mark.start : mark.end] for mark in marks] == ["Those crazy", "work"]
    assert before == "Hello."
    assert categories == ("gender",)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("The 4 neighbours next door sang.", id="a number changed"),
        pytest.param("Sorry, I cannot rewrite this.", id="a comment"),
        pytest.param("The 3 trash folk next door sang in the night and danced and left and ate.", id="too much"),
        pytest.param("The 3 chairmen next door sang.", id="a listed term is new"),
        pytest.param("The 3 trailer trash next door sang.", id="the same words"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_a_guard_or_the_term_list_speaks_against_is_not_offered(written):
    grade = Grade()
    assert offered("The 3 {trailer trash} next door sang.", FakeRewriter(free=written), grade) in (
        None,
        Proposal("The 3 next door sang.", "deletion", "unsafe"),
    )
    assert written not in [text for text, _ in grade.seen]


def test_nothing_is_offered_when_every_candidate_fails():
    rewriter = FakeRewriter(infills=["The 3 people next door sang."], free="The 3 neighbours next door sang.")
    assert offered("The 3 {trailer trash} next door sang.", rewriter, Grade(otherwise=0.99)) is None
    assert rewriter.weighed == []


def test_nothing_is_offered_that_does_not_fit_the_document():
    rewriter = FakeRewriter(infills=["The person opened the meeting."])
    assert offered("The {chairman} opened the meeting.", rewriter, fits=lambda text: False) is None
    only = "The person opened the meeting."
    assert offered("The {chairman} opened the meeting.", rewriter, fits=lambda text: text == only).text == only


def test_the_likeliest_candidate_wins():
    rewriter = FakeRewriter(
        infills=["The people next door sang.", "The families next door sang."],
        likely={"The people next door sang.": -2.0, "The families next door sang.": -0.5, DELETED: -9.0},
    )
    assert offered("The {trailer trash} next door sang.", rewriter).text == "The families next door sang."


def test_a_candidate_nearer_to_the_threshold_must_be_likelier():
    texts = ["The people next door sang.", "The families next door sang."]
    rewriter = FakeRewriter(infills=texts, likely={texts[0]: -0.5, texts[1]: -0.35, DELETED: -9.0})
    assert offered("The {trailer trash} next door sang.", rewriter, Grade({texts[1]: 0.4})).text == texts[0]


def test_the_models_own_words_are_not_offered_when_they_are_unlikely():
    marked, said = "The {trailer trash} next door sang.", "The people next door sang."
    assert offered(marked, FakeRewriter(infills=[said], likely={said: -0.5, DELETED: -9.0})).text == said
    unlikely = FakeRewriter(infills=[said], likely={said: -3.0, DELETED: -9.0})
    assert offered(marked, unlikely) is None


def test_the_next_listed_replacements_stand_beside_a_settled_one_if_they_pass():
    marked, chairperson = "The {chairman} opened the meeting.", "The chairperson opened the meeting."
    assert offered(marked).others == (chairperson,)
    assert offered(marked, grade=Grade({chairperson: 0.9})).others == ()
    assert offered(marked, fits=lambda text: text != chairperson).others == ()
    assert offered("The {whitelist} is empty.").others == ()


def test_the_next_likely_ones_stand_beside_the_likeliest_and_no_more_than_two():
    texts = [f"The {name} next door sang." for name in ("people", "families", "neighbours", "residents")]
    likely = dict(zip(texts, (-0.5, -0.3, -0.9, -0.7), strict=True)) | {DELETED: -9.0}
    marked = "The {trailer trash} next door sang."
    found = offered(marked, FakeRewriter(infills=texts, likely=likely))
    assert (found.text, found.others) == (texts[1], (texts[0], texts[3]))
    found = offered(marked, FakeRewriter(infills=texts, free=texts[0], likely=likely | {texts[3]: -9.0}))
    assert found.others == (texts[0], texts[2])
    unlikely = likely | dict.fromkeys((texts[0], *texts[2:]), -9.0)
    assert offered(marked, FakeRewriter(infills=texts, likely=unlikely)).others == ()


def test_words_of_the_sentence_before_do_not_come_in():
    rewriter = FakeRewriter(infills=["The musicians next door sang."])
    grade = Grade({"The next door sang.": 0.9})
    marked = "The {trailer trash} next door sang."
    assert offered(marked, rewriter, grade, before="Musicians arrived.") is None
    assert offered(marked, rewriter, grade, before="Visitors arrived.").text == "The musicians next door sang."


def test_a_model_keeps_names_even_inside_a_mark():
    assert offered("{The Windhoek trash} is everywhere.", FakeRewriter(infills=["The town is everywhere."])) is None
    kept = FakeRewriter(infills=["The Windhoek litter is everywhere."])
    assert offered("{The Windhoek trash} is everywhere.", kept).text == "The Windhoek litter is everywhere."


def test_a_listed_role_is_offered_with_its_pronouns():
    marked = "The {chairman} goes if he may."
    assert offered(marked, tag=lambda text, before: tagged(text)).text == "The chair goes if they may."


def test_listed_replacements_are_offered_in_the_order_of_the_list():
    text = "The deadline is {crazy}."
    first, second = "The deadline is absurd.", "The deadline is wild."
    proposal = offered(text, FakeRewriter(likely={second: -0.01}))
    assert (proposal.text, proposal.others) == (first, (second,))
    assert offered(text, FakeRewriter(likely={second: -0.01}), Grade({first: 0.9})).text == second


@pytest.mark.parametrize(("word", "wanted"), [("crazy", None), ("grim", "The deadline is tight.")])
def test_for_a_listed_term_the_tagger_has_no_words_but_those_of_the_list(word, wanted):
    refused = Grade({"The deadline is absurd.": 0.9, "The deadline is wild.": 0.9})
    phrases = {("tight",): -0.1}
    proposal = offered(
        f"The deadline is {{{word}}}.", None, refused, tag=lambda text, _: tagged(text, replace=word, phrases=phrases)
    )
    assert (proposal and proposal.text) == wanted


def test_a_model_does_not_say_of_which_group_the_text_speaks():
    text, cut = "The flat is for {normal} couples.", {"The flat is for couples.": 0.9}
    assert offered(text, FakeRewriter(infills=["The flat is for same-sex couples."]), Grade(cut)) is None
    for new in ("The flat is for some couples.", "The flat is for women couples."):
        assert offered(text, FakeRewriter(infills=[new]), Grade(cut)).text == new
    known, new = "Blind or {usual} users rent it.", "Blind or blind users rent it."
    assert offered(known, FakeRewriter(infills=[new]), Grade({"Blind or users rent it.": 0.9})).text == new
    said, refused = "{Homosexuals rented} the flat.", {"Gay people rented the flat.": 0.9, "The flat.": 0.9}
    new = "Gay people took the flat."
    assert offered(said, FakeRewriter(infills=[new]), Grade(refused)).text == new


def test_of_two_candidates_as_likely_the_one_that_changes_less_wins():
    rewriter = FakeRewriter(
        infills=["The neighbours next door sang."],
        free="The neighbours next door made music.",
    )
    grade = Grade({"The next door sang.": 0.9})
    assert offered("The {trailer trash} next door sang.", rewriter, grade).text == "The neighbours next door sang."


def test_candidates_are_graded_after_the_same_sentence_and_each_only_once():
    grade = Grade()
    same = "The people next door sang."
    offered("The {trailer trash} next door sang.", FakeRewriter(infills=[same, same], free=same), grade, before="Hi.")
    assert grade.seen.count((same, "Hi.")) == 1
    assert {before for _, before in grade.seen} == {"Hi."}


def test_more_than_three_faults_are_left_to_a_free_rewrite():
    text = "{Boys} are strong, {girls} are weak, {aunts} are kind and {uncles} are stern."
    rewriter = FakeRewriter(infills=["unused"])
    offered(text, rewriter)
    assert rewriter.filled == []
    offered(text.replace("{uncles}", "uncles"), rewriter)
    assert len(rewriter.filled) == 1


def test_a_passage_too_long_for_the_model_keeps_what_the_term_list_offers():
    found = offered("The {crazy} deadline stays.", FakeRewriter(answers=False))
    assert found == offered("The {crazy} deadline stays.")
    assert offered("{Girls lose interest in} engineering.", FakeRewriter(answers=False)) is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("We can't serve the {so-called} experts today.", "We can't serve the experts today."),
        ("{So-called} experts met in the old hall.", "Experts met in the old hall."),
        ("It broke on the very first day, {of course}.", "It broke on the very first day."),
        ("The new plan, {of course}, fails for two reasons.", "The new plan fails for two reasons."),
        ("{Obviously}, the new plan fails for two reasons.", "The new plan fails for two reasons."),
        ("It is, {frankly}, {sadly}, over for both of the teams.", "It is over for both of the teams."),
        ("Edit the {crazy} .gitignore file before the release.", "Edit the .gitignore file before the release."),
        ("edit the {stupid} file before the next release", "edit the file before the next release"),
        ("We left the ({silly}) old hall before noon.", None),
    ],
)
def test_a_deleted_mark_takes_its_space_and_its_commas_along(marked, expected):
    found = offered(marked, FakeRewriter(), terms=TermList([], "none"))
    assert found == (expected and Proposal(expected, "deletion", "unsafe"))


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], ()),
        ([(4, 7)], ((4, 7),)),
        ([(8, 11), (4, 7)], ((4, 11),)),  # only a space between
        ([(0, 7), (4, 11)], ((0, 11),)),  # overlapping
        ([(0, 11), (4, 7)], ((0, 11),)),  # one inside the other
        ([(0, 3), (8, 11)], ((0, 3), (8, 11))),
        ([(8, 11), (13, 16)], ((8, 11), (13, 16))),  # a comma between
        ([(4, 7), (4, 7)], ((4, 7),)),
    ],
)
def test_spans_that_touch_are_joined(spans, expected):
    text = "one two six, ten"
    assert joined(text, [Span(*span) for span in spans]) == tuple(Span(*span) for span in expected)


@pytest.mark.parametrize(
    ("text", "end", "wanted"),
    [
        ("Freshmen must register by Friday.", 8, "First-year students must register by Friday."),
        ("The low man on the totem pole stays.", 27, "The most junior person stays."),
        ("Only an idiot would sign it.", 19, "Nobody should sign it."),
    ],
)
def test_a_listed_replacement_may_have_a_number_or_a_negation_in_it(text, end, wanted):
    tools = Tools(TERMS, Grade(), 0.5, None, lambda text: True)
    proposal = best(Flagged(text, "", Detection(0.9, ("gender",), (Span(0, end),)), TERMS.find(text)), tools)
    assert proposal.text == wanted
