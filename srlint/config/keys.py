"""The keys of a configuration file: the one table behind parsing, messages, JSON schema, --show-settings and README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from srlint.categories import EVERY, IDS
from srlint.config.kinds import (
    ADDRESS,
    FRACTION,
    JOBS,
    MODEL,
    NAME,
    PATH,
    PATTERN,
    PHRASE,
    SPECIFIER,
    SWITCH,
    Either,
    Kind,
    Listing,
    Mapped,
    Name,
)
from srlint.config.settings import ALL
from srlint.config.terms import Entries
from srlint.findings import Severity

# What becomes of a key that an extended file sets too:
#   own: the closer file's value counts      sum: both lists count      merge: both tables count, by key
#   chosen: like own, and a closer `select` begins afresh, so that farther `ignore` and `extend-select` are void
#   read: used while the file is read, and no setting
Joined = Literal["own", "sum", "merge", "chosen", "read"]


@dataclass(frozen=True)
class Key:
    """One key: the field of `Settings` that it fills, what it may hold, and what to say about it.

    `default` is what holds without it, for people. `relative`: in which way the value is relative to the file's folder.
    `typed`: it has no place in files; why not, for people.
    """

    field: str
    kind: Kind
    joined: Joined
    default: str
    about: str
    relative: Literal["patterns", "path", "model", ""] = ""
    typed: str = ""


_CATEGORY = Name("category", EVERY)
_CATEGORY_OR_ALL = Name("category", (*EVERY, ALL))
_SEVERITY = Name("severity", get_args(Severity))
_THRESHOLDS = Mapped("a table of such numbers by category", Name("category", ("default", *IDS)), FRACTION)
_PATTERNS = Listing("a list of .gitignore patterns", PATTERN)

KEYS: dict[str, Key] = {
    "extend": Key(
        "extend", PATH, "read", "none", "another configuration file; its settings hold where this one has none"
    ),
    "required-version": Key(
        "required_version", SPECIFIER, "read", "any", 'the versions of srlint that read this file, as in `">=1.0,<2"`'
    ),
    "select": Key(
        "select",
        Listing("a list of categories", _CATEGORY_OR_ALL),
        "chosen",
        '`["all"]`',
        "the categories to look for; `suppression` stands for findings about srlint's own comments",
    ),
    "extend-select": Key(
        "extend_select",
        Listing("a list of categories", _CATEGORY_OR_ALL),
        "chosen",
        "`[]`",
        "categories to look for beside those of `select`",
    ),
    "ignore": Key(
        "ignore", Listing("a list of categories", _CATEGORY), "chosen", "`[]`", "categories not to look for after all"
    ),
    "per-file-ignores": Key(
        "per_file_ignores",
        Mapped(
            "a table from .gitignore patterns to lists of categories",
            PATTERN,
            Listing("a list of categories", _CATEGORY_OR_ALL),
        ),
        "merge",
        "`{}`",
        'categories not to look for in some files: `"CHANGELOG.md" = ["all"]`; a `!` before a pattern means all others',
        "patterns",
    ),
    "threshold": Key(
        "threshold",
        Either(FRACTION, _THRESHOLDS),
        "merge",
        "the model's own",
        "report passages from this probability on; a table sets it by category. One number replaces all farther ones",
    ),
    "severity": Key(
        "severity",
        Mapped("a table from categories to severities", _CATEGORY, _SEVERITY),
        "merge",
        "error for `toxicity`, info for `terminology`, else warning",
        "how much a finding matters, by category: info, warning or error",
    ),
    "fail-level": Key(
        "fail_level", _SEVERITY, "own", '`"info"`', "exit with 1 only for findings of this severity or above"
    ),
    "allow": Key(
        "allow",
        Listing("a list of phrases and names", PHRASE),
        "sum",
        "`[]`",
        "phrases and names that are never flagged",
    ),
    "terms.add": Key(
        "terms_add",
        Entries(),
        "merge",
        "`[]`",
        "terms to look for, with replacements: a list of tables, or a table of them",
    ),
    "terms.remove": Key(
        "terms_remove", Listing("a list of terms", PHRASE), "sum", "`[]`", "listed terms not to look for"
    ),
    "terms.severity": Key(
        "terms_severity",
        Mapped("a table from terms to severities", PHRASE, _SEVERITY),
        "merge",
        "`{}`",
        "how much a finding matters, by term: info, warning or error",
    ),
    "include-quotes": Key("include_quotes", SWITCH, "own", "`false`", "judge block quotes and quoted words too"),
    "include": Key(
        "include",
        _PATTERNS,
        "own",
        "`[]`",
        "further files for a walk to read: hidden, vendored or with other suffixes",
        "patterns",
    ),
    "exclude": Key("exclude", _PATTERNS, "own", "`[]`", "files and folders for a walk to leave out", "patterns"),
    "extend-exclude": Key("extend_exclude", _PATTERNS, "sum", "`[]`", "what to leave out beside `exclude`", "patterns"),
    "force-exclude": Key(
        "force_exclude", SWITCH, "own", "`false`", "leave out excluded files even when they are named"
    ),
    "respect-gitignore": Key("respect_gitignore", SWITCH, "own", "`true`", "leave out in a walk what git ignores"),
    "code": Key("code", SWITCH, "own", "`false`", "read the comments and docstrings of source code too"),
    "model": Key(
        "model",
        MODEL,
        "own",
        "the embedded one",
        "the language model: the path of a GGUF file, a name in `srlint model list`, or `owner/repository:file.gguf`",
        "model",
    ),
    "use-model": Key("use_model", SWITCH, "own", "`true`", "whether to use a language model at all"),
    "server": Key(
        "server",
        ADDRESS,
        "own",
        "none: nothing is sent anywhere",
        "an OpenAI-compatible server that flagged passages are sent to for a rewrite, instead of `model`",
        typed="can only be named by --server or the variable SRLINT_SERVER: a file must not send text away",
    ),
    "server-model": Key("server_model", NAME, "own", "the server's only one", "which of the server's models to ask"),
    "server-jobs": Key("server_jobs", JOBS, "own", "`4`", "how many requests to have under way at once"),
    "jobs": Key(
        "jobs", JOBS, "own", "as many as this process has processors", "how many passages the detector reads at a time"
    ),
    "cache": Key("use_cache", SWITCH, "own", "`true`", "whether to keep results for the next run"),
    "cache-dir": Key("cache_dir", PATH, "own", "`.srlint_cache` in the project", "where to keep results", "path"),
    "baseline": Key("baseline", PATH, "own", "none", "a file of findings that are known and not reported", "path"),
}
FIELDS: dict[str, str] = {key.field: name for name, key in KEYS.items()}
