"""What holds for the positions of every format, whatever the text."""

from __future__ import annotations

from collections.abc import Callable

from srlint.formats.segment import Prose


def check_places(prose: Prose, text: str, stands_for: Callable[[str, str], bool]) -> None:
    """Each plain character stands for what `stands_for` takes for a way to write it; nothing is out of order.

    A footnote lies inside the block before it; all other blocks follow each other.
    """
    done = 0
    for segment in prose.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts)
        if segment.kind != "footnote":
            assert starts[0] >= done
            done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, text[start:end]), (character, text[start:end])
    for item in [*prose.skipped, *prose.comments]:
        assert item.span.end <= len(text)
    assert [comment.span for comment in prose.comments] == sorted(comment.span for comment in prose.comments)
