"""The language model against a chat call a passage, against llama.cpp's own calls, and against the memory."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bare import Bare, Clock, Seconds, bandwidth, per_second
from benchmarks.chat import Chat, Said, bounds
from benchmarks.documents import read
from benchmarks.judged import settings, spread
from benchmarks.speed import Bench
from benchmarks.tables import number, percent, table
from finetune import dataset
from finetune.dataset import Row
from srlint import makers, prompt
from srlint.categories import CATEGORIES, IDS
from srlint.document import Span
from srlint.engine.decode import Rewriter
from srlint.engine.session import FIRST_BRANCH, PREFIX, QUESTION, Feed, Session
from srlint.gaps import joined
from srlint.linter import Linter
from srlint.models.locate import embedded
from srlint.passages import passages

_READ, _WRITTEN, _REPEATS = 64, 24, 9
# So many at once that the weights are read for nothing beside what is reckoned with them.
_MANY = 512
_SPLIT = "dev"


@dataclass(frozen=True, slots=True)
class Turn:
    """One passage both ways. `alike`: whether both gave the same answer; None where they cannot be compared.

    `apart` is what the chat takes in two calls that read their whole prompts, `said` what it said.
    """

    chat: Seconds
    own: Seconds
    flagged: bool
    alike: bool | None = None
    apart: Seconds | None = None
    said: Said | None = None


def run(folder: Path, limit: int, threads: int) -> tuple[str, dict[str, Any]]:
    """The tables and the figures. Raises ModelError, ConfigError."""
    path = embedded()
    rows = spread(dataset.load(dataset.DATA)[_SPLIT], limit)
    chat = Chat(path, threads)
    session = Session.open(path, threads)
    try:
        rewriter = Rewriter(session)
        chat.answer("Passage: This one is not counted.")
        same = [_apart(chat, _same_answer(chat, rewriter, row), row) for row in rows]
        whole = [_whole(chat, rewriter, row) for row in rows if row.flagged]
        figures: dict[str, Any] = {
            "threads": threads,
            "same_answer": _compared(same),
            "all_candidates": _compared(whole),
            "limits": _limits(session, path, threads),
        }
        speeds = {name: own["processor"] for name, own in figures["limits"]["tokens_per_second"].items()}
        said = [turn.said for turn in same if turn.said is not None]
        limits = (speeds[name] for name in ("bare reads", "bare reads, many at once", "bare writes"))
        figures["bounds"] = bounds(said, session.length(PREFIX), *limits)
    finally:
        session.close()
    figures["documents"] = _documents(chat, folder, limit)
    chat.close()
    figures["start"] = _start(path, threads)
    figures["memory"] = _memory()
    return _shown(figures), figures


def _question(row: Row, marks: Sequence[Span]) -> str:
    return prompt.question(row.text, row.before, marks)


def _marks(row: Row) -> tuple[Span, ...]:
    return joined(row.text, [Span(start, end) for start, end in row.spans])


def _same_answer(chat: Chat, rewriter: Rewriter, row: Row) -> Turn:
    """The chat's answer, and ours by the same steps: the verdict, and with the chat's categories its rewrite."""
    marks = _marks(row)
    clock = Clock()
    said = chat.answer(_question(row, marks))
    taken = clock.read()
    head, _, theirs = said.text.partition("\n")
    flagged = head.strip() != prompt.CLEAN
    clock = Clock()
    answer = rewriter.ask(row.text, row.before, marks, [name.strip() for name in head.split(",")])
    assert answer is not None
    ours = rewriter.free(answer, row.text, marks=marks) if flagged else None
    own = clock.read()
    if not flagged:
        return Turn(taken, own, False, answer.flagged < 0.5, said=said)
    if not set(head.split(", ")) <= set(IDS):  # nothing binds a chat to the form
        return Turn(taken, own, True, said=said)
    return Turn(taken, own, True, answer.flagged >= 0.5 and ours == _restored(theirs, row.text), said=said)


def _apart(chat: Chat, turn: Turn, row: Row) -> Turn:
    clock = Clock()
    chat.apart(_question(row, _marks(row)))
    return replace(turn, apart=clock.read())


def _restored(rewrite: str, text: str) -> str | None:
    first = rewrite.partition("\n")[0].strip()
    return None if first == prompt.NO_REWRITE else prompt.restored(first, text.count(prompt.ATOM))


def _whole(chat: Chat, rewriter: Rewriter, row: Row) -> Turn:
    """The chat's one answer, and all that is decoded for the choice of a rewrite: verdict, words for gaps, a rewrite,
    and how likely each is."""
    marks = _marks(row)
    clock = Clock()
    chat.answer(_question(row, marks))
    taken = clock.read()
    clock = Clock()
    answer = rewriter.ask(row.text, row.before, marks, row.categories)
    assert answer is not None
    written = makers.written_by(rewriter, answer, row.text, marks)
    if written:
        rewriter.likelihoods(answer, [item.text for item in written])
        rewriter.refusal(answer)
    return Turn(taken, clock.read(), True)


def _documents(chat: Chat, folder: Path, limit: int) -> dict[str, Any]:
    """All of srlint on passages as documents hold them, most of them fair, beside a chat call for each."""
    some = spread([passage for _, document in read(folder, None) for passage in passages(document).passages], limit)
    with Linter.open(settings()) as linter:
        linter.judge.judge(some[:1], lambda passage, new: True)
        language = linter.judge.tools(lambda new: True).rewriter
        assert language is not None
        language()  # both are loaded
        clock = Clock()
        verdicts = linter.judge.judge(some, lambda passage, new: True)
        own = clock.read()
    clock = Clock()
    for passage in some:
        chat.answer(prompt.question(passage.text, passage.before, []))
    taken = clock.read()
    flagged = sum(bool(verdict.categories) for verdict in verdicts)
    return _ratio(len(some), [taken], [own]) | {"flagged": flagged}


def _limits(session: Session, path: Path, threads: int) -> dict[str, Any]:
    """Tokens a second of the session and of bare calls, in turns, and what the memory would allow."""
    tokens = [at % 40_000 + 100 for at in range(7, 7 + 13 * 2 * _MANY, 13)]
    depth = session.length(PREFIX)
    bare = Bare(session._weights, threads, tokens, depth)
    counts = {
        "bare reads": _READ,
        "bare reads, many at once": _MANY,
        "reads": _READ,
        "bare writes": _WRITTEN,
        "writes": _WRITTEN,
    }
    runs: dict[str, list[Seconds]] = {name: [] for name in counts}
    for _ in range(_REPEATS):
        runs["bare reads"].append(bare.prefill(_READ))
        runs["bare reads, many at once"].append(bare.prefill(_MANY))
        runs["reads"].append(_reads(session, tokens[depth : depth + _READ]))
        runs["bare writes"].append(bare.generate(_WRITTEN))
        runs["writes"].append(_writes(session, tokens[depth : depth + _WRITTEN]))
    bare.close()
    speeds = {name: per_second(counts[name], taken) for name, taken in runs.items()}
    moved = path.stat().st_size
    own = ("reads", "writes")
    return {
        "tokens_per_second": speeds,
        "overhead": {name: 1 - speeds[name]["processor"] / speeds[f"bare {name}"]["processor"] for name in own},
        "bytes_per_token": moved,
        "bytes_per_second": moved * speeds["writes"]["processor"],
        "bytes_per_second_of_memory": bandwidth(),
    }


def _reads(session: Session, tokens: list[int]) -> Seconds:
    session.fork(PREFIX, QUESTION)
    clock = Clock()
    session.feed([Feed(QUESTION, tokens)])
    return clock.read()


def _writes(session: Session, tokens: list[int]) -> Seconds:
    """One by one, the likeliest token looked up each time, as greedy decoding does."""
    session.fork(PREFIX, FIRST_BRANCH)
    clock = Clock()
    for token in tokens:
        session.peek([Feed(FIRST_BRANCH, [token])])[0][0].argmax()
    spent = clock.read()
    session.drop(FIRST_BRANCH)
    return spent


def _start(path: Path, threads: int) -> dict[str, float]:
    """Processor seconds to a session that can be asked: the first of a model, and later ones."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for _ in range(4):
            clock = Clock()
            session = Session.open(path, threads, keep=Path(folder))
            Rewriter(session)._words  # noqa: B018
            found.append(clock.read().processor)
            session.close()
    return {"first": found[0], "later": median(found[1:])}


def _memory() -> dict[str, float | None]:
    """Peak memory of the command on a small document that needs the embedded model, and of the detector alone."""
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        bench.documents.mkdir()
        text = "\n\n".join(example for category in CATEGORIES for example in category.flagged)
        (bench.documents / "examples.md").write_text(text + "\n", encoding="utf-8")
        bench.check("baked")
        return {"with_model": bench.check("model").peak_mb, "no_model": bench.check("none", "--no-model").peak_mb}


def _compared(turns: Sequence[Turn]) -> dict[str, Any]:
    judged = [turn.alike for turn in turns if turn.alike is not None]
    found = _ratio(len(turns), [turn.chat for turn in turns], [turn.own for turn in turns])
    kinds = {
        name: _ratio(len(own), [turn.chat for turn in own], [turn.own for turn in own])
        for name, flag in (("flagged", True), ("clean", False))
        if (own := [turn for turn in turns if turn.flagged is flag])
    }
    apart = [turn.apart for turn in turns if turn.apart is not None]
    if apart:
        kinds["apart"] = _ratio(len(apart), apart, [turn.own for turn in turns if turn.apart is not None])
    return found | {"compared": len(judged), "alike": sum(judged), **kinds}


def _ratio(count: int, chat: Sequence[Seconds], own: Sequence[Seconds]) -> dict[str, Any]:
    """Seconds a passage of both, and how many times ours goes into the chat's."""
    sums = {
        kind: (sum(getattr(turn, kind) for turn in chat), sum(getattr(turn, kind) for turn in own))
        for kind in ("wall", "processor")
    }
    return {"passages": count} | {
        kind: {"chat": theirs / count, "srlint": ours / count, "times": theirs / ours}
        for kind, (theirs, ours) in sums.items()
    }


_LABELS = {"all_candidates": "flagged: all candidates, weighed", "documents": "documents: all of srlint"}


def _shown(figures: dict[str, Any]) -> str:
    same, limits, start, memory = (figures[name] for name in ("same_answer", "limits", "start", "memory"))
    kinds = {f"  answered {kind}": same[kind] for kind in ("flagged", "clean") if kind in same}
    parts = {"the same answer": same, **kinds, "  chat in two calls that read all": same["apart"]}
    parts |= {label: figures[key] for key, label in _LABELS.items()}
    rows = [
        (name, part["passages"], *(number(part["processor"][key], 3) for key in ("chat", "srlint")), _times(part))
        for name, part in parts.items()
    ]
    compared = table(("processor seconds a passage", "passages", "chat call", "srlint", "times"), rows)
    speeds = {name: own["processor"] for name, own in limits["tokens_per_second"].items()}
    rows = [
        (name, number(speeds[f"bare {name}"], 0), number(speeds[name], 0), percent(limits["overhead"][name]))
        for name in ("reads", "writes")
    ]
    against = table(("tokens a second of processor time", "bare", "srlint", "overhead"), rows)
    moved, reached, possible = (limits[f"bytes_per_{name}"] for name in ("token", "second", "second_of_memory"))
    with_model, alone = (number(memory[name], 0) for name in ("with_model", "no_model"))
    bound = figures["bounds"]
    lines = [
        f"a passage's question has {bound['question_tokens']:.0f} tokens, its answer {bound['answer_tokens']:.0f}, "
        f"every prompt's opening {bound['opening_tokens']}; {speeds['bare reads, many at once']:.0f} tokens/s where "
        "hundreds share a step",
        f"so none takes less than {bound['least_seconds']:.3f} s: at most {bound['call_times']:.1f} times faster than "
        f"one call, {bound['apart_times']:.1f} times than two that read all",
        f"{figures['threads']} thread(s); of {same['compared']} answers {same['alike']} are the same",
        f"a token written moves {moved / 1e6:.0f} MB: {reached / 1e9:.1f} GB/s, {percent(reached / possible)} of the "
        f"{possible / 1e9:.1f} GB/s of a plain loop over arrays",
        f"start: {start['first']:.2f} s the first time, {start['later']:.2f} s later",
        f"peak memory: {with_model} MB, with the detector alone {alone} MB",
    ]
    return "\n\n".join((compared, against, "\n".join(lines)))


def _times(part: dict[str, Any]) -> str:
    return number(part["processor"]["times"], 1)
