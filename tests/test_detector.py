"""The detector: what it reads, which words it marks, and that a passage's verdict hangs on the passage alone."""

from __future__ import annotations

from importlib import resources

import pytest

from srlint.categories import IDS
from srlint.detector import Detector, marks
from srlint.document import Span
from srlint.errors import ModelError
from srlint.tokens import MAX_BEFORE_TOKENS, MAX_TEXT_TOKENS, encode, shipped_tokenizer

# An ONNX graph that copies its input (y = Identity(x), opset 17): valid, but no detector.
COPY = bytes.fromhex(
    "080812003a370a100a017812017922084964656e746974791201675a0f0a0178120a0a08080112040a020801"
    "620f0a0179120a0a08080112040a02080142040a001011"
)


@pytest.fixture(scope="module")
def tokenizer():
    return shipped_tokenizer()


@pytest.fixture(scope="module")
def detector():
    one = Detector.load()
    yield one
    one.close()


def words(encoded, text: str) -> list[str]:
    """The stretches of the text that the encoded tokens stand for."""
    return [text[span.start : span.end] for span in encoded.spans if span is not None]


def test_tokens_stand_between_marks_and_know_their_place(tokenizer):
    text = "The chairman, Ms Ødegård, left."
    encoded = encode(tokenizer, text, "")
    assert words(encoded, text) == ["The", "chairman", ",", "Ms", "Ø", "de", "gård", ",", "left", "."]
    assert encoded.ids[0] == tokenizer.token_to_id("[CLS]")
    assert encoded.ids[-1] == tokenizer.token_to_id("[SEP]")
    assert encoded.spans[0] is encoded.spans[-1] is None
    assert set(encoded.segments) == {0}
    assert len(encoded.ids) == len(encoded.segments) == len(encoded.spans) == 12


def test_the_sentence_before_is_a_segment_of_its_own_and_has_no_place_in_the_text(tokenizer):
    alone = encode(tokenizer, "They left.", "")
    both = encode(tokenizer, "They left.", "The guests ate.")
    size = len(alone.ids)
    assert both.ids[:size] == alone.ids
    assert both.ids[size:-1] == tokenizer.encode("The guests ate.", add_special_tokens=False).ids
    assert both.ids[-1] == tokenizer.token_to_id("[SEP]")
    assert both.segments == [0] * size + [1] * 5
    assert both.spans == [*alone.spans, *[None] * 5]


def test_a_long_text_loses_its_end_and_a_long_sentence_before_its_beginning(tokenizer):
    text = " ".join(f"word{number}" for number in range(300))
    encoded = encode(tokenizer, text, text)
    own = encoded.segments.count(0)
    assert own == MAX_TEXT_TOKENS + 2
    assert encoded.segments.count(1) == MAX_BEFORE_TOKENS + 1
    whole = tokenizer.encode(text, add_special_tokens=False).ids
    assert encoded.ids[1 : own - 1] == whole[:MAX_TEXT_TOKENS]
    assert encoded.ids[own:-1] == whole[-MAX_BEFORE_TOKENS:]
    assert encoded.spans[1] == Span(0, 4)
    assert len(encoded.ids) == len(encoded.segments) == len(encoded.spans)


@pytest.mark.parametrize(
    "text", ["Call \ufffc on the blacklist.", "\ufffc\ufffc blacklist", "🎉 \ufffc, the blacklist"]
)
def test_atoms_are_read_as_one_character_so_that_places_stay(tokenizer, text):
    encoded = encode(tokenizer, text, "\ufffc")
    at = text.index("blacklist")
    inside = [span for span in encoded.spans if span is not None and span.start >= at and span.end <= at + 9]
    assert (inside[0].start, inside[-1].end) == (at, at + 9)
    assert encoded.ids[-2] == tokenizer.token_to_id("x")


def marked(text: str, *pieces: str) -> list[str]:
    """What `marks` makes of tokens that stand for the first occurrence of each piece, all of them sure."""
    spans = [Span(text.index(piece), text.index(piece) + len(piece)) for piece in pieces]
    found = marks(text, [None, *spans, None], [1.0, *[0.9] * len(spans), 1.0], 0.5)
    return [text[span.start : span.end] for span in found]


@pytest.mark.parametrize(
    ("text", "pieces", "expected"),
    [
        ("The meeting is over.", [], []),
        ("Hi guys, all set.", ["guys"], ["guys"]),
        ("The housewives met.", ["wi"], ["housewives"]),  # a part of a word stands for all of it
        ("The crazy old plan.", ["crazy", "old"], ["crazy old"]),
        ("A wheelchair-bound man.", ["wheel", "bound"], ["wheelchair-bound"]),
        ("Crazy, insane plans.", ["Crazy", "insane"], ["Crazy", "insane"]),
        ("You don't say.", ["don"], ["don't"]),
        ("You don’t say.", ["t say"], ["don’t say"]),
        ("They are ‘idiots’ again.", ["idiots"], ["idiots"]),  # quotation marks are not apostrophes
        ("They are 'idiots' again.", ["idiots"], ["idiots"]),
        ("Naïve Ødegård spoke.", ["de"], ["Ødegård"]),
        ("The cafe\u0301te\u0301ria girls.", ["te"], ["cafe\u0301te\u0301ria"]),  # letters with combining marks
        ("🎉guys🎉", ["uy"], ["guys"]),
        ("The \ufffc guys.", ["guys"], ["guys"]),
    ],
)
def test_marks_are_whole_words_joined_over_spaces_and_hyphens(text, pieces, expected):
    assert marked(text, *pieces) == expected


def test_only_tokens_that_reach_the_threshold_are_marked():
    spans = [Span(0, 2), Span(3, 7)]
    assert marks("Hi guys", spans, [0.2, 0.5], 0.5) == (Span(3, 7),)
    assert marks("Hi guys", spans, [0.2, 0.5], 0.51) == ()
    assert marks("Hi guys", spans, [0.6, 0.6], 0.5) == (Span(0, 7),)


# Clear cases: a fault and the categories one of which must be its main one, and passages that nobody would change. Any
# one of them may be missed by the next training; more than a few may not.
FAULTY = [
    ("Women are too emotional to lead an engineering team.", {"gender"}),
    ("Girls are no good at mathematics, so we put the boys in front.", {"gender"}),
    ("Our tool is so easy that even your grandmother could set it up.", {"age", "gender"}),
    ("Old people are useless with computers.", {"age"}),
    ("Immigrants are lazy and live off our taxes.", {"ethnicity", "class"}),
    ("All gypsies steal, so lock your doors.", {"ethnicity"}),
    ("You can't trust Muslims with power tools.", {"religion"}),
    ("Gay men cannot be trusted around children.", {"sexuality"}),
    ("The disabled are a burden on the rest of us.", {"disability"}),
    ("Poor people are lazy and have only themselves to blame.", {"class"}),
    ("Fat people have no self-control and smell.", {"appearance"}),
    ("Those idiots in billing lost my letter again.", {"toxicity"}),
    ("These people are vermin and should be thrown out of the country.", {"toxicity", "ethnicity"}),
    ("The radical mob in the senate wants to ruin the country.", {"framing", "toxicity"}),
]
PLAIN = [
    "The meeting starts at nine in the main hall.",
    "Install the package with pip and restart the service.",
    "The bridge was closed for repairs in March.",
    "Each request carries a token that expires after ten minutes.",
    "Ms Okafor presented the budget, and her deputy took questions.",
    "Women earned 84 % of what men earned in 2022.",
    "Our Muslim neighbours hosted the dinner.",
    "The committee's plan is a mistake and will cost lives.",
    "As a gay man, I have worked here for ten years.",
    "Kill the process and restart the parent.",
    "She holds a master's degree in physics.",
    "Blind users can navigate the menu with a screen reader.",
    "The recipe needs two onions and a cup of rice.",
    "The bank raised its rates by half a point in June.",
]
# At the start of a document and after another sentence.
BEFORE = ["", "The report was published last week."]


@pytest.mark.parametrize("before", BEFORE)
def test_clear_faults_are_found_named_and_marked(detector, before):
    verdicts = detector.detect([(text, before) for text, _ in FAULTY])
    found = [case for case in zip(FAULTY, verdicts, strict=True) if case[1].probability >= detector.threshold]
    assert len(found) >= len(FAULTY) - 3
    assert sum(verdict.categories[0] in main for (_, main), verdict in found) >= len(found) - 2
    assert sum(bool(verdict.marks) for _, verdict in found) >= len(found) - 1
    for (text, _), verdict in found:
        assert all(0 <= mark.start < mark.end <= len(text) for mark in verdict.marks)
        assert list(verdict.marks) == sorted(verdict.marks)


@pytest.mark.parametrize("before", BEFORE)
def test_plain_passages_are_left_alone(detector, before):
    verdicts = detector.detect([(text, before) for text in PLAIN])
    assert sum(verdict.probability >= detector.threshold for verdict in verdicts) <= 1


def test_every_category_is_one_of_ours_and_the_main_one_is_always_named(detector):
    for found in detector.detect([(text, "") for text in PLAIN] + [(text, "") for text, _ in FAULTY]):
        assert found.categories
        assert set(found.categories) <= set(IDS)
        assert 0 < found.probability < 1


def test_a_verdict_hangs_on_the_passage_alone(detector):
    passages = [(text, before) for text in (FAULTY[0][0], FAULTY[1][0], *PLAIN) for before in ("", "All went well.")]
    passages += [("Guys " * 150, ""), ("ok", "")]
    alone = [detector.detect([passage])[0] for passage in passages]
    assert detector.detect(passages) == alone
    assert detector.detect(passages[::-1]) == alone[::-1]
    assert detector.detect(passages[3:9]) == alone[3:9]
    assert detector.detect([]) == []


def test_the_sentence_before_is_read(detector):
    text = "They always do that."
    kind, unkind = ("The pumps restart at night.", "Gypsies are thieves who steal from everyone.")
    verdicts = detector.detect([(text, kind), (text, unkind)])
    assert verdicts[0].probability != verdicts[1].probability


def test_any_text_gets_a_verdict(detector):
    texts = ["", "\ufffc", "é" * 500, "\u202e\u200b", "人間", "a" * 5000, "\x01\x7f", "🏳️‍🌈"]
    for text in texts:
        found = detector.detect([(text, text)])[0]
        assert 0 < found.probability < 1
        assert all(mark.end <= len(text) for mark in found.marks)


def with_settings(graph: bytes, settings: bytes) -> bytes:
    """An ONNX file with our settings in its metadata: field 14 holds a key (1) and a value (2)."""
    entry = b"\x0a\x06srlint\x12" + bytes([len(settings)]) + settings
    return graph + b"\x72" + bytes([len(entry)]) + entry


def shipped_bytes() -> bytes:
    return (resources.files("srlint") / "data" / "detector.onnx").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: b"", id="empty"),
        pytest.param(lambda: b"GGUF" + bytes(2000), id="of another kind"),
        pytest.param(lambda: shipped_bytes()[:100_000], id="cut short"),
        pytest.param(lambda: COPY, id="without settings"),
        pytest.param(lambda: with_settings(COPY, b"{"), id="with broken settings"),
        pytest.param(lambda: with_settings(COPY, b'{"threshold": 0.5}'), id="with settings of another version"),
        pytest.param(lambda: with_settings(COPY, b"[1]"), id="with settings of another kind"),
    ],
)
def test_a_file_that_is_no_detector_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "detector.onnx"
    path.write_bytes(content())
    with pytest.raises(ModelError, match="not a detector made by") as raised:
        Detector.load(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match="gone.onnx: cannot read the detector: No such file"):
        Detector.load(tmp_path / "gone.onnx")


def test_the_file_may_lie_elsewhere(tmp_path, detector):
    path = tmp_path / "copy.onnx"
    path.write_bytes(shipped_bytes())
    other = Detector.load(path)
    assert other.threshold == detector.threshold
    assert other.detect([("Hi guys", "")]) == detector.detect([("Hi guys", "")])
