"""The same promises on texts that hypothesis puts together from words that mean something to a reader."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks.fuzzing import documents
from benchmarks.fuzzing import settings as readers
from benchmarks.fuzzing.target import once
from benchmarks.fuzzing.vocabulary import CONFIG, DIRECTIVES, PROSE, SYNTAX, TOML
from srlint.formats import SYNTAXES

bounded = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def texts(words):
    """Words of a vocabulary, with other characters between them, as bytes."""
    piece = st.sampled_from(words) | st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))
    return st.lists(piece, max_size=30).map(b"".join)


def documents_of(syntax):
    return texts((*SYNTAX.get(syntax, SYNTAX["code"]), *PROSE))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_offsets_of_every_format_lead_to_what_was_read(syntax, tmp_path):
    run = documents.formats(syntax)(tmp_path)

    @given(documents_of(syntax))
    @bounded
    def holds(data):
        once(run, data)

    holds()


@pytest.mark.parametrize(
    "opened", [documents.suppression, documents.ignores, documents.edits], ids=lambda made: made.__name__
)
def test_directives_and_edits_keep_their_promises_in_every_syntax(opened, tmp_path):
    run = opened(tmp_path)
    made = st.sampled_from(sorted(SYNTAXES)).flatmap(
        lambda syntax: st.tuples(st.just(syntax), texts((*DIRECTIVES, *SYNTAX.get(syntax, SYNTAX["code"]), *PROSE)))
    )

    @given(made)
    @bounded
    def holds(parts):
        syntax, data = parts
        once(run, syntax.encode() + b"\n" + data)

    holds()


@given(texts(PROSE))
@bounded
def test_sentences_hold_all_but_white_space(tmp_path_factory, data):
    once(documents.sentences(tmp_path_factory.getbasetemp()), data)


@pytest.mark.parametrize(
    ("opened", "words"),
    [
        (readers.config, CONFIG),
        (readers.config_edit, CONFIG),
        (readers.override, CONFIG),
        (readers.terms, TOML),
        (readers.patterns, (b"**/", b"*", b"!", b"[", b"]", b"\\", b"../", b"/", b"\n", b"a", b"[core]\n")),
    ],
    ids=lambda made: getattr(made, "__name__", ""),
)
def test_settings_are_read_or_refused_in_one_line(opened, words, tmp_path):
    run = opened(tmp_path)

    @given(texts(words))
    @bounded
    def holds(data):
        once(run, data)

    holds()
