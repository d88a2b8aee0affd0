"""The linter with the shipped detector and no language model: what is found, where, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from srlint import linter as linter_module
from srlint.categories import BY_ID, CATEGORIES
from srlint.config import Settings
from srlint.detector import Detector
from srlint.document import Document, Span
from srlint.edits import apply
from srlint.engine.decode import Written
from srlint.errors import ConfigError, ModelError
from srlint.findings import Edit, Finding
from srlint.linter import Linter
from srlint.models import loaded
from srlint.models.loaded import LanguageModel
from srlint.models.locate import Located
from srlint.models.manifest import Manifest

ALONE = Settings(use_model=False)
IMPLICIT = "The installer is so simple that even your grandfather will manage it."

# Two documents of the kind that word lists get wrong, one with faults and one without.
FAULTY = f"""\
---
title: A grandfathered plan
author: Guy Slaves
---

# Sanity check before launch

The chairman approved the budget, and the crazy deadline stays.

Each replica copies the blacklist to its slave every minute; call `whitelist_add()` to change it.

```python
blacklist = {{"guys", "slave"}}  # master/slave
```

> "Only a cripple would buy this," a reviewer wrote in 1931.

Her answer was: "you guys are insane".

Read [the guide](https://example.org/slave/master/blacklist.md), finish your master's degree, and write to Guy Black.

Girls lose interest in engineering as soon as the maths gets hard.
For an immigrant, he writes surprisingly good reports.
{IMPLICIT}
People from that region cannot be trusted with the cash box.
The contractors sent us rubbish again, as those people always do.

<!-- The blacklist is only mentioned here -->

| word      | note    |
|-----------|---------|
| blacklist | old one |

🎉 Morning guys, the café's *insanely* long queue is gone.
"""
CLEAN = """\
# Special builds

Run the command on the host. The foreign key is disabled by default, and children are killed when their parent exits.
The transaction was aborted. The native library passed the penetration test, and the attack vector is closed.
The white paper describes a black box, a blind spot in the mirror and a fire retardant.
The bakery closes early on Jewish holidays; the Asian market next door sells Chinese tea.
Women earned 84 % of what men earned in 2022. As a gay man, I was glad of the welcome.
"""


@pytest.fixture(scope="module")
def linter():
    with Linter.open(ALONE) as one:
        yield one


def found(linter: Linter, text: str, syntax: str = "markdown") -> list[Finding]:
    return list(linter.check(Document(text, syntax)).findings)


def passages(text: str, findings: list[Finding]) -> list[str]:
    return [text[finding.span.start : finding.span.end] for finding in findings]


def test_the_faulty_document_is_flagged_where_it_should_be(linter):
    flagged = passages(FAULTY, found(linter, FAULTY))
    listed = ["Sanity check before launch", "The chairman approved the budget, and the crazy deadline stays."]
    listed += [
        "Each replica copies the blacklist to its slave every minute; call `whitelist_add()` to change it.",
        "blacklist",
        "🎉 Morning guys, the café's *insanely* long queue is gone.",
    ]
    implicit = FAULTY[FAULTY.index("Girls lose") : FAULTY.index("<!--")].strip().splitlines()
    assert len(implicit) == 5
    assert set(listed) <= set(flagged)
    assert len(set(implicit) & set(flagged)) >= 4
    assert set(flagged) <= {*listed, *implicit}


def test_the_clean_document_is_left_alone(linter):
    assert passages(CLEAN, found(linter, CLEAN)) == []


def test_what_is_skipped_is_said(linter):
    review = linter.check(Document(FAULTY, "markdown"))
    quoted = [FAULTY[item.span.start : item.span.end] for item in review.skipped if item.reason == "block quote"]
    assert len(quoted) == 1
    assert quoted[0].strip().startswith('> "Only a cripple')


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("source", "span", "marks"),
    [
        ("The chairman spoke.", "The chairman spoke.", ["chairman"]),
        ("🎉 The *chairman* spoke.", "🎉 The *chairman* spoke.", ["chairman"]),
        ("- 🏳️‍🌈 The **chairman** spoke.", "🏳️‍🌈 The **chairman** spoke.", ["chairman"]),
        ("## Add it to the white**list**", "Add it to the white**list", ["white**list"]),
        ("> intro\n\nA [new *whitelist*][1] is ready.\n\n[1]: /x", "A [new *whitelist*][1] is ready.", ["whitelist"]),
        ("It is fine. We use `x` &amp; a\nblacklist here.", "We use `x` &amp; a\nblacklist here.", ["blacklist"]),
    ],
)
def test_spans_are_places_in_the_source(linter, source, span, marks, line_end):
    text = f"Café é 🎉.\n\n{source}\n\nAll ends well in the hall.\n".replace("\n", line_end)
    span, marks = span.replace("\n", line_end), [mark.replace("\n", line_end) for mark in marks]
    findings = found(linter, text)
    at = next(finding for finding in findings if text[finding.span.start : finding.span.end].startswith(span))
    words = [text[mark.start : mark.end] for mark in at.marks]
    assert at.span.start == text.index(span)
    assert all(any(mark in word for word in words) for mark in marks)
    assert all(at.span.start <= mark.start < mark.end <= at.span.end for mark in at.marks)


def test_findings_are_complete_and_in_order(linter):
    findings = found(linter, FAULTY)
    assert [finding.span for finding in findings] == sorted(finding.span for finding in findings)
    for finding in findings:
        assert set(finding.categories) <= BY_ID.keys()
        assert finding.message.startswith(BY_ID[finding.categories[0]].name)
        assert "\n" not in finding.message
        assert finding.probability >= linter.judge.bar


def test_a_rewrite_changes_its_edits_and_nothing_else(linter):
    text = "The *chairman* opened `x`.\r\n\r\nEach chairman speaks at 7 p.m. & leaves.\r\n"
    rewrites = [finding.rewrite for finding in found(linter, text)]
    at = text.index("chairman")
    assert rewrites[0].edits == (Edit(Span(at, at + 8), "chair"),)
    assert rewrites[0].safety == "safe"
    assert rewrites[0].text == "The *chair* opened `x`."
    after = apply(text, [edit for rewrite in rewrites for edit in rewrite.edits])
    assert after == text.replace("chairman", "chair")
    assert found(linter, after) == []


def test_the_message_names_the_word_and_its_replacement(linter):
    assert found(linter, "The chairman spoke.")[0].message == "Gender: “chairman”: prefer “chair”"
    assert found(linter, IMPLICIT)[0].message == "Age: “even your grandfather”: prefer “anyone”"
    message = found(linter, "Most people from that country cannot be trusted with production keys.")[0].message
    assert "prefer" not in message
    assert any(message.endswith(category.summary) for category in BY_ID.values())


@pytest.mark.parametrize(
    "text",
    ["Please change whitelist to allowlist in the docs.", "The key `x`, once a blacklist, is a blocklist now."],
)
def test_a_note_on_a_renaming_is_left_alone(linter, text):
    assert found(linter, text) == []


def test_a_list_of_words_to_avoid_only_mentions_them_and_the_same_words_elsewhere_are_found(linter):
    words = "- whitelist\n- man-hours\n- chairman\n"
    assert found(linter, f"Avoid these words:\n\n{words}") == []
    assert found(linter, f"## Terms that we no longer use\n\n{words}") == []
    both = f"Avoid these words:\n\n{words}\nWe need:\n\n{words}"
    assert [finding.span.start > both.index("need") for finding in found(linter, both)] == [True] * 3


@pytest.mark.parametrize(
    "text",
    [
        "# Word list\n\n- manpower\n- normal person\n",
        "### blacklist\n\nDon't use. Write *blocklist* instead.\n",
        "manpower\n: Avoid; write *staff*.\n",
        "- **man-hours**: use *person-hours*.\n- chairman – write *chair*.\n- sanity check (use: basic check)\n",
    ],
)
def test_entries_of_a_word_list_are_left_alone(linter, text):
    assert found(linter, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "### Blacklist\n\nUse it for hosts that misbehave.\n",
        "# Word list\n\nThe chairman keeps it.\n",
        "- The chairman: use the back door.\n",
    ],
)
def test_what_only_looks_like_one_is_found(linter, text):
    assert len(found(linter, text)) == 1


def test_the_words_of_a_name_are_nobodys_fault(linter):
    name = "The tram stops at the Institute for the Deaf and Dumb."
    assert found(linter, name) == []
    review = linter.check(Document(name, "markdown"))
    assert [item.reason for item in review.skipped] == ["name"]
    assert len(found(linter, "The tram is full of the deaf and dumb again.")) == 1
    assert len(found(linter, "The chairman met us at the Institute for the Deaf and Dumb.")) == 1
    assert len(found(linter, "Women from Baker Street Station are too emotional to lead.")) == 1


def test_a_note_in_a_block_quote_is_the_authors_own(linter):
    assert len(found(linter, "> **Note:** the chairman signs.\n")) == 1
    assert found(linter, "> **Ann:** the chairman signs.\n") == []


def test_quotes_are_judged_on_request(linter):
    text = "> The chairman spoke at noon.\n"
    assert found(linter, text) == []
    with Linter.open(replace(ALONE, include_quotes=True)) as other:
        review = other.check(Document(text, "markdown"))
    assert passages(text, list(review.findings)) == ["The chairman spoke at noon."]
    assert review.findings[0].rewrite.text == "The chair spoke at noon."
    assert review.skipped == ()


def relative(finding: Finding) -> tuple:
    """A finding without its place in the document."""
    marks = [(mark.start - finding.span.start, mark.end - finding.span.start) for mark in finding.marks]
    rewrite = finding.rewrite and (finding.rewrite.text, finding.rewrite.safety)
    return finding.categories, finding.probability, marks, finding.message, rewrite


def test_a_verdict_is_the_same_whatever_else_is_in_the_document():
    before = "The plan is simple."
    texts = [IMPLICIT, "The chairman approved the crazy deadline.", "Hi guys, the whitelist is ready."]
    filler = "The report is on the table, and the minutes are attached."
    for text in texts:
        with Linter.open(ALONE) as first:
            alone = [relative(item) for item in found(first, f"{before}\n\n{text}\n")]
        assert len(alone) == 1
        others = "\n\n".join(other for other in texts if other != text)
        crowded = f"# Notes\n\n{others}\n\n{filler}\n\n{before}\n\n{text}\n\n{others}\n\n{filler * 20}\n"
        with Linter.open(ALONE) as second:
            place = crowded.index(f"{before}\n\n{text}") + len(before) + 2
            again = [item for item in found(second, crowded) if item.span.start == place]
        assert [relative(item) for item in again] == alone


def test_the_same_passage_twice_is_two_findings(linter):
    text = "The chairman spoke.\n\nThe chairman spoke.\n\nThe chairman spoke.\n"
    findings = found(linter, text)
    assert [finding.span.start for finding in findings] == [0, 21, 42]
    assert relative(findings[1])[4] == relative(findings[2])[4] == ("The chair spoke.", "safe")


def test_documents_without_passages_need_no_detector(monkeypatch):
    monkeypatch.setattr(Detector, "load", forbidden)
    with Linter.open(ALONE) as one:
        assert found(one, "") == []
        assert found(one, "```\nblacklist\n```\n\n---\n\n> The chairman.\n") == []


def forbidden(*_, **__):
    raise AssertionError("the detector was loaded")


@pytest.fixture
def cached(tmp_path):
    return replace(ALONE, cache_dir=tmp_path / "cache")


def test_a_second_run_takes_every_verdict_from_the_cache(cached, monkeypatch):
    with Linter.open(cached) as first:
        wanted = [found(first, FAULTY), found(first, CLEAN)]
    monkeypatch.setattr(Detector, "load", forbidden)
    with Linter.open(cached) as second:
        assert [found(second, FAULTY), found(second, CLEAN)] == wanted
        assert found(second, "\n\n\n" + CLEAN) == []  # the same passages in other places
    assert wanted[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"threshold": 0.99}, id="threshold"),
        pytest.param({"terms_remove": ("chairman",)}, id="terms removed"),
        pytest.param({"terms_add": ({"term": "frobnicator", "category": "framing"},)}, id="terms added"),
    ],
)
def test_other_settings_take_nothing_from_the_cache(cached, monkeypatch, change):
    text = "The chairman spoke.\n"
    with Linter.open(cached) as first:
        found(first, text)
    monkeypatch.setattr(Detector, "load", forbidden)
    with Linter.open(replace(cached, **change)) as other, pytest.raises(AssertionError):
        found(other, text)


@pytest.mark.parametrize("name", ["model_digest", "tagger_digest", "wordings_digest", "__version__"])
def test_another_detector_or_version_takes_nothing_from_the_cache(cached, monkeypatch, name):
    with Linter.open(cached) as first:
        found(first, "The chairman spoke.\n")
    monkeypatch.setattr(linter_module, name, "999" if name == "__version__" else lambda: "other")
    monkeypatch.setattr(Detector, "load", forbidden)
    with Linter.open(cached) as other, pytest.raises(AssertionError):
        found(other, "The chairman spoke.\n")


@pytest.mark.parametrize(
    ("known", "text"),
    [
        # another sentence before
        (["Hello all.\n\nThe chairman spoke.", "Bye all."], "Bye all.\n\nThe chairman spoke."),
        # other markup, other edits
        (["The chairman spoke."], "The *chairman* spoke."),
    ],
)
def test_what_a_verdict_hangs_on_is_part_of_its_key(cached, monkeypatch, known, text):
    with Linter.open(cached) as one:
        for other in known:
            found(one, other)
    monkeypatch.setattr(Detector, "load", forbidden)
    with Linter.open(cached) as second:
        for other in known:
            found(second, other)
        with pytest.raises(AssertionError):
            found(second, text)


def test_the_threshold_decides():
    text = "The chairman spoke.\n"
    with Linter.open(ALONE) as usual:
        probability = found(usual, text)[0].probability
    for threshold, count in ((probability * 0.999, 1), ((1 + probability) / 2, 0)):
        with Linter.open(replace(ALONE, threshold=threshold)) as one:
            assert len(found(one, text)) == count


def test_users_add_and_remove_terms():
    text = "The frobnicator met the chairman in the hall.\n"
    entry = {"term": "frobnicator", "category": "framing", "use": ["gadget"], "settled": True}
    with Linter.open(replace(ALONE, terms_add=(entry,), terms_remove=("chairman",))) as one:
        findings = found(one, text)
    assert "“frobnicator”: prefer “gadget”" in findings[0].message
    assert "chairman”: prefer" not in findings[0].message


def test_bad_terms_and_missing_models_are_refused_at_once(tmp_path):
    with pytest.raises(ConfigError, match="frob"):
        Linter.open(replace(ALONE, terms_add=({"term": "frob"},)))
    with pytest.raises(ModelError, match="gone.gguf: no such model file"):
        Linter.open(Settings(model=str(tmp_path / "gone.gguf")))
    (tmp_path / "text.gguf").write_text("no model")
    with pytest.raises(ModelError, match="text.gguf: not a GGUF model"):
        Linter.open(Settings(model=str(tmp_path / "text.gguf")))


def test_closing_twice_is_fine():
    one = Linter.open(ALONE)
    found(one, "The chairman spoke.\n")
    one.close()
    one.close()


class Judge:
    """A language model that only says how likely it finds a passage to be at fault."""

    def __init__(self, flagged: float):
        self.flagged, self.asked = flagged, []

    def ask(self, text, before, marks, categories):
        self.asked.append(text)
        return SimpleNamespace(flagged=self.flagged)

    def write(self, answer, text, shapes, marks):
        return Written(None, [[] for _ in shapes])

    def refusal(self, answer):
        return -5.0

    def likelihoods(self, answer, texts):
        return [-1.0] * len(texts)


@pytest.mark.parametrize(("flagged", "count"), [(0.001, 0), (0.999, 1)])
def test_a_model_with_a_say_decides_with_the_detector(monkeypatch, flagged, count):
    judge = Judge(flagged)
    located = Located(None, "toy", Manifest(judge_weight=0.8, threshold=0.5))
    monkeypatch.setattr(loaded, "locate", lambda model: located)
    monkeypatch.setattr(LanguageModel, "rewriter", judge)
    with Linter.open(Settings()) as one:
        findings = found(one, IMPLICIT)
    assert judge.asked == [IMPLICIT] * len(judge.asked) != []
    assert len(findings) == count


def test_a_model_without_a_say_changes_no_verdict(monkeypatch, linter):
    judge = Judge(0.001)
    monkeypatch.setattr(loaded, "locate", lambda model: Located(None, "toy", Manifest()))
    monkeypatch.setattr(LanguageModel, "rewriter", judge)
    with Linter.open(Settings()) as one:
        assert [item.probability for item in found(one, IMPLICIT)] == [
            item.probability for item in found(linter, IMPLICIT)
        ]


# The detector takes it for a statement of fact, as it would be of illnesses.
MISSED = {"Muslims are prone to violence."}


def test_every_example_of_explain_is_judged_as_it_says():
    examples = [(text, True) for own in CATEGORIES for text in own.flagged]
    examples += [(text, False) for own in CATEGORIES for text in own.fine]
    with Linter.open(replace(ALONE, use_cache=False)) as linter:
        wrong = [text for text, flagged in examples if bool(linter.check(Document(text, "text")).findings) != flagged]
    assert set(wrong) <= MISSED
