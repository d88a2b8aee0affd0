"""What rewrites keep and how they read, worked out by hand, and the local models that grade them."""

from __future__ import annotations

import json
import math

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.evaluation import fluency, judges, retention  # noqa: E402
from finetune.evaluation.facts import KINDS, facts  # noqa: E402
from finetune.evaluation.instruments import Instruments  # noqa: E402
from finetune.evaluation.outputs import Item  # noqa: E402
from finetune.evaluation.section import NOT_MEASURED  # noqa: E402
from finetune.evaluation.wording import chrf, spans_removed, words  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ModelError  # noqa: E402


def item(text: str, *marked: str, references: tuple[str, ...] = ()) -> Item:
    marks = tuple(Span(text.index(word), text.index(word) + len(word)) for word in marked)
    return Item("one", text, marks=marks, references=references, flagged=True)


def changed(of: Item, text: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {fact.kind: (fact.lost, fact.added) for fact in facts(of, text) if not fact.kept}


def instruments(**given) -> Instruments:
    return Instruments(suspicion=lambda texts: [0.5] * len(texts), **given)


def test_words_have_numbers_signs_and_atoms_in_one_piece():
    assert [word.key for word in words("Don’t pay $1,250.50 (3rd) for \ufffc, Ada.")] == [
        "don't", "pay", "$", "1,250.50", "3rd", "for", "\ufffc", "ada",
    ]  # fmt: skip
    assert [word.first for word in words("One two. Three “Four five”")] == [True, False, True, True, False]


def test_kept_words_are_a_longest_common_subsequence():
    # Of six words "asked" and the mark go, "then" has come.
    source = item("They asked the crazy man twice.", "crazy")
    found = retention.retention(source, "They then the man twice.")
    assert (found.words, found.kept, found.outside, found.outside_kept) == (6, 4, 5, 4)
    assert found.share == 4 / 6
    assert found.outside_share == 4 / 5
    assert found.rouge_l == pytest.approx(2 * 4 / (6 + 5))


def test_a_mark_without_an_outside_has_no_share():
    found = retention.retention(item("Idiots!", "Idiots!"), "Colleagues!")
    assert (found.outside, found.outside_share, found.off_topic) == (0, None, False)


@pytest.mark.parametrize(
    ("text", "off_topic"),
    [
        ("The committee met on the old bridge in the village.", False),  # four of five content words
        ("A committee was there.", False),  # one of five
        ("It rains a lot.", True),
        ("Our members had a meeting.", False),  # both of the reference's
    ],
)
def test_a_text_about_something_else_is_off_topic(text, off_topic):
    # Outside the mark: committee, met, old, bridge, village.
    text_of_item = "The stupid committee met on the old bridge in the village."
    found = retention.retention(item(text_of_item, "stupid", references=("A members meeting.",)), text)
    assert found.off_topic is off_topic
    assert found.facts_kept is not off_topic


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("In 2019 the crew of 40 left.", "In 2019 the crew of 40 left.", {}),
        ("It cost 1,200 euros.", "It cost 1200 euros.", {}),
        ("Twelve came.", "12 came.", {}),
        ("About 5 percent agree.", "About 5 % agree.", {}),
        ("It took 40 days.", "It took 14 days.", {"numbers": (("40",), ("14",))}),
        ("He lost 3 and found 3.", "He lost 3.", {"numbers": (("3",), ())}),
        ("We met Amara in Leeds.", "We met her in Leeds.", {"names": (("amara",), ())}),
        ("We met Amara and Amara’s son.", "We met Amara and the son.", {}),
        ("We met her in Leeds.", "We met Amara in Leeds.", {"names": ((), ("amara",))}),
        ("I think I’m late.", "They think they are late.", {}),
        ("Come on Monday in May.", "Come in May.", {"dates": (("monday",), ())}),
        ("You may come.", "They may come.", {}),
        ("We meet on Mondays.", "On Monday we meet.", {}),
        ("Come then.", "Come tomorrow.", {"dates": ((), ("tomorrow",))}),
        ("They don't vote.", "They do not vote.", {}),
        ("They do not vote.", "They vote.", {"negations": (("not",), ())}),
        ("They vote.", "They never vote.", {"negations": ((), ("not",))}),
        ("Every child sings.", "All children sing.", {}),
        ("Most children sing.", "Children sing.", {"quantifiers": (("most",), ())}),
        ("Children sing.", "Some children sing.", {"quantifiers": ((), ("some",))}),
        ("She said “not now” twice.", "She said \"not now\" twice.", {}),
        ("She said “go home” to us.", "She said “go away” to us.", {"quotations": (("go home",), ("go away",))}),
        ("Run \ufffc first.", "Run it first.", {"code and links": (("\ufffc",), ())}),
    ],
)  # fmt: skip
def test_facts_stay(source, text, expected):
    if "quotations" not in expected:
        assert changed(item(source), text) == expected
    else:
        assert changed(item(source), text)["quotations"] == expected["quotations"]


def test_what_a_mark_touches_may_go():
    source = item("All 12 Vikings never call it “mad luck”.", "All 12 Vikings never call it “mad luck”")
    assert changed(source, "They call it luck.") == {}
    # In one place a quotation may come back in other words; a second one has come.
    assert changed(source, "They call it “luck”.") == {}
    assert changed(source, "They call “it” “luck”.") == {"quotations": ((), ("luck",))}
    assert changed(source, "They call it “mad luck” or “fate”.") == {"quotations": ((), ("fate",))}


def test_what_a_reference_has_may_come():
    source = item("Women can't park in York.", "Women can't park", references=("Some drivers park badly in York.",))
    assert changed(source, "Some drivers park badly in York.") == {}
    assert changed(source, "Many drivers park badly in York.") == {"quantifiers": ((), ("many",))}
    # As often as in one of the texts, not as in all of them together.
    assert changed(source, "Some say that some park badly in York.") == {"quantifiers": ((), ("some",))}
    source = item("Women never park in York.", "Women", references=("Nobody parks in York.",))
    assert changed(source, "Nobody ever parks here, never in York.") == {"negations": ((), ("not",))}


def test_facts_name_only_kinds_that_are_there():
    assert [fact.kind for fact in facts(item("In 2019 Ada left."), "Ada left in 2019.")] == ["numbers", "names"]
    assert facts(item("They left."), "They went.") == ()


def test_means_are_of_texts_and_of_answers():
    good = retention.retention(item("Two old boats sank.", "old"), "Two boats sank.")
    echo = retention.retention(item("Old boats sank.", "Old"), "Old boats sank.")
    figures = retention.totals([(good, False), (echo, True), (None, True)])
    assert (figures["answers"], figures["outputs"]) == (3, 2)
    assert figures["kept"] == pytest.approx((3 / 4 + 1) / 2)
    assert figures["outside_kept"] == 1.0
    assert figures["outside_kept_of_answers"] == pytest.approx(1 / 3)
    assert figures["facts_kept_of_answers"] == pytest.approx(1 / 3)
    assert figures["facts"]["numbers"] == {"texts": 1, "kept": 1.0}
    assert figures["facts"]["names"] == {"texts": 0, "kept": None}
    assert set(figures["facts"]) == set(KINDS)


def test_nothing_given_is_no_figure():
    figures = retention.totals([])
    assert figures["kept"] is None
    assert figures["kept_of_answers"] is None


def test_meaning_goes_both_ways():
    known = {("a", "b"): 0.9, ("b", "a"): 0.3, ("c", "d"): 0.5, ("d", "c"): 0.7}
    own = instruments(entailment=lambda pairs: [known[pair] for pair in pairs])
    found = retention.meaning([("a", "b"), ("c", "d")], own)
    assert found["entails"] == pytest.approx(0.7)
    assert found["entailed"] == pytest.approx(0.5)
    assert found["both_ways"] == pytest.approx((0.3 + 0.5) / 2)
    assert found["similarity"] == NOT_MEASURED
    assert retention.meaning([], own)["entails"] is None


def test_what_is_not_measured_stays_so_in_the_tables():
    figures = retention.totals([]) | retention.meaning([("a", "b")], instruments())
    kept, by_kind = retention.tables("Kept", {"one": figures})
    row = dict(zip(kept.columns, kept.rows[0], strict=True))
    assert row["source entails text"] == row["both ways"] == row["similarity"] == NOT_MEASURED
    assert row["words kept"] is None
    assert "words kept" in kept.shares and "similarity" not in kept.shares and "texts" not in kept.shares
    assert by_kind.columns == ("system", *KINDS)


def test_spans_are_removed_when_their_words_stand_there_less_often():
    text = "The mad dog and the mad cat."
    mad, cat = Span(4, 7), Span(20, 27)
    assert spans_removed(text, "The dog and the mad cat.", [mad]) == 1
    assert spans_removed(text, "The dog and the mad cat.", [mad, cat]) == 1
    assert spans_removed(text, text, [mad, cat]) == 0
    assert spans_removed(text, "A fish.", [mad, cat]) == 2


def test_chrf_by_hand():
    # "abc" against "abd": unigrams 2/3, bigrams 1/2, trigrams 0: precision and recall 7/18.
    assert chrf("abc", ["abd"]) == pytest.approx(7 / 18)
    assert chrf("a bc", ["abc", "xyz"]) == 1.0
    # "ab" against "abcd": precision 1 and 1, recall 2/4 and 1/3: F2 of 1 and 5/12.
    assert chrf("ab", ["abcd"]) == pytest.approx(5 * (5 / 12) / (4 + 5 / 12))
    with pytest.raises(ValueError):
        chrf("ab", [])


@pytest.mark.parametrize(
    ("source", "text", "faults"),
    [
        ("The mad man ran.", "The man ran.", ()),
        ("The mad the ran.", "The the ran.", ("doubled word",)),
        ("We had had enough.", "We had had it.", ()),
        ("A (mad) man.", "A (mad man.", ("unbalanced",)),
        ("He said “no”.", "He said “no.", ("unbalanced",)),
        ("He ran.", "He ran", ("end lost",)),
        ("a heading", "A title", ()),
        ("He said “no.”", "He said “never.”", ()),
        ("Mad men ran.", "men ran.", ("capital lost",)),
        ("He, mad, ran.", "He,, ran.", ("stray mark",)),
        ("Run, idiot.", "Run .", ("stray mark",)),
        ("A mad actor.", "A actor.", ("a or an",)),
        ("An odd fellow.", "An fellow.", ("a or an",)),
        ("A mad user.", "A user, a one-off, an hour, a European.", ()),
    ],
)
def test_faults_are_those_that_the_source_has_not(source, text, faults):
    assert fluency.fluency(source, text).faults == faults


def test_style_counts_failures_as_faulty():
    answers = [
        fluency.fluency("He ran far off.", "He ran."),
        fluency.fluency("He ran.", "He ran ran"),
        None,
        fluency.fluency("...", "He."),
    ]
    found = fluency.totals(answers)
    assert found["rewrites"] == 3
    assert found["length"] == pytest.approx((2 / 4 + 3 / 2) / 2)
    assert found["faults"]["doubled word"] == pytest.approx(1 / 3)
    assert found["faultless"] == pytest.approx(2 / 3)
    assert found["faultless_of_answers"] == pytest.approx(2 / 4)


def test_the_perplexity_ratio_is_a_geometric_mean():
    known = {"a": 10.0, "b": 40.0, "c": 20.0}
    own = instruments(perplexity=lambda texts: [known[text] for text in texts])
    assert fluency.perplexity_ratio([("a", "b"), ("c", "a")], own) == pytest.approx(math.sqrt(4 * 0.5))
    assert fluency.perplexity_ratio([], own) is None
    assert fluency.perplexity_ratio([("a", "b")], instruments()) == NOT_MEASURED
    shown = fluency.table("Style", {"one": fluency.totals([]) | {"perplexity_ratio": NOT_MEASURED}})
    assert shown.rows[0][-1] == NOT_MEASURED


def test_a_scorer_is_asked_once_about_each_text():
    asked = []

    def scorer(texts):
        asked.append(list(texts))
        return [float(len(text)) for text in texts]

    own = judges.remembered(scorer)
    assert own(["aa", "b", "aa"]) == [2.0, 1.0, 2.0]
    assert own(["b", "ccc"]) == [1.0, 3.0]
    assert own(["b"]) == [1.0]
    assert asked == [["aa", "b"], ["ccc"]]


VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "one", "two", "three", "four"]


@pytest.fixture
def save(tmp_path):
    """Saves a tiny model with a tokenizer of eight words."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")

    def saved(model):
        words_only = tokenizers.Tokenizer(
            tokenizers.models.WordLevel({word: at for at, word in enumerate(VOCABULARY)}, unk_token="[UNK]")
        )
        words_only.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
        tokenizer = transformers.PreTrainedTokenizerFast(
            tokenizer_object=words_only, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
        )
        tokenizer.save_pretrained(tmp_path)
        model.save_pretrained(tmp_path)
        return tmp_path

    return saved


def bert(**options):
    import transformers

    return transformers.BertConfig(
        vocab_size=8, hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4,
        max_position_embeddings=16, **options,
    )  # fmt: skip


def classifier(labels):
    import torch
    import transformers

    config = bert(id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)})
    model = transformers.BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, math.log(2), math.log(5)][: len(labels)]))
    return model


def test_entailment_reads_the_label_of_that_name(save):
    folder = save(classifier(["contradiction", "neutral", "Entailment"]))
    scorer = judges.entailment(folder)
    # Weights of nothing leave the biases: 1, 2 and 5 of 8.
    assert scorer([("one two", "three"), ("one", "one")] * 20) == pytest.approx([5 / 8] * 40)
    assert scorer([]) == []


@pytest.mark.parametrize(
    ("labels", "chance"),
    [(["entailment", "not_entailment"], 1 / 3), (["not_entailment", "entailment"], 2 / 3)],
)
def test_not_entailment_is_another_label(save, labels, chance):
    assert judges.entailment(save(classifier(labels)))([("one", "two")]) == pytest.approx([chance])


def test_a_classifier_without_such_a_label_is_no_judge(save):
    scorer = judges.entailment(save(classifier(["good", "bad"])))
    with pytest.raises(ModelError, match="no label for entailment among bad, good"):
        scorer([("one", "two")])


def test_a_judge_with_random_weights_is_refused(save):
    import transformers

    scorer = judges.entailment(save(transformers.BertModel(bert())))
    with pytest.raises(ModelError, match="lacks weights, among them classifier"):
        scorer([("one", "two")])


def test_a_folder_without_a_model_is_refused_at_once(tmp_path):
    for judge in (judges.entailment, judges.similarity):
        with pytest.raises(ModelError, match="no model there"):
            judge(tmp_path / "nothing")


def test_a_damaged_folder_is_one_line(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        judges.entailment(tmp_path)([("one", "two")])
    assert "\n" not in str(caught.value)


def test_similarity_is_the_cosine_of_means_without_padding(save):
    import torch
    import transformers

    torch.manual_seed(0)
    folder = save(transformers.BertModel(bert()))
    scorer = judges.similarity(folder)
    one, long = "one two", "three four two one three"
    found = scorer([(one, one), (one, long), (long, one)])
    assert found[0] == pytest.approx(1.0, abs=1e-5)
    assert found[1] == pytest.approx(found[2])
    model = transformers.BertModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        a, b = (
            model(torch.tensor([[VOCABULARY.index(word) for word in text.split()]])).last_hidden_state.mean(1)[0]
            for text in (one, long)
        )
    assert found[1] == pytest.approx(float(torch.cosine_similarity(a, b, dim=0)), abs=1e-5)


def test_similarity_refuses_what_pools_otherwise(save):
    import transformers

    folder = save(transformers.BertModel(bert()))
    (folder / "1_Pooling").mkdir()
    told = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ModelError, match="something other than their mean"):
        judges.similarity(folder)


class Counting:
    """A language model that finds every token one of four, whatever came before."""

    room = 5

    def __init__(self, opening):
        self.opening = opening
        self.read = []

    def tokens(self, text, special=False):
        return [len(word) for word in text.split()]

    def likelihoods(self, texts, given):
        self.read += texts
        return [(len(text) - known) * math.log(1 / 4) for text, known in zip(texts, given, strict=True)]


@pytest.mark.parametrize(("opening", "read"), [(9, [[9, 3], [9, 1, 2, 3, 4]]), (None, None)])
def test_perplexity_is_the_inverse_mean_probability(monkeypatch, opening, read):
    from finetune.evaluation import language

    model = Counting(opening)
    monkeypatch.setattr(language, "opened", lambda base: model)
    scorer = judges.perplexity("any")
    assert scorer(["a bb ccc dddd"]) == pytest.approx([4.0])
    if opening is None:
        with pytest.raises(ModelError, match="so short a text: 'one'"):
            scorer(["one"])
    else:
        model.read.clear()
        assert scorer(["one", "a bb ccc dddd eeeee"]) == pytest.approx([4.0, 4.0])
        assert model.read == read
