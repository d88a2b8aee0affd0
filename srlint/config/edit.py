"""One value of a configuration file changed, and nothing else: comments, order and line ends stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlint import files
from srlint.config.faults import At, written, written_key
from srlint.config.lines import key_names
from srlint.config.source import parsed, read
from srlint.errors import ConfigError, DocumentError

if TYPE_CHECKING:
    from tree_sitter import Node

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Splice:
    """Bytes from `start` to `end` to be replaced."""

    start: int
    end: int
    new: bytes


def set_value(file: Path, key: str, value: Any) -> bool:
    """Writes `key = value` into a configuration file of srlint's, or removes the key for None; says if that changed it.

    A file that is not there is made. Raises ConfigError naming the file when it cannot be read, edited or written.
    """
    try:
        data = file.read_bytes() if file.exists() else b""
        source = read(file) if file.exists() else None
        above: At = source.above if source else ()
        new = _edited(data, above, key, value)
        if new is None:
            todo = f"write {key} = {written(value)}" if value is not None else f"remove {key}"
            raise ConfigError(f"{files.shown(file)}: cannot be edited without changing more: {todo} by hand")
        if new == data:
            return False
        files.write(file, new, expected=data if file.exists() else None)
    except (OSError, DocumentError) as error:
        raise ConfigError(f"{files.shown(file)}: {getattr(error, 'strerror', None) or error}") from error
    return True


def add_to_list(file: Path, key: str, item: str) -> bool:
    """Adds `item` to a list in a configuration file of srlint's; says if that changed it. Otherwise as `set_value`."""
    try:
        source = read(file) if file.exists() else None
    except OSError as error:
        raise ConfigError(f"{files.shown(file)}: {error.strerror or error}") from error
    old = list(source.values.get(key, ())) if source else []
    return item not in old and set_value(file, key, [*old, item])


def _edited(data: bytes, above: At, key: str, value: Any) -> bytes | None:
    """The new content; None unless it means the old one with just this value changed."""
    mark, body = (_MARK, data[len(_MARK) :]) if data.startswith(_MARK) else (b"", data)
    before = _meant(body)
    table = before
    for name in above:
        table = table[str(name)]
    if (table.pop(key, None) is None) and value is None:
        return data
    if value is not None:
        table[key] = value
    splice = _splice(body, above, key, value)
    if splice is None:
        return None
    new = body[: splice.start] + splice.new + body[splice.end :]
    try:
        return mark + new if _meant(new) == before else None
    except ValueError:
        return None


def _meant(body: bytes) -> dict[str, Any]:
    return parsed(body.decode().replace("\r\n", "\n"))


def _splice(body: bytes, above: At, key: str, value: Any) -> _Splice | None:
    root = _tree(body)
    pair = next((node for names, node in _pairs(root) if names == (*above, key)), None)
    if pair is not None:
        if value is None:
            return _Splice(_line_start(body, pair.start_byte), _line_end(body, pair.end_byte), b"")
        old = [child for child in pair.named_children if child.type != "comment"][-1]
        longer = _appended(body, old, value)
        if longer is not None:
            return longer
        return _Splice(old.start_byte, old.end_byte, written(value).encode())
    if value is None:
        return None
    line = f"{written_key(key)} = {written(value)}".encode()
    return _inserted(body, root, above, line)


def _appended(body: bytes, old: Node, value: Any) -> _Splice | None:
    """One more item at the end of an array, whose layout and comments stay; None where the change is another one."""
    items = [child for child in old.named_children if child.type != "comment"]
    if old.type != "array" or not items or not isinstance(value, (list, tuple)) or len(value) != len(items) + 1:
        return None
    if _meant(b"x = " + body[old.start_byte : old.end_byte])["x"] != list(value[:-1]):
        return None
    last, close = items[-1], old.end_byte - 1
    behind = body[last.end_byte : close]
    if not behind.lstrip().startswith(b",") and b"," in behind:
        return None  # a comment stands before the comma, or holds one
    rest = behind.replace(b",", b"", 1)
    item = written(value[-1]).encode()
    if b"\n" not in behind:
        return _Splice(last.end_byte, close, b", " + item)
    ending = b"\r\n" if b"\r\n" in body else b"\n"
    start = _line_start(body, last.start_byte)
    indent = body[start : start + len(body[start:]) - len(body[start:].lstrip(b" \t"))]
    kept = rest.rstrip()
    edge = rest[len(kept) :].rpartition(b"\n")[2]
    return _Splice(last.end_byte, close, b"," + kept + ending + indent + item + b"," + ending + edge)


def _inserted(body: bytes, root: Node, above: At, line: bytes) -> _Splice | None:
    """The line at the end of the table, or the table before the first one that lies in it."""
    ending = b"\r\n" if b"\r\n" in body else b"\n"
    place = _end_of_table(body, root, above)
    if place is not None:
        gap = b"" if place == 0 or body[:place].endswith(b"\n") else ending
        return _Splice(place, place, gap + line + ending)
    inner = next((node for names, node in _tables(root) if names[: len(above)] == above), None)
    if inner is None and above:
        return None
    place = _with_comments(body, inner.start_byte) if inner is not None else len(body)
    header = b"[" + ".".join(written_key(str(name)) for name in above).encode() + b"]" + ending if above else b""
    gap = b"" if inner is not None or not body or body.endswith(b"\n") else ending
    return _Splice(place, place, gap + header + line + ending + (ending if inner is not None else b""))


def _end_of_table(body: bytes, root: Node, above: At) -> int | None:
    """Behind the last pair of a table, or its header; of the document's own pairs, which need no header, for ()."""
    ends = [pair.end_byte for pair in root.named_children if pair.type == "pair"] if not above else []
    for names, table in _tables(root):
        if names == above and above and table.type == "table":
            ends.append(table.named_children[0].end_byte)
            ends += [child.end_byte for child in table.named_children if child.type == "pair"]
    return _line_end(body, ends[-1]) if ends else None


def _tables(root: Node) -> Iterator[tuple[At, Node]]:
    for node in root.named_children:
        if node.type in ("table", "table_array_element"):
            yield tuple(key_names(node.named_children[0])), node


def _pairs(root: Node) -> Iterator[tuple[At, Node]]:
    """Every pair that is a line of its own, by its whole name."""
    tables: list[tuple[At, Node]] = [((), root), *(found for found in _tables(root) if found[1].type == "table")]
    for header, table in tables:
        for node in table.named_children:
            if node.type == "pair":
                yield (*header, *key_names(node.named_children[0])), node


def _with_comments(body: bytes, place: int) -> int:
    """The start of the comment lines right above a place."""
    while place > 0:
        start = _line_start(body, place - 1)
        if not body[start:place].lstrip().startswith(b"#"):
            break
        place = start
    return place


def _line_start(body: bytes, place: int) -> int:
    return body.rfind(b"\n", 0, place) + 1


def _line_end(body: bytes, place: int) -> int:
    found = body.find(b"\n", place)
    return len(body) if found < 0 else found + 1


def _tree(body: bytes) -> Node:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_toml.language())).parse(body).root_node
