"""The line of progress: on a terminal only, never wider than it, with an estimate for long runs."""

from __future__ import annotations

import io

import pytest

from srlint.progress import Progress, duration

ERASE = "\r\x1b[2K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(stream: io.StringIO) -> list[str]:
    return stream.getvalue().split(ERASE)[1:]


@pytest.mark.parametrize(("stream", "wanted"), [(io.StringIO(), True), (Terminal(), False)])
def test_nothing_is_drawn_unless_on_a_terminal_and_wanted(stream, wanted):
    progress = Progress(stream, 2, wanted=wanted)
    progress.show(0, "a.md")
    progress.clear()
    assert stream.getvalue() == ""


def test_the_estimate_comes_after_some_seconds():
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 10, clock=clock)
    for done in range(5):
        progress.show(done, f"{done}.md")
        clock.now += 1
    assert drawn(stream) == [
        "1/10 0.md",
        "2/10 1.md",
        "3/10 2.md",
        "4/10 3.md  about 7 s left",
        "5/10 4.md  about 6 s left",
    ]


def test_sizes_weigh_the_estimate():
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 3, sizes=[99, 899, 999], clock=clock)
    clock.now += 10
    progress.show(1, "b.md")
    assert drawn(stream) == ["2/3 b.md  about 3 min left"]


def test_it_is_taken_away_once():
    stream = Terminal()
    progress = Progress(stream, 1)
    progress.clear()
    progress.show(0, "a.md")
    progress.clear()
    progress.clear()
    assert stream.getvalue() == f"{ERASE}1/1 a.md{ERASE}"


@pytest.mark.parametrize("name", ["d/" * 100 + "end.md", "漢" * 100 + "end.md", "x" * 200])
def test_it_never_fills_the_line(name):
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 100_000, clock=clock)
    clock.now += 100_000
    progress.show(50_000, name)
    (line,) = drawn(stream)
    assert sum(2 if char == "漢" else 1 for char in line) <= 79
    assert line.startswith("50001/100000 …") and line.endswith("  about 27 h 47 min left")
    assert name[-6:] in line


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 s"), (59.4, "59 s"), (60, "1 min"), (3540, "59 min"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_durations(seconds, said):
    assert duration(seconds) == said
