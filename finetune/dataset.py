"""Our own pairs, the clean prose beside them, and how both are split.

A row is one passage, labelled to the policy. The files under `finetune/data/` hold them in the order in which they were
written: contrast twins and identity swaps stand next to each other, so neighbours are kept in one split.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from srlint.categories import IDS
from srlint.errors import ConfigError
from srlint.formats import markdown

DATA = Path(__file__).parent / "data"
SPLITS = ("train", "dev", "test")

FIELDS = frozenset({"id", "genre", "before", "text", "label", "categories", "spans", "rewrites", "difficulty", "why"})
DIFFICULTIES = {"flag": ("term", "context", "implicit"), "clean": ("plain", "hard")}

# Rows that share more than this part of their word trigrams are one passage told twice.
NEAR_DUPLICATE = 0.4
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled passage, as plain as a document's passages are: markup gone, code and links as atoms.

    `spans` are half-open code points of `text`; `categories` has the main one first.
    """

    id: str
    genre: str
    before: str
    text: str
    flagged: bool
    categories: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    rewrites: tuple[str, ...]
    difficulty: str
    why: str


def read_rows(path: Path) -> list[Row]:
    """The rows of one JSONL file, in order. Raises ConfigError naming the file, the line and the field at fault."""
    rows = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                rows.append(_row(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ConfigError(f"{path}:{number}: {error}") from error
    return rows


def _row(fields: dict) -> Row:
    if fields.keys() != FIELDS:
        raise ValueError(f"fields are not {sorted(FIELDS)}: {sorted(fields.keys() ^ FIELDS)}")
    label, text = fields["label"], fields["text"]
    if label not in DIFFICULTIES:
        raise ValueError(f"label is {label!r}, not flag or clean")
    if fields["difficulty"] not in DIFFICULTIES[label]:
        raise ValueError(f"difficulty is {fields['difficulty']!r}, not one of {DIFFICULTIES[label]}")
    if unknown := set(fields["categories"]) - set(IDS):
        raise ValueError(f"categories has {sorted(unknown)}")
    if label == "flag" and not (fields["categories"] and fields["spans"]):
        raise ValueError("a flagged row needs categories and spans")
    if label == "clean" and (fields["categories"] or fields["spans"] or fields["rewrites"]):
        raise ValueError("a clean row has no categories, spans or rewrites")
    if text in fields["rewrites"]:
        raise ValueError("a rewrite repeats the text")
    spans = [_find(text, span) for span in fields["spans"]]
    plain_text, places = plain(text)
    return Row(
        id=fields["id"],
        genre=fields["genre"],
        before=plain(fields["before"])[0],
        text=plain_text,
        flagged=label == "flag",
        categories=tuple(fields["categories"]),
        spans=tuple(_plain_span(span, places) for span in spans),
        rewrites=tuple(plain(rewrite)[0] for rewrite in fields["rewrites"]),
        difficulty=fields["difficulty"],
        why=fields["why"],
    )


def _find(text: str, span: str) -> tuple[int, int]:
    start = text.find(span)
    if start < 0 or not span.strip():
        raise ValueError(f"span {span!r} is not in the text")
    return start, start + len(span)


def plain(text: str) -> tuple[str, list[int]]:
    """A passage's plain text, read as Markdown, and where in `text` each of its characters begins."""
    segments = markdown.read(text).segments
    if len(segments) != 1:  # a line that Markdown reads as a quote, as two cells, or as no prose at all
        return text, list(range(len(text)))
    segment = segments[0]
    return segment.text, [segment.map.cover(index, index + 1).start for index in range(len(segment.text))]


def _plain_span(span: tuple[int, int], places: Sequence[int]) -> tuple[int, int]:
    inside = [index for index, place in enumerate(places) if span[0] <= place < span[1]]
    if not inside:
        raise ValueError("a span lies wholly inside markup or code")
    return inside[0], inside[-1] + 1


def load(folder: Path = DATA) -> dict[str, list[Row]]:
    """All rows of a folder by split: about 80 % train, 10 % dev, 10 % test.

    Rows go by blocks of neighbours, and blocks that hold near-duplicates go together, so that nothing in dev or test
    has a twin in train. The assignment hangs on the ids alone: adding rows moves no old one (short of joining two
    blocks).
    """
    blocks = [block for path in sorted(folder.glob("*.jsonl")) for block in _blocks(read_rows(path))]
    if not blocks:
        raise ConfigError(f"{folder}: no .jsonl file with passages")
    parent = list(range(len(blocks)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for a, b in _near_duplicate_blocks(blocks):
        a, b = sorted((root(a), root(b)))
        parent[b] = a
    splits: dict[str, list[Row]] = {name: [] for name in SPLITS}
    for index, block in enumerate(blocks):
        splits[split_of(blocks[root(index)][0].id)].extend(block)
    return splits


def split_of(name: str) -> str:
    """The split of what has this id."""
    bucket = hashlib.sha256(name.encode()).digest()[0]
    return "dev" if bucket < 26 else "test" if bucket < 52 else "train"


def _blocks(rows: Sequence[Row]) -> Iterable[list[Row]]:
    """Stretches of neighbours, never cut between rows that name each other twins or swaps."""
    block: list[Row] = []
    for row in rows:
        related = block and _related(block[-1]) and _related(row)
        if len(block) >= _BLOCK and (not related or len(block) >= 3 * _BLOCK):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _related(row: Row) -> bool:
    return "twin" in row.why or "swap" in row.why


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The word trigrams of a text (its words, where it is shorter): what near-duplicates share."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset((word,) for word in words)


def near_duplicates(texts: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Pairs of indices of texts that share more than NEAR_DUPLICATE of their shingles (Jaccard)."""
    seen: dict[tuple[str, ...], list[int]] = {}
    sets = [shingles(text) for text in texts]
    for index, own in enumerate(sets):
        shared = Counter(other for gram in own for other in seen.get(gram, ()))
        for other, count in shared.items():
            if count > NEAR_DUPLICATE * len(own | sets[other]):
                yield other, index
        for gram in own:
            seen.setdefault(gram, []).append(index)


def _near_duplicate_blocks(blocks: Sequence[Sequence[Row]]) -> Iterable[tuple[int, int]]:
    owners = [index for index, block in enumerate(blocks) for _ in block]
    texts = [row.text for block in blocks for row in block]
    for a, b in near_duplicates(texts):
        if owners[a] != owners[b]:
            yield owners[a], owners[b]


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 over the rows' contents, for run records."""
    total = hashlib.sha256()
    for row in rows:
        total.update(repr(row).encode())
    return total.hexdigest()


def clean_prose(path: Path, count: int, seed: int, always: frozenset[str] = frozenset()) -> list[str]:
    """`count` sentences (all, if there are fewer) of a gzip JSONL file with `id` and `text`, and those in `always`."""
    return [row["text"] for row in drawn(path, count, seed, always)]


def drawn(path: Path, count: int, seed: int, always: frozenset[str] = frozenset()) -> list[dict]:
    """`count` rows (all, if there are fewer) of a gzip JSONL file, and those whose `id` is in `always`."""
    rows = corpus(path)
    random.Random(seed).shuffle(rows)
    return [row for place, row in enumerate(rows) if place < count or row["id"] in always]


def corpus(path: Path) -> list[dict]:
    """The rows of a gzip JSONL file. Raises ConfigError for one that can't be read."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def clean_row(text: str) -> Row:
    """A clean sentence of others as a row without a name."""
    return Row("", "", "", text, False, (), (), (), "plain", "")


def as_passages(
    texts: Sequence[str], fragment_share: float, seed: int, flagged: Sequence[str] = (), flagged_share: float = 0.0
) -> list[tuple[str, str]]:
    """Clean sentences as documents hold passages: (text, sentence before), with one or none before, and some in part.

    Documents are full of headings, list items and table cells, and nearly every passage has one before it; sentences
    drawn from a corpus have neither. A stretch of one to seven words of a clean sentence is clean. So is a sentence
    after a biased one: `flagged_share` of them stand behind one of `flagged`.
    """
    draw = random.Random(seed)
    found = []
    for text in texts:
        found.append((text, draw.choice(texts) if draw.random() < 0.6 else ""))
        if flagged and draw.random() < flagged_share:
            found[-1] = (text, draw.choice(flagged))
        if draw.random() < fragment_share:
            words = text.rstrip(".?!").split()
            size = min(len(words), draw.randint(1, 7))
            first = draw.choice((0, draw.randint(0, len(words) - size)))
            part = " ".join(words[first : first + size]).strip(",;:()")
            found.append((part[:1].upper() + part[1:], draw.choice(texts)))
    return found


def spread(rows: Sequence[Row], limit: int) -> list[Row]:
    """At most `limit` rows (0: all), evenly from all of them: neighbours are variants of one passage."""
    if not limit or limit >= len(rows):
        return list(rows)
    return [rows[place * len(rows) // limit] for place in range(limit)]
