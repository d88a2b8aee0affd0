"""One block of Markdown after another: its words, opaque elements, what vanishes, and what its attributes say."""

from __future__ import annotations

from srlint.document import Comment, Span
from srlint.formats.atoms import ATOM
from srlint.formats.markdown import tags
from srlint.formats.markdown.run import Link, Run
from srlint.formats.markdown.special import Marks, Special, role_start, role_words
from srlint.formats.segment import Segment


class Inline:
    """Takes the events inside one block after another; `finish` hands over what they say."""

    def __init__(self, text: str, marks: Marks | None = None) -> None:
        self.text = text
        self.comments: list[Comment] = []
        self._special = Special(text, marks)
        self._run = Run()
        self._outer: list[Run] = []  # the runs around an image's alternative text
        self._asides: list[Segment] = []  # attributes, which follow the block they stand in
        self._cursor = 0  # the end of the last thing read
        self._skip = 0  # whatever ends before this place has been dealt with
        self._block_end = len(text)

    def begin(self, start: int, end: int | None = None) -> None:
        """A block begins at `start`, or goes on there after a block inside it; it ends at `end` at the latest."""
        self._cursor = start
        self._block_end = len(self.text) if end is None else end
        self._run.begin()

    @property
    def empty(self) -> bool:
        """Whether the block says nothing so far."""
        return not self._asides and self._run.empty

    def finish(self, kind: str) -> list[Segment]:
        """The block is complete: its prose, split at line tags, then its attributes."""
        self._run.close_element(self._cursor)
        self._run.split()
        segments = [builder.build(kind) for builder in self._run.ready] + self._asides
        self._run, self._asides = Run(), []
        return [segment for segment in segments if segment is not None]

    def words(self, value: str, start: int, end: int) -> None:
        """Text that means `value`."""
        run = self._run
        if run.role is not None:  # it was none
            since, run.role = run.role, None
            run.literal(self.text[since:start], since)
        if start < self._skip < end and self.text[start:end] == value:
            value, start = value[self._skip - start :], self._skip
        if start >= self._skip and not run.silent:
            escaped = start > self._cursor and self.text[start - 1] == "\\"
            if self.text[start:end] != value:  # an entity, in a heading with the blanks after it
                run.end_break(start - escaped)
                run.stand_in(value, start, start + len(self.text[start:end].rstrip()))
            elif escaped:
                run.end_break(start - 1)
                run.stand_in(value[0], start - 1, start + 1)
                self._plain(value[1:], start + 1)
            else:
                self._plain(value, start)
        self._cursor = end

    def line_break(self, start: int, end: int, hard: bool) -> None:
        """A line break; what stands between it and the next word belongs to it."""
        if not self._run.silent and start >= self._skip:
            before = self.text[self._cursor : start]
            self._run.line_break(start - len(before) + len(before.rstrip(" \t")), end, hard)
        self._cursor = end

    def atom(self, start: int, end: int) -> None:
        """An opaque element."""
        if not self._run.silent and start >= self._skip:
            self._run.end_break(start)
            self._run.stand_in(ATOM, start, end)
        self._cursor = max(end, self._cursor)

    def code(self, start: int, end: int) -> None:
        """Inline code, or the content of a role."""
        since, self._run.role = self._run.role, None
        if since is None or start < self._skip:
            self.atom(start, end)
        else:
            self._role(since, start, end)
        self._skip_attributes(end)

    def html(self, value: str, start: int, end: int) -> None:
        """One tag, comment or other piece of HTML."""
        run = self._run
        if value.startswith("<!--"):
            if not run.silent and start >= self._skip:
                run.vanish(start)
            if not self._outer:
                self.comments.append(html_comment(value, Span(start, end)))
        elif run.opaque is not None:
            if value.startswith("</") and tags.name(value) == run.opaque[0]:
                run.close_element(end)
        elif start >= self._skip and not run.hidden:
            self._asides.extend(tags.attributes(self.text, start, end))
            self._tag(value, start, end)
        self._cursor = end

    def open_link(self, detail: dict, start: int, end: int) -> None:
        """A link begins: its label follows."""
        link = detail["link_type"]
        after = self._special.target_end(end) if _is_bare(link) else end
        if link in ("Autolink", "Email") or (_is_bare(link) and after == end):
            self.atom(start, end)
            self._skip = max(self._skip, end)
        else:
            self._run.end_break(start)
        self._run.links.append(Link(len(self._run.builder) if _is_target(link) else None, after))
        self._title(detail, start, end)
        self._cursor = start

    def close_link(self, end: int) -> None:
        """The link is complete."""
        self._run.end_break(0)
        link = self._run.links.pop()
        if link.fixed_from is not None:
            self._run.builder.fix(link.fixed_from)
        if link.end > end:
            self._skip = max(self._skip, link.end)
        self._cursor = end
        self._skip_attributes(end)

    def open_image(self, detail: dict, start: int, end: int) -> None:
        """An image begins: its alternative text follows."""
        hidden = start < self._skip or self._run.silent or _is_bare(detail["link_type"])
        self.atom(start, end)
        self._title(detail, start, end)
        self._outer.append(self._run)
        self._run = Run(fixed=_is_target(detail["link_type"]), hidden=hidden)
        self._cursor = start

    def close_image(self, end: int) -> None:
        """The alternative text is complete."""
        self._run.close_element(self._cursor)
        if self._run.fixed:
            self._run.builder.fix(0)
        segment = self._run.builder.build("attribute")
        if segment is not None:
            self._asides.append(segment)
        self._run = self._outer.pop()
        self._cursor = end
        self._skip_attributes(end)

    def open_mark(self, start: int) -> None:
        """A mark of emphasis begins."""
        self._run.end_break(start)
        self._cursor = start

    def close_mark(self, end: int) -> None:
        """A mark of emphasis ends."""
        self._run.end_break(0)
        self._cursor = end

    def _plain(self, value: str, start: int) -> None:
        """Words that stand as they are; what only looks like words is taken out."""
        if not self._special.possible(value):
            self._run.literal(value, start)
            return
        done, end = 0, start + len(value)
        for place in self._special.places(value):
            found = self._special.at(start + place, self._block_end) if place >= done else None
            if found is not None:
                self._run.literal(value[done:place], start + done)
                self._take(found[0], start + place, found[1])
                done = found[1] - start
        rest = value[done:]
        role = role_start(rest) if self.text[end : end + 1] == "`" else None
        if role is not None:
            self._run.role = start + done + role
            rest = rest[:role]
        self._run.literal(rest, start + done)

    def _take(self, effect: str, start: int, end: int) -> None:
        if effect == "split":
            self._run.split()
        elif effect == "vanish":
            self._run.vanish(start)
        else:
            self._run.end_break(start)
            self._run.stand_in(ATOM, start, end)
        self._skip = end

    def _skip_attributes(self, end: int) -> None:
        if not self._run.silent:
            self._skip = max(self._skip, self._special.attributes_end(end))

    def _role(self, since: int, start: int, end: int) -> None:
        """`{role}`content``: its words, or one opaque element."""
        source = self.text[start:end]
        content = source.strip("`")
        words = role_words(self.text[since + 1 : start - 1], content)
        if words is None:
            self.atom(since, end)
        else:
            self._run.literal(words, start + len(source) - len(source.lstrip("`")))
            self._cursor = end

    def _tag(self, value: str, start: int, end: int) -> None:
        name, run = tags.name(value), self._run
        if name == "br" and not self._outer:
            run.split()
        elif name == "q":
            run.end_break(start)
            run.stand_in("”" if value[1] == "/" else "“", start, end)
        elif name in tags.FORMATTING:
            run.end_break(start)
        elif name in tags.OPAQUE and value[1] != "/" and not value.endswith("/>"):
            run.end_break(start)
            run.opaque = (name, start)
        else:
            self.atom(start, end)

    def _title(self, detail: dict, start: int, end: int) -> None:
        """The title of an inline link or image: the last thing in its brackets, if it is written as it reads."""
        title = detail["title"]
        if not title or detail["link_type"] != "Inline" or self._run.silent or start < self._skip:
            return
        last = start + len(self.text[start : end - 1].rstrip()) - 1
        if self.text[last] in "\"')" and self.text[last - len(title) : last] == title:
            segment = tags.value(self.text, last - len(title), last)
            if segment is not None:
                self._asides.append(segment)


def _is_bare(link: str | dict) -> bool:
    """Whether a link is a wiki link without a label of its own."""
    return isinstance(link, dict) and not link["WikiLink"]["has_pothole"]


def _is_target(link: str | dict) -> bool:
    """Whether a link's label is also the name of the reference that it leads to."""
    return isinstance(link, str) and link in ("Shortcut", "Collapsed")


def html_comment(source: str, span: Span) -> Comment:
    """The HTML comment at `span`; `source` is without the marks of a quote around it."""
    return Comment(span, source.removeprefix("<!--").removesuffix("-->").strip("-").strip())
