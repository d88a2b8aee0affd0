"""XML that stays well-formed whatever documents and file names hold."""

from __future__ import annotations

import re
from typing import TextIO
from xml.etree.ElementTree import Element, indent, tostring

from srlint.output.escape import code, printable

# What XML 1.0 (section 2.2) cannot hold, not even as a character reference.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, attributes: dict[str, str | int], text: str = "") -> Element:
    """An element whose attributes and text are made legal; `text` is also put on one line."""
    made = Element(tag, {name: legal(str(value)) for name, value in attributes.items()})
    made.text = printable(text) or None
    return made


def legal(text: str) -> str:
    """`text` with the characters that XML cannot hold spelt out by their numbers."""
    return _ILLEGAL.sub(lambda match: code(match[0]), text)


def write(root: Element, stream: TextIO) -> None:
    """Print the document in ASCII with character references, which survives any encoding of `stream`."""
    indent(root)
    body = tostring(root, encoding="us-ascii").decode("ascii").replace("##", "#&#35;")
    print(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', file=stream)
