"""Training data from elsewhere: what is read from each kind of file, what is refused in which words, and the hub."""

from __future__ import annotations

import csv
import json
import random
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.dataset import SPLITS, digest  # noqa: E402
from finetune.pairs import pairs  # noqa: E402
from finetune.reading import hub_data  # noqa: E402
from finetune.reading.faults import faults  # noqa: E402
from finetune.reading.likeness import fingerprint, folded  # noqa: E402
from finetune.sources import load  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402
from srlint.formats.atoms import ATOM  # noqa: E402

THINGS = "pump loaf river tent clock ferry stamp onion ladder violin marble saddle".split()


def plain(number: int, **changes) -> dict:
    """A clean row in our `text,rewrite` schema that is like no other."""
    thing = THINGS[number % len(THINGS)]
    return {"text": f"The {thing} on shelf {number} was sold.", "rewrite": ""} | changes


def write(path: Path, rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_csv(path: Path, rows: list[dict]) -> Path:
    with open(path, "w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def quiet(line: str) -> None:
    """Takes a log line and says nothing."""


def every(source, **options) -> dict[str, object]:
    """The rows of a source by text, whatever split they are in."""
    return {row.text: row for rows in load(source, 1, quiet, **options).values() for row in rows}


def where(source, seed: int = 1, **options) -> dict[str, str]:
    return {row.text: name for name, rows in load(source, seed, quiet, **options).items() for row in rows}


def refusal(source, **options) -> str:
    with pytest.raises(ConfigError) as raised:
        load(source, 1, quiet, **options)
    message = str(raised.value)
    assert "\n" not in message
    return message


# --- what is read -----------------------------------------------------------------------------------------------------

CHAIR = {"text": "The chairman met the  new boys.", "rewrite": "The chair met the new staff."}
SAMPLE = [
    CHAIR | {"categories": ["gender", "age"], "before": "See\nbelow.", "split": "train", "id": "a1"},
    {"text": "Only fools vote for it.", "rewrite": "-", "categories": ["toxicity"], "split": "train"},
    {"text": "They are all thieves.", "rewrite": "", "categories": ["ethnicity"], "split": "validation"},
    {"text": "The ‘old’ bridge is shut.", "rewrite": "The 'old'  bridge is shut.", "split": "VAL"},
    {"text": "The ferry leaves at six.", "rewrite": None, "split": "test"},
]


def check_sample(splits) -> None:
    first, second = splits["train"]
    assert first.id == "a1"
    assert first.before == "See below."
    assert first.text == "The chairman met the new boys."
    assert first.flagged and first.categories == ("gender", "age")
    assert [first.text[a:b] for a, b in first.spans] == ["chairman", "boys"]
    assert first.rewrites == ("The chair met the new staff.",)
    assert (first.difficulty, first.genre, first.why) == ("context", "", "")
    assert second.flagged and second.categories == ("toxicity",) and second.rewrites == ()
    assert second.spans == ((0, len(second.text)),)
    third, fourth = splits["dev"]
    assert third.flagged and third.categories == ("ethnicity",) and third.rewrites == ()
    assert not fourth.flagged and fourth.categories == fourth.spans == fourth.rewrites == ()
    assert fourth.difficulty == "plain"
    (fifth,) = splits["test"]
    assert not fifth.flagged and fifth.text == "The ferry leaves at six."
    assert len({row.id for rows in splits.values() for row in rows}) == 5


def test_json_lines(tmp_path):
    path = write(tmp_path / "x.jsonl", SAMPLE)
    check_sample(load(path, 1, quiet))
    check_sample(load(str(path), 1, quiet))


def test_json_lists_and_json_files_that_hold_lines(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("\ufeff" + json.dumps(SAMPLE, indent=2), encoding="utf-8")
    check_sample(load(path, 1, quiet))
    check_sample(load(write(path, SAMPLE), 1, quiet))


def test_csv_with_each_separator_of_categories(tmp_path):
    rows = [{"categories": "", "before": "", "id": "", "topic": "x"} | row for row in SAMPLE]
    for separator in (",", ";", "|", " ; "):
        cells = [row | {"categories": separator.join(row["categories"])} for row in rows]
        check_sample(load(write_csv(tmp_path / "x.CSV", cells), 1, quiet))


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"categories": None, "before": None, "id": None, "vector": [0.5]} | row for row in SAMPLE]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "x.parquet")
    check_sample(load(tmp_path / "x.parquet", 1, quiet))


def test_alpaca_takes_the_input_or_else_the_instruction(tmp_path):
    rows = [
        {"instruction": "Make this fair.", "input": "The chairman spoke.", "output": "The chair spoke."},
        {"instruction": "The salesman called.", "input": "", "output": "The sales agent called."},
        {"instruction": "Make this fair.", "input": "It rained.", "output": "It rained.", "text": "a whole prompt"},
    ]
    found = every(write(tmp_path / "x.jsonl", [row | {"id": at} for at, row in enumerate(rows, 7)]))
    assert set(found) == {"The chairman spoke.", "The salesman called.", "It rained."}
    assert found["The chairman spoke."].rewrites == ("The chair spoke.",)
    assert found["The salesman called."].rewrites == ("The sales agent called.",)
    assert not found["It rained."].flagged
    assert {row.id for row in found.values()} == {"7", "8", "9"}


def test_our_own_format_is_read_as_dataset_reads_it(tmp_path):
    own = {"id": "x-1", "genre": "notice", "before": "", "text": "The *chairman* left.", "label": "flag"}
    own |= {"categories": ["gender"], "spans": ["chairman"], "rewrites": ["The *chair* left.", "The *head* left."]}
    own |= {"difficulty": "term", "why": "generic"}
    clean = {"label": "clean", "categories": [], "spans": [], "rewrites": [], "difficulty": "hard"}
    write(tmp_path / "x.jsonl", [own, *(own | clean | {"text": f"Gate {n} is open."} for n in range(4))])
    found = every(tmp_path)
    assert found["The chairman left."].rewrites == ("The chair left.", "The head left.")
    assert found["The chairman left."].spans == ((4, 12),)
    assert found["Gate 1 is open."].difficulty == "hard"
    write(tmp_path / "x.jsonl", [own, own | {"categories": ["colour"]}])
    assert refusal(tmp_path) == f"{tmp_path / 'x.jsonl'}:2: categories has ['colour']"


def test_links_become_what_a_document_shows_unless_the_rewrite_changes_them(tmp_path):
    rows = [
        {"text": "Ask @kim about the manpower.", "rewrite": "Ask @kim about the staff.", "before": "See https://a.example/b."},
        {"text": "Dummies read https://a.example/c", "rewrite": "Beginners read the guide"},
        plain(1, text="Read docs/a.md first."),
    ]
    rows = [row | {"categories": "class"} if row["rewrite"] else row for row in rows]
    found = every(write(tmp_path / "x.jsonl", rows))
    assert set(found) == {f"Ask {ATOM} about the manpower.", "Dummies read https://a.example/c", f"Read {ATOM} first."}
    assert found[f"Ask {ATOM} about the manpower."].rewrites == (f"Ask {ATOM} about the staff.",)
    assert found[f"Ask {ATOM} about the manpower."].before == f"See {ATOM}."


def test_odd_characters_make_no_lines_and_no_links(tmp_path):
    row = json.dumps(plain(1, text=f"One\u2028line, {ATOM}no link."), ensure_ascii=False)
    assert "One line, no link." in every(write(tmp_path / "x.jsonl", [row, plain(2), plain(3)]))


@pytest.mark.parametrize(
    ("text", "rewrite", "words"),
    [
        ("He is crazy late.", "He is late.", ["crazy"]),
        ("Every man and his big dog came.", "Every person and their dog came.", ["man", "his big"]),
        ("Women lead badly.", "Women rarely lead badly.", ["lead"]),
        ("Women lead", "Women lead well", ["lead"]),
        ("So gay!", "So silly!", ["gay"]),
        ("black people", "Black people", ["black"]),
        ("No one - man", "No one -man", ["man"]),
        ("!!", "!! ?", ["!!"]),
        ("Only fools.", None, ["Only fools."]),
    ],
)
def test_the_words_at_fault_are_those_that_the_rewrite_changes(text, rewrite, words):
    assert [text[start:end] for start, end in faults(text, rewrite)] == words


def test_the_detector_names_what_the_data_do_not(tmp_path):
    rows = [CHAIR, CHAIR | {"text": "Old people cannot learn to code.", "rewrite": "-"}, *map(plain, range(8))]
    rows[0] = rows[0] | {"text": "We lack the manpower to finish.", "rewrite": "We lack the staff to finish."}
    rows[2] = {"text": "What an idiot.", "rewrite": "How odd.", "categories": ["toxicity"]}
    log: list[str] = []
    path = write(tmp_path / "x.jsonl", rows)
    found = {row.text: row for own in load(path, 1, log.append).values() for row in own}
    assert found["We lack the manpower to finish."].categories[0] == "gender"
    assert found["Old people cannot learn to code."].categories[0] == "age"
    assert found["What an idiot."].categories == ("toxicity",)
    assert f"{path}: 2 of the flagged passages name no category: srlint's detector names it" in log
    assert log[-1] == f"{path}: 10 passages, 3 flagged: train 6, dev 2, test 2"


def test_what_is_odd_is_logged(tmp_path):
    rows = [
        *(plain(number) for number in range(6)),
        plain(7, rewrite=plain(7)["text"], categories="age"),
        {"text": "He is mad.", "rewrite": "I'm sorry, I cannot help with that.", "categories": "disability"},
    ]
    log: list[str] = []
    found = load(write(tmp_path / "x.jsonl", rows), 1, log.append)
    assert [line.split(": ", 1)[1] for line in log] == [
        "6 rows have an empty rewrite and no categories: taken as clean",
        "1 rows name categories but change nothing: taken as clean",
        "1 rows have a rewrite that reads as a refusal to answer: kept, but look at them",
        "no splits given: all is cut 60/20/20 by seed 1",
        f"8 passages, 1 flagged: train {len(found['train'])}, dev 2, test 2",
    ]


def test_the_rows_can_be_digested_and_trained_on(tmp_path):
    found = load(write(tmp_path / "x.jsonl", SAMPLE), 1, quiet)
    write(tmp_path / "elsewhere" / "y.json", SAMPLE)
    again = load(tmp_path / "elsewhere", 1, quiet)
    assert digest(found["train"]) == digest(again["train"])
    assert digest(found["train"]) != digest(found["dev"])
    answers = [pair.answer for pair in pairs(found["train"], 0.5, 1)]
    assert answers == ["gender, age\nThe chair met the new staff.", "toxicity\n-"]


# --- what is refused --------------------------------------------------------------------------------------------------

WANTED = "wanted: text and rewrite, or instruction, input, output"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "a"}, "column rewrite: missing"),
        ({"text": 4, "rewrite": ""}, "column text: is a number, not text"),
        ({"text": "a", "rewrite": ["b"]}, "column rewrite: is a list, not text"),
        ({"text": "a", "rewrite": True}, "column rewrite: is true or false, not text"),
        ({"text": " \n", "rewrite": "b"}, "column text: is empty"),
        ({"text": None, "rewrite": "b"}, "column text: is empty"),
        ({"text": "a\ud800", "rewrite": "b"}, "column text: holds half a surrogate pair, which is no character"),
        (plain(1, before={}), "column before: is an object, not text"),
        (plain(1, id=1.5), "column id: is a number, not text"),
        (plain(1, split="holdout"), "column split: 'holdout' is no split: train, dev (or validation) and test are"),
        (plain(1, categories=["gender", 3]), "column categories: holds a number, not text"),
        (plain(1, categories=3), "column categories: is a number, not text"),
        (plain(1, categories="gendr"), "column categories: 'gendr' is no category: did you mean gender?"),
        (plain(1, categories=["Religion"]), "column categories: 'Religion' is no category: did you mean religion?"),
        ('{"text": "a", }', "not JSON: Illegal trailing comma before end of object (character 13)"),
        ("[1]", "is a list, not an object with columns"),
        ("[" * 100_000, "not JSON that can be read: "),
    ],
)
def test_errors_name_the_file_the_row_and_the_column(tmp_path, row, said):
    path = write(tmp_path / "x.jsonl", [plain(0), "", row])
    message = refusal(path)
    if "Illegal" in said and "Illegal" not in message:  # Python 3.11 and 3.12 word it otherwise
        said = "not JSON: Expecting property name enclosed in double quotes (character 15)"
    assert message.startswith(f"{path}:3: {said}")


def test_a_category_like_none_gets_the_whole_list(tmp_path):
    path = write(tmp_path / "x.jsonl", [plain(0, categories="zzz")])
    assert refusal(path).startswith(f"{path}:1: column categories: 'zzz' is no category: they are gender, ethnicity, ")


@pytest.mark.parametrize(
    ("columns", "missing"),
    [("text,label", "rewrite"), ("rewrite", "text"), ("instruction,output", "input"), ("prompt,answer", "text")],
)
def test_files_of_no_known_schema_are_refused(tmp_path, columns, missing):
    path = tmp_path / "x.csv"
    path.write_text(f"\n{columns}\n" + ",".join("a" for _ in columns.split(",")), encoding="utf-8")
    there = columns.replace(",", ", ")
    assert refusal(path) == f"{path}:2: column {missing}: missing (there are: {there}; {WANTED})"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'text,rewrite\n"a\nb",\nc\n', ":4: column rewrite: the row has 1 cells, the header 2 ("),
        (b"text,rewrite\na,b,c\n", ":2: column rewrite: the row has 3 cells, the header 2 ("),
        (b"text,rewrite,text\n", ":1: column text: the header names it twice"),
        (b'text,rewrite\nc,\n"a,b\n', ":3: not CSV: unexpected end of data"),
        (b'text,rewrite\n"a"b,c\n', ":2: not CSV: ',' expected after '\"'"),
        (b"text,rewrite\nc,\ncaf\xe9,\n", ":3: not UTF-8: byte 0xe9"),
        (b"text,rewrite\n ,x\n", ":2: column text: is empty"),
        (b"text,rewrite\n", ": no rows"),
        (b"", ": no rows"),
    ],
)
def test_broken_csv(tmp_path, content, said):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}{said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"text": "a", "rewrite": "b"},\n {"text" "a"}]', ":2: not JSON: Expecting ':' delimiter (character 10)"),
        ('[{"text": "a", "rewrite": ""}, {"text": "b"}]', ":2: column rewrite: missing"),
        ('[{"text": "a", "rewrite": ""}, 3]', ":2: is a number, not an object with columns"),
        ('{"data": []}', f":1: column text: missing (there are: data; {WANTED})"),
        ("[]", ": no rows"),
    ],
)
def test_broken_json(tmp_path, content, said):
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    assert refusal(path) == f"{path}{said}"


def test_broken_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 is not all there is to it")
    assert refusal(path).startswith(f"{path}: not a Parquet file, or a damaged one: ")
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "rewrite": [1, 2]}), path)
    assert refusal(path) == f"{path}:1: column rewrite: is a number, not text"
    parquet.write_table(pyarrow.table({"text": ["a", None], "rewrite": ["", ""]}), path)
    assert refusal(path) == f"{path}:2: column text: is empty"
    parquet.write_table(pyarrow.table({"text": ["a"], "label": [1]}), path)
    assert refusal(path) == f"{path}:1: column rewrite: missing (there are: text, label; {WANTED})"
    latin = pyarrow.Array.from_buffers(pyarrow.string(), 2, pyarrow.array([b"ok", b"caf\xe9"]).buffers())
    parquet.write_table(pyarrow.table({"text": latin, "rewrite": ["", ""]}), path)
    assert refusal(path) == f"{path}:2: column text: not UTF-8"
    path.write_bytes(path.read_bytes()[:-20] + b"\0" * 20)
    assert refusal(path).startswith(f"{path}: not a Parquet file, or a damaged one: ")


def test_sources_that_are_none(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}: no .jsonl, .json, .csv, .parquet file in this folder"
    (tmp_path / "x.tsv").touch()
    assert refusal(tmp_path / "x.tsv") == f"{tmp_path / 'x.tsv'}: not one of .jsonl, .json, .csv, .parquet"
    for name in ("data/pairs.csv", "a/b/c", Path("owner/name"), "pairs"):
        assert refusal(name).startswith(f"{name}: no such file or folder (a hub data set is owner/name or ")


def test_files_that_are_no_data_are_passed_over(tmp_path):
    write(tmp_path / "a.jsonl", map(plain, range(5)))
    write(tmp_path / "dataset_infos.json", [{"default": {}}])
    write(tmp_path / ".cache" / "b.jsonl", ["no JSON"])
    write(tmp_path / "README.md", ["# Cards"])
    assert len(where(tmp_path)) == 5


# --- copies and leaks -------------------------------------------------------------------------------------------------


def test_the_fingerprint_folds_what_no_reader_sees_as_another_text():
    same = ("Is this “Café” one?", "is  this \"café\"\none?", "IS THIS «CAFE\u0301» ONE?", "Is this ″Café″ one?")
    assert len({fingerprint(text) for text in same}) == 1
    assert fingerprint("It's ﬁne") == fingerprint("it’s fine")
    assert fingerprint("Is this café one") != fingerprint("Is this café one?")
    assert folded("‘black’  tea") == "'black' tea" != folded("'Black' tea")


def test_copies_are_refused_or_dropped(tmp_path):
    rows = [*map(plain, range(6)), plain(2), plain(3, before="Look."), plain(3, text=plain(3)["text"].upper())]
    path = write(tmp_path / "x.jsonl", rows)
    assert refusal(path) == (
        f"{path}: 2 passages are told twice (first {path}:3 and {path}:7): "
        "mend the data, or set deduplicate to drop the copies"
    )
    log: list[str] = []
    found = load(path, 1, log.append, deduplicate=True)
    assert f"{path}: dropped 0 passages that another split holds and 2 told twice" in log
    texts = Counter(row.text for rows in found.values() for row in rows)
    assert texts == Counter(plain(number)["text"] for number in (0, 1, 2, 3, 3, 4, 5))
    assert len([name for name, own in found.items() if any(plain(3)["text"] == row.text for row in own)]) == 1


def test_leaks_are_refused_or_dropped_from_train_first(tmp_path):
    write(tmp_path / "train.jsonl", [*map(plain, range(6)), plain(5)])
    write(tmp_path / "dev.jsonl", [plain(3, before="Look."), plain(7), plain(8)])
    write(tmp_path / "test.jsonl", [plain(4), plain(8, before="There."), plain(9)])
    train, dev, test = (tmp_path / f"{name}.jsonl" for name in SPLITS)
    assert refusal(tmp_path) == (
        f"{tmp_path}: 3 passages stand in more than one split (first {dev}:1 and {train}:4); "
        f"1 passages are told twice (first {train}:6 and {train}:7): "
        "mend the data, or set deduplicate to drop the copies"
    )
    log: list[str] = []
    found = load(tmp_path, 1, log.append, deduplicate=True)
    assert f"{tmp_path}: dropped 3 passages that another split holds and 1 told twice" in log
    numbers = {name: [int(row.text.split()[-3]) for row in rows] for name, rows in found.items()}
    assert numbers == {"train": [0, 1, 2, 5], "dev": [3, 7], "test": [4, 8, 9]}


# --- splits -----------------------------------------------------------------------------------------------------------


def test_sixty_twenty_twenty_by_seed_and_content(tmp_path):
    rows = [plain(number) for number in range(100)]
    path = write(tmp_path / "x.jsonl", rows)
    first = where(path)
    assert Counter(first.values()) == {"train": 60, "dev": 20, "test": 20}
    random.Random(0).shuffle(rows)
    write(path, rows)
    assert where(path) == first
    assert list(load(path, 1, quiet)) == list(SPLITS)
    assert [row.text for row in load(path, 1, quiet)["dev"]] == [r["text"] for r in rows if first[r["text"]] == "dev"]
    other = where(path, seed=2)
    assert Counter(other.values()) == {"train": 60, "dev": 20, "test": 20}
    assert 0.3 < sum(first[text] == other[text] for text in first) / 100 < 0.6  # 0.44 by chance


@pytest.mark.parametrize(("size", "sizes"), [(3, (1, 1, 1)), (4, (2, 1, 1)), (5, (3, 1, 1)), (8, (4, 2, 2))])
def test_small_data_are_cut_too(tmp_path, size, sizes):
    found = load(write(tmp_path / "x.jsonl", map(plain, range(size))), 1, quiet)
    assert tuple(map(len, found.values())) == sizes


def test_too_little_to_split(tmp_path):
    path = write(tmp_path / "x.jsonl", [plain(1), *(plain(2, before=f"{number}.") for number in range(9))])
    assert refusal(path) == f"{path}: too few different passages to split (2)"


@pytest.mark.parametrize(
    "names",
    [
        ("train.jsonl", "validation.jsonl", "my-data-test.jsonl"),
        ("data/train-00000-of-00001-a1b2.jsonl", "data/val.jsonl", "data/Test_set.jsonl"),
        ("training/1.jsonl", "dev/1.jsonl", "test/more/1.jsonl"),
    ],
)
def test_splits_by_the_names_of_files_and_folders(tmp_path, names):
    for number, name in enumerate(names):
        write(tmp_path / name, [plain(number)])
    assert where(tmp_path) == {plain(number)["text"]: name for number, name in enumerate(SPLITS)}


def test_a_column_says_more_than_a_name(tmp_path):
    names = ("", "dev", "test", None, "validation")
    write(tmp_path / "train.jsonl", [plain(number, split=name) for number, name in enumerate(names)])
    found = where(tmp_path)
    assert [found[plain(number)["text"]] for number in range(5)] == ["train", "dev", "test", "train", "dev"]


@pytest.mark.parametrize(("there", "missing"), [("test", "dev"), ("dev", "test")])
def test_a_missing_held_out_split_is_a_quarter_of_train(tmp_path, there, missing):
    write(tmp_path / "train.jsonl", map(plain, range(80)))
    write(tmp_path / f"{there}.jsonl", map(plain, range(80, 90)))
    log: list[str] = []
    found = load(tmp_path, 1, log.append)
    assert {name: len(rows) for name, rows in found.items()} == {"train": 60, there: 10, missing: 20}
    assert f"{tmp_path}: no {missing} split given: cut from train by seed 1" in log
    write(tmp_path / "train.jsonl", map(plain, range(2)))
    assert Counter(where(tmp_path).values()) == {"train": 1, there: 10, missing: 1}


def test_data_that_are_all_for_training_are_cut(tmp_path):
    write(tmp_path / "train.jsonl", map(plain, range(20)))
    assert Counter(where(tmp_path).values()) == {"train": 12, "dev": 4, "test": 4}


def test_splits_that_make_no_sense(tmp_path):
    write(tmp_path / "test.jsonl", [plain(1)])
    write(tmp_path / "dev.jsonl", [plain(2)])
    assert refusal(tmp_path) == f"{tmp_path}: nothing to train on: all rows are for dev and test"
    write(tmp_path / "more.jsonl", [plain(3, split="train"), plain(4)])
    more = tmp_path / "more.jsonl"
    assert refusal(tmp_path) == (
        f"{more}:2: in no split, while other rows are: name its file after one or fill a split column"
    )
    both = more.rename(tmp_path / "train-test.jsonl")
    assert refusal(tmp_path) == f"{both}: 'train-test' names two splits, test and train: rename it"


def test_a_missing_part_is_noticed(tmp_path):
    for part in (0, 2):
        write(tmp_path / "data" / f"train-0000{part}-of-00003.jsonl", [plain(part)])
    assert refusal(tmp_path) == f"{tmp_path}: data/train-*-of-00003 has 2 parts of 3: fetch the others"
    write(tmp_path / "data" / "train-00001-of-00003.jsonl", [plain(1)])
    assert len(where(tmp_path)) == 3


# --- the hub ----------------------------------------------------------------------------------------------------------

COMMIT = "5" * 40
FILES = {
    "README.md": "# Made up",
    "dataset_infos.json": "{}",
    "data/train.jsonl": "".join(json.dumps(plain(number)) + "\n" for number in range(8)),
    "data/test.csv": "text,rewrite\nThe lamp is lit.,\n",
}
REFUSED = {
    "made/gated": (403, "GatedRepo"),
    "made/terms": (401, "GatedRepo"),
    "made/closed": (403, ""),
    "made/private": (401, "RepoNotFound"),
    "made/none": (404, "RepoNotFound"),
    "made/odd@v9": (404, "RevisionNotFound"),
    "made/broken": (418, ""),
}


class Hub(BaseHTTPRequestHandler):
    """The routes that huggingface_hub calls: the tree of a data set, and a file of it (HEAD and GET)."""

    asked: list[str] = []
    files = {"made/pairs": FILES, "made/empty": {"README.md": "# Nothing"}, "made/halfway": FILES}

    def do_GET(self):
        self.asked.append(f"{self.command} {self.path}")
        parts = urlsplit(self.path).path.strip("/").split("/")
        parts = parts[1:] if parts[0] == "api" else parts
        name, revision = "/".join(parts[1:3]), parts[4]
        status, code = REFUSED.get(name) or REFUSED.get(f"{name}@{revision}") or (200, "")
        if name == "made/halfway" and parts[3] == "resolve":
            status = 403
        if status != 200:
            self.answer(status, b"{}", {"X-Error-Code": code} if code else {})
        elif parts[3] == "tree":
            tree = [{"type": "file", "path": path, "size": 1, "oid": "0"} for path in self.files[name]]
            self.answer(200, json.dumps([{"type": "directory", "path": "data", "oid": "1"}, *tree]).encode(), {})
        else:
            path = "/".join(parts[5:])
            headers = {"ETag": f'"{path.replace("/", "-")}"', "X-Repo-Commit": COMMIT}
            self.answer(200, self.files[name][path].encode(), headers)

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The address of a hub of our own, and an empty cache."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(Hub, "asked", [])
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with serving() as address:
        monkeypatch.setenv("HF_ENDPOINT", address + "/")
        yield address


def test_a_hub_data_set(hub):
    log: list[str] = []
    found = load("made/pairs", 1, log.append)
    assert {name: len(rows) for name, rows in found.items()} == {"train": 6, "dev": 2, "test": 1}
    assert log[0] == f"made/pairs: 2 files of commit {COMMIT}: data/test.csv, data/train.jsonl"
    assert Hub.asked[0].startswith("GET /api/datasets/made/pairs/tree/main?")
    assert not any("README" in line or "infos" in line for line in Hub.asked)


def test_a_revision_of_a_hub_data_set(hub):
    assert len(where("made/pairs@v1.2")) == 9
    assert all("/tree/v1.2" in line or "/resolve/v1.2/" in line for line in Hub.asked)


def test_errors_in_hub_data_name_the_data_set_and_the_file(hub, monkeypatch):
    monkeypatch.setitem(Hub.files, "made/pairs", FILES | {"data/test.csv": "text,rewrite\n,x\n"})
    assert refusal("made/pairs") == "made/pairs/data/test.csv:2: column text: is empty"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("made/gated", "access is refused (403): accept the terms at {}/datasets/made/gated, and set HF_TOKEN to a"),
        ("made/terms", "access is refused (401): accept the terms at {}/datasets/made/terms, and set HF_TOKEN to a"),
        ("made/closed", "access is refused (403): accept the terms at {}/datasets/made/closed, and set HF_TOKEN to a"),
        ("made/halfway", "access is refused (403): accept the terms at {}/datasets/made/halfway, and set HF_TOKEN"),
        ("made/private", "no such folder here, and no such data set at {} that is open to you (401): check the"),
        ("made/none", "no such folder here, and no such data set at {} that is open to you (404): check the"),
        ("made/odd@v9", "no revision 'v9': see {}/datasets/made/odd/tree/main"),
        ("made/empty", "the data set has no .jsonl, .json, .csv or .parquet file: name another"),
        ("made/broken", "cannot be fetched from {}: "),
    ],
)
def test_what_the_hub_refuses(hub, name, said):
    assert refusal(name).startswith(f"{name.partition('@')[0]}: {said.format(hub)}")


def test_a_hub_that_does_not_answer(hub, monkeypatch):
    with serving() as gone:
        monkeypatch.setenv("HF_ENDPOINT", gone)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # the library tries again, and again later
    message = refusal("made/pairs")
    assert message.startswith(f"made/pairs: cannot be fetched from {gone}: ")
    assert message.endswith(": try again later, or name a local folder")


@pytest.mark.parametrize("way", ["the environment", "the library"])
def test_offline_the_cache_is_all_there_is(hub, monkeypatch, way):
    from huggingface_hub import constants

    online = where("made/pairs")
    Hub.asked.clear()
    if way == "the environment":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    else:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert where("made/pairs") == online
    for name, which in (("made/other", ""), ("made/pairs@v2", " at v2")):
        assert refusal(name) == (
            f"{name.partition('@')[0]}: HF_HUB_OFFLINE is set and this data set{which} is not in the hub's cache: "
            "unset it, or fetch the data once while online"
        )
    assert Hub.asked == []


def test_a_data_set_that_changes_on_the_way_is_refused(hub, monkeypatch):
    commits = iter("abcdefgh")
    plainly = Hub.answer

    def answer(self, status, body, headers):
        plainly(self, status, body, headers | ({"X-Repo-Commit": next(commits) * 40} if "ETag" in headers else {}))

    monkeypatch.setattr(Hub, "answer", answer)
    assert refusal("made/pairs") == "made/pairs: it was changed while it was fetched: run this again"


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ConfigError, match="^a/b: the hub needs huggingface_hub: pip install huggingface_hub$"):
        hub_data.fetch("a/b", None, bool, quiet)
