"""From documents to sentences, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Document, Span
from srlint.english import is_english
from srlint.errors import DocumentError
from srlint.passages import MAX_LENGTH, passages
from srlint.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


WHOLE = [  # one sentence each: no cut
    "She left e.g. on Monday, i.e. late, etc. and so on.",
    "Dr. Smith met J. R. R. Tolkien and Prof. X.",
    "The U.S. Army and the U.K. Navy met at 5 p.m. on Mon. Jan. 5.",
    "See Fig. 2, approx. 5 people, Figs. 3 and Sec. 4.",
    "Log if the env. variable is set.",
    "Then go... maybe.",
    '"Hi there. You?" she said.',
    "He said 'Yes. I know.' and left.",
    "Node.js 3.5 on .NET is at v1.2.3.",
    "Use \ufffc, e.g. \ufffc or i.e. \ufffc.",
    "1. First item",
    "The steps are these:",
    "tools (ed, vi etc.) Unix has",
]
CUT = [
    ("He met Dr. Smith. She left.", ["He met Dr. Smith.", "She left."]),
    ("\ufffc is good. \ufffc is not. See \ufffc.", ["\ufffc is good.", "\ufffc is not.", "See \ufffc."]),
    ("See \ufffc. Then a second one.\ufffc\ufffc Third.", ["See \ufffc.", "Then a second one.\ufffc\ufffc", "Third."]),
    ('"Hi." Then he left. “Go. Now.” She did.', ['"Hi."', "Then he left.", "“Go. Now.”", "She did."]),
    ("(It was late.) They ate (see p. 5). Bye!", ["(It was late.)", "They ate (see p. 5).", "Bye!"]),
    ("The '90s were good. Then it was over. He didn't.", ["The '90s were good.", "Then it was over.", "He didn't."]),
    ("This is an RFC. The reader waits.", ["This is an RFC.", "The reader waits."]),
    ("What?! No way!! 🎉 Party!", ["What?!", "No way!!", "🎉 Party!"]),
    ("1. First item. 2. Second item.", ["1. First item.", "2. Second item."]),
]


@pytest.mark.parametrize("text", WHOLE)
def test_no_sentence_ends_here(text):
    assert split(text) == [text]


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_sentences_end_here(text, expected):
    assert split(text) == expected


@given(st.text(st.sampled_from("aB. !?…'\"“”()[]e.g1\ufffc🎉\u2028é\u00a0"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_sentences_cover_the_text(text):
    found = sentences(text)
    assert all(start < end for start, end in found)
    assert all(first[1] <= second[0] for first, second in zip(found, found[1:], strict=False))
    assert "".join("".join(split(text)).split()) == "".join(text.split())


def test_passages_know_their_place_and_what_came_before():
    text = "# Aims\n\nWe *met* Dr. Smith. See `x`.[^1] It\nwas fun.\n\n- one\n- 42\n\n[^1]: A note.\n"
    found, skipped, _ = passages(Document(text, "markdown"))
    assert [passage.text for passage in found] == [
        "Aims",
        "We met Dr. Smith.",
        "See \ufffc.\ufffc",
        "It was fun.",
        "one",
        "A note.",
    ]
    assert [passage.before for passage in found] == [
        "",
        "\nAims",
        "We met Dr. Smith.",
        "See \ufffc.\ufffc",
        "\nIt was fun.",
        "\none",
    ]
    assert text[found[1].span.start : found[1].span.end] == "We *met* Dr. Smith."
    assert text[found[3].span.start : found[3].span.end] == "It\nwas fun."
    assert not skipped


def test_what_leads_up_to_a_list_belongs_to_all_its_items():
    items = "- one\n- two. It is old.\n- in lists:\n  - three\n"
    text = f"Please. Avoid these:\n\n{items}\nA new start:\n\n# Aims\n\nWe met.\n"
    found = passages(Document(text, "markdown"))[0]
    assert {passage.text: passage.before for passage in found} == {
        "Please.": "",
        "Avoid these:": "Please.",
        "one": "Avoid these:",
        "two.": "Avoid these:",
        "It is old.": "two.",
        "in lists:": "Avoid these:",
        "three": "in lists:",
        "A new start:": "\nthree",
        "Aims": "",
        "We met.": "\nAims",
    }


def test_maps_are_relative_to_the_passage():
    text = "One *two*. Three &amp; [four](u) five."
    passage = passages(Document(text, "markdown"))[0][1]
    assert passage.text == "Three & four five."
    assert passage.map.source_span(0, 5) == Span(11, 16)
    assert passage.map.source_span(6, 7) == Span(17, 22)
    assert passage.map.source_span(8, 12) == Span(24, 28)
    assert passage.map.source_span(8, 17) is None
    assert passage.map.cover(8, 17) == Span(24, 37)
    assert passage.map.source_span(12, 12) is None and passage.map.source_span(13, 13) == Span(33, 33)
    with pytest.raises(ValueError, match="outside"):
        passage.map.cover(0, 99)


def test_long_and_foreign_text_is_skipped_and_said():
    long = "word " * (MAX_LENGTH // 5) + "end."
    german = "Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen."
    text = f"{long}\n\n{german}\n\nDas ist ein Plan.\n\nこれは日本語です。\n\nEnglish prose.\n"
    found, skipped, _ = passages(Document(text, "markdown"))
    assert [passage.text for passage in found] == ["Das ist ein Plan.", "English prose."]
    assert [item.reason for item in skipped] == ["too long", "not English", "not English"]
    assert text[skipped[1].span.start : skipped[1].span.end] == german


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Die Hard was shown to an audience in Los Angeles, Las Vegas, San Juan del Sur and El Paso.",
        "handle a feature request for a customer without a TA",
        "c98c20ce-3a0f-40d3-9a9e-ac2c24c7a52c",
        "The word 漢字 means Chinese characters.",
        "Peter Piper picked pickled peppers, pecans, plums, pears, peaches, pineapples",
        "α, β, γ",
    ],
)
def test_english_is_left_in(text):
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Les utilisateurs doivent avoir une connexion pour que le service soit dans la liste.",
        "El usuario debe tener una cuenta para que el servicio se muestre en la lista del sitio.",
        "O usuário deve ter uma conta para que os serviços não sejam mais listados em um site da rede.",
        "Это документ на русском языке.",
        "这是一个中文句子。",
        "このアプリケーションは AppWizard で universalwindow として作りました。",
        "y la mujer y el hombre no se fueron, y se quedaron",
    ],
)
def test_other_languages_are_seen(text):
    assert not is_english(text)


def test_unknown_syntax():
    with pytest.raises(DocumentError, match="unknown syntax 'odt'"):
        passages(Document("x", "odt"))
