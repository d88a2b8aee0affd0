"""The names of containers and directives in Markdown's dialects, and what of them is prose."""

from __future__ import annotations

# MyST's and Sphinx's directives: what stands after the name is the beginning of the body …
SENTENCES = frozenset(
    {"attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip", "todo", "warning"}
)
# … or a title …
TITLED = frozenset(
    {"admonition", "card", "centered", "collapse", "dropdown", "example", "exercise", "exercise-start"}
    | {"grid-item-card", "list-table", "question", "rubric", "sidebar", "tab", "tab-item", "tabbed", "table"}
    | {"toggle", "topic"}
    | {f"prf:{name}" for name in ("assumption", "axiom", "conjecture", "corollary", "criterion", "definition")}
    | {f"prf:{name}" for name in ("example", "lemma", "observation", "property", "proposition", "proof", "remark")}
    | {"prf:theorem"}
)
# … or nothing for people: a path, a version, a number of columns.
UNTITLED = frozenset(
    {"abstract", "aside", "card-carousel", "compound", "container", "dedication", "deprecated", "details", "div"}
    | {"figure", "figure-md", "glossary", "grid", "grid-item", "hlist", "margin", "only", "solution", "solution-start"}
    | {"tab-set", "versionadded", "versionchanged", "versionremoved"}
)
# The body is another's words.
QUOTED = frozenset({"blockquote", "epigraph", "highlights", "pull-quote"})

# Options of a directive that say something to people.
PROSE_OPTIONS = frozenset({"alt", "caption"})

# Containers between `:::` hold Markdown whatever their name, but for these.
OPAQUE_CONTAINERS = frozenset({"code", "image", "math", "mermaid", "query-table", "raw", "video"})


def is_prose(directive: str) -> bool:
    """Whether the body of MyST's directive of that name is prose. Any other is code, data or a list of files."""
    return any(directive in names for names in (SENTENCES, TITLED, UNTITLED, QUOTED))
