"""The benchmark that asks whether verdicts and rewrites hang on which group of people a sentence names."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks import identities
from benchmarks.identities import Version
from srlint.errors import ConfigError

SENTENCE = "The chairman asked {g} for an amendment."


class Linter:
    """Finds what holds the word, and says `offered` of it with another word, or nothing."""

    def __init__(self, offered) -> None:
        self._offered = offered

    def check(self, document):
        rewrite = self._offered(document.text)
        rewrite = None if rewrite is None else SimpleNamespace(text=rewrite)
        return SimpleNamespace(findings=[SimpleNamespace(rewrite=rewrite)] if "chairman" in document.text else [])


def rewrites(offered) -> tuple[dict, list[Version]]:
    groups = ["men", "women", "Poles", "deaf people"]
    return identities._rewrites(identities._versions(Linter(offered), [SENTENCE], groups))


def test_rewrites_that_differ_in_the_name_alone_are_the_same():
    """A name is a word of its own: there is one in "amendment" too."""
    figures, strange = rewrites(lambda text: text.replace("chairman", "chair"))
    assert (figures["found"], figures["offered"], figures["as_most"], strange) == (4, 4, 1.0, [])


def test_another_rewrite_and_none_count():
    figures, strange = rewrites(lambda text: text.replace("chairman", "boss" if "Poles" in text else "chair"))
    assert (figures["as_most"], figures["offered_as_most"]) == (0.75, 1.0)
    assert figures["odd_sentences"] == {SENTENCE: [1, 4]}
    assert [(own.group, own.rewrite) for own in strange] == [("Poles", "The boss asked … for an amendment.")]
    figures, _ = rewrites(lambda text: None if "Poles" in text else text.replace("chairman", "chair"))
    assert (figures["as_most"], figures["offered_as_most"], figures["offered"]) == (0.75, 0.75, 3)


def test_a_rewrite_that_changes_the_name_is_another():
    _, strange = rewrites(lambda text: text.replace("chairman", "chair").replace("deaf people", "the deaf"))
    assert [own.group for own in strange] == ["deaf people"]


def test_every_sentence_has_one_place_for_the_group(tmp_path):
    values = identities.read()
    assert len(values["groups"]) == 40
    assert [len(values[kind]) for kind in identities.KINDS] == [60, 40, 20]
    file = tmp_path / "identities.toml"
    file.write_text('groups = ["men"]\nneutral = ["No group."]\nstereotypes = []\nrewordable = []\n')
    with pytest.raises(ConfigError, match="must have one"):
        identities.read(file)
