"""Our own passages: every row is sound, none is told twice, and nothing leaks between the splits."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune import dataset  # noqa: E402
from finetune.dataset import DATA, Row, as_passages, clean_prose, digest, load, near_duplicates, plain, read_rows  # noqa: E402
from srlint.categories import IDS  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402
from srlint.formats.atoms import ATOM  # noqa: E402

FILES = sorted(DATA.glob("*.jsonl"))
# Twins and swaps stand next to each other; this many rows apart they are still taken for neighbours.
NEAR = 3
# In a fragment of so few words one common phrase is nearly all there is.
SHORT = 5
# The same plain notice, or the same common phrase, written twice; both rows have one label and one split.
KNOWN = {
    ("mixed4-046", "press2-385"),
    ("civic2-400", "plainfolk13-028"),
    ("claims25-077", "origins6-272"),
    ("claims26-208", "standing19-317"),
    ("examples26-065", "terms-267"),
    ("pages20-171", "pages32-004"),
}


@pytest.fixture(scope="module")
def files() -> dict[str, list[Row]]:
    return {path.stem: read_rows(path) for path in FILES}


@pytest.fixture(scope="module")
def splits(own_passages) -> dict[str, list[Row]]:
    return own_passages


@pytest.fixture(scope="module")
def retold(files) -> list[tuple[Row, Row, int]]:
    """Pairs of rows that share much of their wording, and how many rows apart they stand (far, in other files)."""
    rows = [(name, place, row) for name, own in files.items() for place, row in enumerate(own)]
    pairs = near_duplicates([row.text for _, _, row in rows])
    apart = [(rows[a], rows[b]) for a, b in pairs]
    return [(a[2], b[2], abs(a[1] - b[1]) if a[0] == b[0] else 10**6) for a, b in apart]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_sound(path, files):
    rows = files[path.stem]
    assert rows
    for row in rows:
        assert row.text.strip()
        assert row.id.startswith(f"{path.stem}-")
        assert len(row.text.splitlines()) == 1
        assert all(0 <= start < end <= len(row.text) for start, end in row.spans)
        assert all(row.text[start:end].strip() for start, end in row.spans)
        assert len(set(row.categories)) == len(row.categories)
        assert len(set(row.rewrites)) == len(row.rewrites)
        assert all(rewrite.count(ATOM) == row.text.count(ATOM) for rewrite in row.rewrites), row.id


def test_ids_are_unique(files):
    counts = Counter(row.id for rows in files.values() for row in rows)
    assert [name for name, count in counts.items() if count > 1] == []


def test_clean_rows_outnumber_flagged_ones(files):
    for rows in files.values():
        flagged = sum(row.flagged for row in rows)
        assert 0 < flagged < len(rows)
    every = [row for rows in files.values() for row in rows]
    assert sum(not row.flagged for row in every) > 1.2 * sum(row.flagged for row in every)
    assert sum(row.difficulty == "hard" for row in every) > sum(row.difficulty == "plain" for row in every)


def test_every_category_and_difficulty_has_rows_to_learn_from_and_to_measure_on(splits):
    for rows in splits.values():
        assert {row.categories[0] for row in rows if row.flagged} == set(IDS)
        assert {row.difficulty for row in rows} == {kind for kinds in dataset.DIFFICULTIES.values() for kind in kinds}


def test_no_passage_is_told_twice_but_declared_twins_and_contrasts(retold):
    assert retold
    wrong = {
        (a.id, b.id)
        for a, b, apart in retold
        if apart > NEAR
        and a.flagged == b.flagged
        and not any(word in a.why + b.why for word in ("twin", "swap"))
        and (a.text == b.text or max(len(a.text.split()), len(b.text.split())) > SHORT)
    }
    assert wrong - KNOWN == set()


def test_near_duplicates_share_a_split(retold, splits):
    where = {row.id: name for name, rows in splits.items() for row in rows}
    assert [(a.id, b.id) for a, b, _ in retold if where[a.id] != where[b.id]] == []


def test_no_text_is_in_two_splits(splits):
    texts = {name: {row.text for row in rows if row.text != ATOM} for name, rows in splits.items()}
    assert texts["train"].isdisjoint(texts["dev"] | texts["test"])
    assert texts["dev"].isdisjoint(texts["test"])


def test_splits_hold_every_row_once_in_the_right_shares(files, splits):
    every = Counter(row.id for rows in splits.values() for row in rows)
    assert every == Counter(row.id for rows in files.values() for row in rows)
    total = sum(every.values())
    assert 0.7 < len(splits["train"]) / total < 0.9
    assert 0.06 < len(splits["dev"]) / total < 0.14
    assert 0.06 < len(splits["test"]) / total < 0.14


# --- with rows of our own making --------------------------------------------------------------------------------------

GOOD = {
    "id": "x-001",
    "genre": "notice",
    "before": "",
    "text": "The chairman met `git` users.",
    "label": "flag",
    "categories": ["gender"],
    "spans": ["chairman"],
    "rewrites": ["The chair met `git` users."],
    "difficulty": "term",
    "why": "generic",
}
TOPICS = "pumps bread rivers tents clocks ferries stamps onions ladders violins marbles saddles".split()
VERBS = "sold painted moved counted washed".split()


def row(number: int, prefix: str = "x", **changes) -> dict:
    """A clean row that is like no other of its prefix."""
    topic, verb = TOPICS[number % len(TOPICS)], VERBS[number // len(TOPICS) % len(VERBS)]
    text = f"{prefix} {number}: {topic} {number + 7} were {verb} by {prefix}{number * 3} on {topic}{number} lane."
    own = {"id": f"{prefix}-{number:03}", "text": text, "label": "clean", "difficulty": "plain"}
    return GOOD | {"categories": [], "spans": [], "rewrites": []} | own | changes


def write(folder, name: str, rows) -> None:
    folder.mkdir(exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_a_row_is_read_as_a_documents_passage_is(tmp_path):
    marked = GOOD | {"text": "The *chairman* met `git` &amp; users.", "spans": ["*chairman* met", "users"]}
    marked |= {"before": "See **it**.", "rewrites": ["The *chair* met `git` &amp; users."]}
    write(tmp_path, "x.jsonl", [marked])
    (read,) = read_rows(tmp_path / "x.jsonl")
    assert read.text == f"The chairman met {ATOM} & users."
    assert [read.text[start:end] for start, end in read.spans] == ["chairman met", "users"]
    assert read.rewrites == (f"The chair met {ATOM} & users.",)
    assert read.before == "See it."
    assert read.flagged
    assert read.categories == ("gender",)


@pytest.mark.parametrize("text", ["> quoted line", "a | b", "---", "<!-- note -->"])
def test_a_line_that_is_no_prose_in_markdown_is_taken_as_it_stands(text):
    assert plain(text)[0] in (text, text.strip())


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        ("{", "Expecting property name"),
        ({}, "fields are not"),
        (GOOD | {"extra": 1}, "'extra'"),
        ({key: value for key, value in GOOD.items() if key != "why"}, "'why'"),
        (GOOD | {"label": "maybe"}, "label is 'maybe', not flag or clean"),
        (GOOD | {"difficulty": "plain"}, "difficulty is 'plain'"),
        (GOOD | {"categories": ["gender", "colour"]}, r"categories has \['colour'\]"),
        (GOOD | {"categories": []}, "needs categories and spans"),
        (GOOD | {"spans": []}, "needs categories and spans"),
        (GOOD | {"spans": ["chairwoman"]}, "span 'chairwoman' is not in the text"),
        (GOOD | {"spans": [" "]}, "span ' ' is not in the text"),
        (GOOD | {"spans": ["git"]}, "inside markup or code"),
        (GOOD | {"rewrites": [GOOD["text"]]}, "a rewrite repeats the text"),
        (row(1) | {"categories": ["age"]}, "a clean row has no categories"),
        (row(1) | {"rewrites": ["x"]}, "a clean row has no categories"),
        (GOOD | {"spans": [1]}, "must be str, not int"),
        ("[1]", "keys"),
    ],
)
def test_errors_name_the_file_the_line_and_the_fault(tmp_path, broken, match):
    write(tmp_path, "x.jsonl", [GOOD, row(2), broken])
    with pytest.raises(ConfigError, match=match) as raised:
        read_rows(tmp_path / "x.jsonl")
    assert str(raised.value).startswith(f"{tmp_path / 'x.jsonl'}:3: ")
    assert "\n" not in str(raised.value)


def test_a_folder_without_passages_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no .jsonl file"):
        load(tmp_path)


def where(folder) -> dict[str, str]:
    return {one.id: name for name, rows in load(folder).items() for one in rows}


def test_added_files_and_rows_move_no_old_one(tmp_path):
    write(tmp_path, "m.jsonl", [row(number, "m") for number in range(200)])
    before = where(tmp_path)
    assert set(before.values()) == {"train", "dev", "test"}
    write(tmp_path, "a.jsonl", [row(number, "a") for number in range(100)])
    write(tmp_path, "z.jsonl", [row(number, "z") for number in range(100)])
    write(tmp_path, "m.jsonl", [row(number, "m") for number in range(250)])
    after = where(tmp_path)
    assert len(after) == 450
    assert {name: after[name] for name in before if name < "m-192"} == {n: s for n, s in before.items() if n < "m-192"}


def test_a_near_duplicate_follows_its_twin_into_its_split(tmp_path):
    write(tmp_path, "m.jsonl", [row(number, "m") for number in range(200)])
    before = where(tmp_path)
    held_out = next(name for name, split in before.items() if split == "test")
    text = row(int(held_out[-3:]), "m")["text"]
    write(tmp_path, "z.jsonl", [*(row(number, "z") for number in range(8)), row(8, "z", text="Well, " + text)])
    after = where(tmp_path)
    assert after["z-008"] == after[held_out] == "test"


def test_neighbours_share_a_split_and_declared_twins_are_never_cut_apart(tmp_path):
    rows = [row(number, "m", why="twin" if 6 <= number < 12 else "") for number in range(400)]
    write(tmp_path, "m.jsonl", rows)
    found = where(tmp_path)
    assert len({found[f"m-{number:03}"] for number in range(12)}) == 1
    changes = sum(found[f"m-{number:03}"] != found[f"m-{number + 1:03}"] for number in range(399))
    assert changes <= 400 / 8


def test_near_duplicates_are_pairs_that_share_their_wording():
    texts = [
        "The old bridge was closed for repairs in March.",
        "The old bridge was closed for repairs in April.",
        "Bread is sold in March.",
        "Bread is",
        "bread IS!",
        "Nothing in common here at all, we hope.",
    ]
    assert list(near_duplicates(texts)) == [(0, 1), (3, 4)]


def test_a_digest_is_that_of_all_fields_in_order(tmp_path):
    write(tmp_path, "x.jsonl", [row(1), row(2)])
    rows = read_rows(tmp_path / "x.jsonl")
    assert digest(rows) == digest(read_rows(tmp_path / "x.jsonl"))
    assert digest(rows) != digest(rows[::-1])
    write(tmp_path, "x.jsonl", [row(1), row(2, why="changed")])
    assert digest(rows) != digest(read_rows(tmp_path / "x.jsonl"))


@pytest.fixture
def prose(tmp_path):
    path = tmp_path / "clean.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": f"c{number}", "text": f"Sentence {number}."}) + "\n" for number in range(50))
    return path


def test_clean_prose_is_drawn_by_seed_with_the_mined_rows_always_in(prose):
    ten = clean_prose(prose, 10, 0)
    assert len(set(ten)) == 10
    assert clean_prose(prose, 10, 0) == ten
    assert clean_prose(prose, 10, 1) != ten
    assert clean_prose(prose, 20, 0)[:10] == ten
    assert len(clean_prose(prose, 100, 0)) == 50
    absent = next(number for number in range(50) if f"Sentence {number}." not in ten)
    assert set(clean_prose(prose, 10, 0, frozenset({f"c{absent}"}))) == {*ten, f"Sentence {absent}."}


def test_clean_prose_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match="gone.gz: No such file"):
        clean_prose(tmp_path / "gone.gz", 1, 0)
    (tmp_path / "plain.gz").write_text("not compressed")
    with pytest.raises(ConfigError, match="plain.gz: "):
        clean_prose(tmp_path / "plain.gz", 1, 0)


def test_clean_prose_is_shown_as_documents_show_it():
    texts = [f"The {topic} of lane {number}, which are old, stay." for number, topic in enumerate(TOPICS * 20)]
    found = as_passages(texts, 0.5, 1)
    assert as_passages(texts, 0.5, 1) == found
    assert [text for text, _ in found if text in texts] == texts
    whole = [before for text, before in found if text in texts]
    assert 0.5 < sum(bool(before) for before in whole) / len(whole) < 0.7
    parts = [(text, before) for text, before in found if text not in texts]
    assert 0.4 < len(parts) / len(texts) < 0.6
    assert all(1 <= len(text.split()) <= 7 and text[0].isupper() or text[0].isdigit() for text, _ in parts)
    assert all(before in texts for _, before in parts)
    assert all(any(text.lower() in source.lower() for source in texts) for text, _ in parts)
    assert len(as_passages(texts, 0.0, 1)) == len(texts)
    after = [before for _, before in as_passages(texts, 0.0, 1, ["Bad."], 0.3)]
    assert 0.2 < after.count("Bad.") / len(texts) < 0.4
