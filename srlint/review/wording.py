"""A person's own words for a passage: in an editor, or on a line of the terminal."""

from __future__ import annotations

import os
import re

from srlint.edits import diff
from srlint.errors import ConfigError
from srlint.formats import SYNTAXES
from srlint.review.keyboard import Keyboard
from srlint.review.screen import Screen

LINE_BREAK = re.compile(r"\r\n|\r|\n")
# On one line, a break and the indentation around it are a blank.
WHOLE_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")
# What a line of a terminal cannot show as it is.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def own_words(text: str, syntax: str, keyboard: Keyboard, screen: Screen) -> str | None:
    """What the person makes of `text`, the source of a passage; None when that is nothing, or nothing else.

    $VISUAL or $EDITOR opens it if one is set. What is not changed stays as it is, line breaks included. Raises
    ConfigError when the editor cannot be started or fails, StopError as the keyboard does.
    """
    if os.environ.get("VISUAL") or os.environ.get("EDITOR"):
        with keyboard.lent():
            edited = _in_editor(LINE_BREAK.sub("\n", text), syntax)
        new = None if edited is None else merged(text, edited, LINE_BREAK, "\n")
    else:
        screen.calm()
        shown = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", WHOLE_BREAK.sub(" ", text))
        typed = keyboard.line("New wording (empty: none): ", shown)
        new = merged(text, typed, WHOLE_BREAK, " ")
    return new if new is not None and new.strip() and new != text else None


def merged(source: str, edited: str, breaks: re.Pattern[str], sign: str) -> str:
    """`source` changed as somebody changed what they saw of it: the same with `sign` for each of its `breaks`."""
    shown, places = "", [0]
    done = 0
    for found in breaks.finditer(source):
        shown += source[done : found.start()] + sign
        places += [*range(done + 1, found.start() + 1), found.end()]
        done = found.end()
    shown += source[done:]
    places += range(done + 1, len(source) + 1)
    seen = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", shown) if sign == " " else shown
    line_end = LINE_BREAK.search(source)
    parts, done = [], 0
    for edit in diff(seen, edited):
        new = LINE_BREAK.sub(line_end[0] if line_end else "\n", edit.text)
        parts += [source[done : places[edit.span.start]], new]
        done = places[edit.span.end]
    return "".join([*parts, source[done:]])


def _in_editor(text: str, syntax: str) -> str | None:
    """The text after the editor; None when it was not saved. The line end that editors add is taken away."""
    import click

    try:
        edited = click.edit(text, extension=_suffix(syntax), require_save=True)
    except click.ClickException as error:
        raise ConfigError(error.format_message()) from error
    except (OSError, ValueError) as error:  # it left no text, or a quotation mark of its name is open
        raise ConfigError(f"the editor: {error}") from error
    if edited is None or text.endswith("\n"):
        return edited
    return edited[:-1] if edited.endswith("\n") else edited


def _suffix(syntax: str) -> str:
    """How an editor tells the syntax of a passage. That of a notebook's cells is Markdown's."""
    suffixes = SYNTAXES[syntax].suffixes
    return ".md" if syntax == "jupyter" or not suffixes else suffixes[0]
