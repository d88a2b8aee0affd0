"""What the directives of docutils, Sphinx and its common extensions hold: prose, code, other people's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Directive:
    """How to read one directive.

    `argument`: what follows the name: nothing of its own (then it is the beginning of the content), prose, something
    opaque, or a version (as many words as `versions` says) with an explanation behind it. `content`: prose, terms with
    their definitions, a quotation, or left out. `kind` is the kind of block that the argument is, `content_kind` that
    of the paragraphs inside. `reason`: why the content is left out; None for code, which goes without saying.
    """

    argument: Literal["", "prose", "opaque", "version"] = ""
    content: Literal["prose", "terms", "quote", ""] = "prose"
    kind: str = "paragraph"
    content_kind: str = "paragraph"
    reason: str | None = None
    versions: int = 1


_CODE = Directive("opaque", "")
_TABLE = Directive("prose", "prose", kind="caption", content_kind="cell")

_GROUPS: tuple[tuple[str, Directive], ...] = (
    (
        "attention caution danger error hint important note tip warning seealso todo compound header footer replace"
        " availability impl-detail hlist acks tab-set tabs grid grid-item",
        Directive(),
    ),
    ("glossary", Directive(content="terms")),
    (
        "admonition topic sidebar rubric contents centered dropdown card grid-item-card tab-item tab group-tab collapse"
        " details",
        Directive("prose", kind="heading"),
    ),
    (
        "class container only rst-class cssclass ifconfig figure-md describe object function method classmethod"
        " staticmethod attribute property data exception decorator decoratormethod module option cmdoption program"
        " envvar confval setting variable type macro member enum enumerator struct union directive",
        Directive("opaque"),
    ),
    ("figure", Directive("opaque", content_kind="caption")),
    ("versionadded versionchanged versionremoved deprecated", Directive("version")),
    ("deprecated-removed", Directive("version", versions=2)),
    ("epigraph highlights pull-quote", Directive("", "quote")),
    ("table list-table", _TABLE),
    ("csv-table", Directive("prose", "", kind="caption", reason="csv table")),
    (
        "code code-block sourcecode literalinclude highlight math include toctree automodule autoclass autofunction"
        " autodata automethod autoattribute autoexception autodecorator autoproperty autosummary autoenum"
        " parsed-literal doctest testcode testoutput testsetup testcleanup graphviz digraph graph inheritance-diagram"
        " uml plantuml mermaid plot image index meta default-role default-domain currentmodule py:currentmodule"
        " bibliography productionlist tabularcolumns sectnum section-numbering sectionauthor moduleauthor codeauthor"
        " date unicode title target-notes line-block prompt program-output click"
        " argparse jupyter-execute ipython exec command-output console-output audit-event",
        _CODE,
    ),
)

DIRECTIVES: dict[str, Directive] = {name: how for names, how in _GROUPS for name in names.split()}

# Domains of Sphinx, whose directives describe an object: a signature, then prose.
_DOMAINS = ("py:", "c:", "cpp:", "js:", "rst:", "std:", "http:", "php:", "java:", "go:", "rust:")

# Options that hold text for people, and the kind of block each is.
OPTIONS: dict[str, str] = {"alt": "attribute", "synopsis": "attribute", "caption": "caption"}


def directive_for(name: str, argument: str) -> Directive:
    """How to read the directive; one that srlint does not know is left out with a reason."""
    name = name.lower()
    known = DIRECTIVES.get(name)
    if known is not None:
        return known
    if name == "raw":
        return Directive("opaque", "", reason="raw HTML" if "html" in argument.lower() else "directive raw")
    if name.startswith(_DOMAINS):
        return Directive("opaque")
    return Directive("opaque", "", reason=f"directive {name}")
