"""The arithmetic of the benchmarks: a figure that is wrong is worse than none."""

from __future__ import annotations

import gzip
import json
import sys

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks.cached import _copy
from benchmarks.detection import System, held_out, measured, unlearnt
from benchmarks.fidelity import broken, compared, kept, without_marks
from benchmarks.judged import OTHERS, WORDS, _files, labelled, sources, spread, with_rewrite
from benchmarks.peers import Alex, PeerMissing, counted
from benchmarks.rewrites import scored, totals
from benchmarks.speed import measure
from benchmarks.tables import interval, percent, table
from finetune.dataset import DATA, Row, near_duplicates, read_rows, split_of
from finetune.evaluation.wording import chrf
from srlint.categories import IDS
from srlint.document import Document, Span
from srlint.errors import ConfigError
from srlint.findings import Edit, Finding, Rewrite

OLD = "The chairman met 3 nurses in Leeds."
MARK = ((4, 12),)


def row(text=OLD, spans=MARK, rewrites=("The chair met 3 nurses in Leeds.",), flagged=True, difficulty="term"):
    return Row("x-1", "note", "", text, flagged, ("gender",) if flagged else (), spans, rewrites, difficulty, "")


def test_kept_words_are_a_longest_common_subsequence():
    assert kept("a b c d".split(), "b x d".split()) == {1, 3}
    assert kept([], ["a"]) == set()


@pytest.mark.parametrize(
    ("new", "removed", "marked_kept", "unmarked_kept", "echo"),
    [
        (OLD, 0, 1, 6, True),
        ("The chair met 3 nurses in Leeds.", 1, 0, 6, False),
        ("The chairman, met 3 nurses in Leeds!", 0, 1, 6, True),
        ("Nurses met.", 1, 0, 1, False),
    ],
)
def test_what_a_rewrite_removes_and_keeps(new, removed, marked_kept, unmarked_kept, echo):
    found = compared(OLD, new, MARK)
    assert (found.spans, found.marked, found.unmarked) == (1, 1, 6)
    assert (found.spans_removed, found.marked_kept, found.unmarked_kept, found.echo) == (
        removed,
        marked_kept,
        unmarked_kept,
        echo,
    )


@pytest.mark.parametrize(
    ("new", "what"),
    [
        ("The chair met 3 nurses in Leeds.", ()),
        ("The chair met nurses in Leeds.", ("digits changed",)),
        ("The chair met 3 nurses in York.", ("lost Leeds", "added York")),
        ("The chair met 3 nurses in Leeds twice, for Ann's sake and two more.", ("added Ann's", "added two")),
        ("Chairs met 3 nurses in Leeds’s centre.", ()),
    ],
)
def test_numbers_and_names(new, what):
    assert broken(OLD, new, MARK, ()) == what


def test_a_name_inside_a_span_may_go_and_one_from_a_reference_may_come():
    old = "A Mormon girl met the n00bs."
    assert broken(old, "A Christian girl met the players.", ((2, 8),), ("A Christian girl met newcomers.",)) == ()
    assert broken(old, "A Christian girl met the players.", ((2, 8),), ()) == ("added Christian",)


def test_chrf_agrees_with_sacrebleu():
    assert chrf("The chair opens", ["The chair opens"]) == pytest.approx(1)
    # sacrebleu.CHRF().sentence_score(...).score, 2.5
    assert chrf("the chair opens", ["the chairman opens"]) == pytest.approx(0.5953031780844123)
    assert chrf("ab", ["abcd", "zz"]) == pytest.approx(0.47169811320754707)


def test_deleting_the_marks():
    assert without_marks("Well, the chairman met us.", ((0, 4),)) == "The chairman met us."
    assert without_marks("Lazy old Bob, 60, met us.", ((0, 8), (14, 16))) == "Bob,, met us."


def test_an_echo_and_an_empty_rewrite_are_failures():
    figures = totals([scored(row(), OLD), scored(row(), " "), scored(row(), None), scored(row(), row().rewrites[0])])
    assert figures["rewritten"] == 0.25
    assert figures["spans_removed_of_all"] == 0.25
    assert figures["spans_removed"] == 0.5  # of two outputs
    assert figures["exact_of_all"] == 0.25
    assert figures["broken"] == 0
    assert figures["offered_without_reference"] is None


def test_detection_figures():
    rows = [row(), row(difficulty="implicit"), *(row(flagged=False, spans=(), rewrites=(), difficulty="hard"),) * 2]
    figures = measured(
        rows, System("s", [True, False, True, False], [0.9, 0.2, 0.8, 0.1], ["gender", None, "age", None])
    )
    assert figures["all"]["precision"] == figures["all"]["recall"] == figures["all"]["false_alarms"] == 0.5
    assert figures["all"]["auc"] == 0.75
    assert figures["main_category_right"] == 1
    assert figures["recall"]["gender"] == 0.5
    assert figures["recall"]["age"] is None
    assert figures["found_share"] == {"term": 1, "context": None, "implicit": 0, "plain": None, "hard": 0.5}


def test_held_out_sentences_meet_no_trained_ones(tmp_path):
    path = tmp_path / "clean.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": str(at), "text": f"text {at}"}) + "\n" for at in range(10))
    every, _ = held_out(path, 10, {})
    assert held_out(path, 4, {"clean.jsonl.gz": 6}) == (every[:4], 0)
    mined = frozenset(text.split()[1] for text in (every[1], every[9]))
    assert held_out(path, 3, {"clean.jsonl.gz": 6}, mined) == ([every[0], *every[2:4]], 1)
    with pytest.raises(ConfigError, match="only 4"):
        held_out(path, 5, {"clean.jsonl.gz": 6})


def test_only_labelled_texts_that_no_run_learns_are_measured(tmp_path):
    with gzip.open(tmp_path / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": f"p-{at}", "text": f"post {at}"}) + "\n" for at in range(60))
    lines = [f"posts.jsonl.gz\tp-{at}\t" + ("flag\tage\n" if at % 2 else "clean\t\n") for at in range(60)]
    labels = tmp_path / "labels.tsv"
    labels.write_text("file\tid\tlabel\tcategories\n" + "".join(lines))
    (posts,) = unlearnt(tmp_path, labels).values()
    assert {row.id for row in posts} == {f"p-{at}" for at in range(60) if split_of(f"p-{at}") != "train"}
    labels.write_text("file\tid\tlabel\tcategories\n" + lines[0])
    assert unlearnt(tmp_path, labels) == {}  # figures need both kinds


def test_alex_report_is_counted_by_file():
    report = "0000.md\n   1:5-1:13  warning  `a`\n  1:2-1:3  warning  `b`\n\n0001.md: no issues found\n\n⚠ 2 warnings\n"
    assert counted(report, 2) == [2, 0]
    with pytest.raises(PeerMissing, match="names 2 of 3"):
        counted(report, 3)


def test_alex_stays_away_without_a_folder_or_npm(tmp_path, monkeypatch):
    with pytest.raises(PeerMissing, match="--peers"):
        Alex.install(None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PeerMissing, match="npm is not installed"):
        Alex.install(tmp_path)


def test_small_figures():
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert spread([1, 2], 5) == [1, 2]
    assert percent(None) == "–"
    low, high = interval(5, 100)
    assert (round(low, 4), round(high, 4)) == (0.0215, 0.1118)
    assert table(("a", "n"), [("long", 1), ("b", 22)]).splitlines() == ["a      n", "--------", "long   1", "b     22"]


def test_a_rewrite_is_shown_in_its_place():
    document = Document("Hi. The chairman met. Bye.", "text")
    rewrite = Rewrite("The chair met.", (Edit(Span(8, 16), "chair"),), "safe")
    finding = Finding(Span(4, 21), ("gender",), 0.9, (), "", rewrite)
    assert with_rewrite(document, finding) == "The [-chairman-]{+chair+} met."


def test_a_process_is_measured_and_its_failure_told(tmp_path):
    done = measure([sys.executable, "-c", "x = b'x' * 60_000_000"], tmp_path)
    assert done.seconds > 0
    assert done.peak_mb is None or 60 < done.peak_mb < 90
    small = measure([sys.executable, "-c", "pass"], tmp_path)
    assert small.peak_mb is None or small.peak_mb < 30
    with pytest.raises(ConfigError, match="status 3: oh"):
        measure([sys.executable, "-c", "import sys; print('oh', file=sys.stderr); sys.exit(3)"], tmp_path)


def test_passages_of_others_are_like_none_of_ours_and_none_of_each_other(own_passages):
    ours = [row.text for rows in own_passages.values() for row in rows]
    theirs = {name: [row for path in _files(folder) for row in read_rows(path)] for name, folder in OTHERS.items()}
    texts = [row.text for rows in theirs.values() for row in rows]
    assert not [(a, b) for a, b in near_duplicates([*ours, *texts]) if b >= len(ours)]
    for rows in theirs.values():
        assert 0.3 < sum(row.flagged for row in rows) / len(rows) < 0.6
        assert {row.categories[0] for row in rows if row.flagged} == set(IDS)


def test_rows_of_others_stand_beside_ours(tmp_path):
    (tmp_path / "frag5.jsonl").write_text((DATA / "frag5.jsonl").read_text(encoding="utf-8"), encoding="utf-8")
    found, written = labelled(tmp_path), sources(tmp_path)
    assert list(found) == ["train", "dev", "test", *OTHERS, *WORDS]
    assert {row.id for rows in found.values() for row in rows} == set(written)


@pytest.mark.parametrize("name", ["detection", "rewrites", "documents", "speed"])
def test_every_command_has_help(name):
    assert "--json" in CliRunner().invoke(command.main, [name, "--help"]).output


def test_documents_are_copied_until_there_are_enough(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.md").write_text("One two.\n")
    (source / "b.rst").write_text("Three.\n")
    total = _copy(source, tmp_path / "copies", 5)
    copies = sorted((tmp_path / "copies").iterdir())
    assert [path.suffix for path in copies] == [".md", ".rst", ".md", ".rst", ".md"]
    assert len({path.read_text() for path in copies}) == 5
    assert total == 3 * 2 + 2 * 1 + 5 * 5
