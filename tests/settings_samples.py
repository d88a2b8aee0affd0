"""For each key of a configuration file: a good value and what it sets, and bad values with the message they get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CATEGORIES = (
    "gender, ethnicity, religion, age, disability, sexuality, class, appearance, toxicity, framing, terminology, "
    "suppression"
)


@dataclass(frozen=True)
class Good:
    """`text` is a whole srlint.toml; it sets `field`, for which `value` is what Settings must hold."""

    key: str
    text: str
    field: str
    value: Any


@dataclass(frozen=True)
class Bad:
    """`text` is a whole srlint.toml; the message begins with FILE:`line`. `schema`: whether that refuses it as well."""

    key: str
    text: str
    line: int
    says: str
    schema: bool = True


GOOD = (
    Good("required-version", 'required-version = ">=0.0.1"', "select", ("all",)),
    Good("select", 'select = ["gender", "suppression"]', "select", ("gender", "suppression")),
    Good("select", "select = []", "select", ()),
    Good("extend-select", 'select = ["age"]\nextend-select = ["gender", "age"]', "select", ("age", "gender")),
    Good("ignore", 'ignore = ["framing"]', "ignore", ("framing",)),
    Good(
        "per-file-ignores",
        '[per-file-ignores]\n"CHANGELOG.md" = ["all"]\n"!docs/**" = ["age"]',
        "per_file_ignores",
        (("CHANGELOG.md", ("all",)), ("!docs/**", ("age",))),
    ),
    Good("threshold", "threshold = 0.7", "threshold", 0.7),
    Good("threshold", "[threshold]\ndefault = 0.8\nframing = 0.95", "thresholds", {"framing": 0.95}),
    Good("severity", 'severity = { toxicity = "error", suppression = "info" }', "severity.suppression", "info"),
    Good("fail-level", 'fail-level = "error"', "fail_level", "error"),
    Good("allow", 'allow = ["sanity check", "Guy Masters"]', "allow", ("sanity check", "Guy Masters")),
    Good(
        "terms.add",
        'terms.add = [{ term = "war room", category = "framing", use = ["planning room"] }]',
        "terms_add",
        ({"term": "war room", "category": "framing", "use": ["planning room"]},),
    ),
    Good(
        "terms.add",
        '[terms.add."war room"]\ncategory = "framing"\nforms = { "war rooms" = ["planning rooms"] }',
        "terms_add",
        ({"term": "war room", "category": "framing", "forms": {"war rooms": ["planning rooms"]}},),
    ),
    Good("terms.remove", '[terms]\nremove = ["sanity check"]', "terms_remove", ("sanity check",)),
    Good("terms.severity", 'terms.severity.Whitelist = "error"', "terms_severity", {"whitelist": "error"}),
    Good("include-quotes", "include-quotes = true", "include_quotes", True),
    Good("include", 'include = ["NOTES", "*.in"]', "include", ("NOTES", "*.in")),
    Good("exclude", 'exclude = ["legal/", "!legal/a.md"]', "exclude", ("legal/", "!legal/a.md")),
    Good("extend-exclude", 'exclude = ["a"]\nextend-exclude = ["b", "../c"]', "exclude", ("a", "b", "../c")),
    Good("force-exclude", "force-exclude = true", "force_exclude", True),
    Good("respect-gitignore", "respect-gitignore = false", "respect_gitignore", False),
    Good("code", "code = true", "code", True),
    Good("model", 'model = "small.gguf"', "model", "small.gguf"),
    Good("use-model", "use-model = false", "use_model", False),
    Good("server-model", 'server-model = "team/large"', "server_model", "team/large"),
    Good("server-jobs", "server-jobs = 16", "server_jobs", 16),
    Good("jobs", "jobs = 3", "jobs", 3),
    Good("cache", "cache = false", "use_cache", False),
    Good("cache-dir", 'cache-dir = "kept"', "cache_dir.name", "kept"),
    Good("baseline", 'baseline = "known.json"', "baseline.name", "known.json"),
)

_TYPED = "server can only be named by --server or the variable SRLINT_SERVER: a file must not send text away"
_ENTRY = 'term = "war room", category = "framing"'

BAD = (
    Bad("", "\ntreshold = 0.5", 2, "unknown key 'treshold'; did you mean 'threshold'?"),
    Bad("", "include_quotes = true", 1, "unknown key 'include_quotes'; did you mean 'include-quotes'?"),
    Bad("", 'remove = ["x"]', 1, "unknown key 'remove'; did you mean 'terms.remove'?"),
    Bad("", '"" = 1', 1, "unknown key '\"\"'; known are allow, baseline, cache, cache-dir, code, exclude, extend, "),
    Bad("", '"a.b {}" = 1', 1, "unknown key '\"a.b {}\"'; "),
    Bad("", '"terms.add" = []', 1, "unknown key '\"terms.add\"'; did you mean 'terms.add'?"),
    Bad("extend", "extend = 3", 1, "'extend' must be a path, not 3"),
    Bad("extend", 'extend = ""', 1, "'extend' must be a path, not \"\""),
    Bad("extend", 'extend = "none.toml"', 1, "'extend': no such file: none.toml", schema=False),
    Bad(
        "required-version",
        'required-version = "newest"',
        1,
        '\'required-version\' must be a version specifier such as ">=1.0", not "newest"',
    ),
    Bad(
        "required-version",
        '\n\nrequired-version = ">=99"',
        3,
        "'required-version' is >=99, but this is srlint ",
        schema=False,
    ),
    Bad("select", 'select = "gender"', 1, "'select' must be a list of categories, not \"gender\""),
    Bad("select", 'select = [\n  "gendr",\n]', 2, "'select': unknown category \"gendr\"; did you mean 'gender'?"),
    Bad("select", 'select = ["zz"]', 1, f"'select': unknown category \"zz\"; known are {CATEGORIES}, all"),
    Bad("select", "select = [3]", 1, f"each entry of 'select' must be one of {CATEGORIES}, all, not 3"),
    Bad(
        "extend-select",
        'extend-select = ["Age"]',
        1,
        "'extend-select': unknown category \"Age\"; did you mean 'age'?",
    ),
    Bad("ignore", 'ignore = ["all"]', 1, "'ignore': unknown category \"all\"; known are gender, "),
    Bad(
        "per-file-ignores",
        'per-file-ignores = ["a.md"]',
        1,
        "'per-file-ignores' must be a table from .gitignore patterns to lists of categories, not [\"a.md\"]",
    ),
    Bad(
        "per-file-ignores",
        '[per-file-ignores]\n"a.md" = ["age"]\n"docs/*.md" = ["aeg"]',
        3,
        "'per-file-ignores.\"docs/*.md\"': unknown category \"aeg\"; did you mean 'age'?",
    ),
    Bad(
        "per-file-ignores",
        '[per-file-ignores]\n"#a" = ["age"]',
        2,
        "each key of 'per-file-ignores' must be a .gitignore pattern, not \"#a\"",
    ),
    Bad(
        "threshold",
        "threshold = 1.5",
        1,
        "'threshold' must be a number between 0 and 1, or a table of such numbers by category, not 1.5",
    ),
    Bad("threshold", "threshold = true", 1, "'threshold' must be a number between 0 and 1, or a table"),
    Bad("threshold", "threshold = nan", 1, "'threshold' must be a number between 0 and 1, or a table", schema=False),
    Bad(
        "threshold",
        "[threshold]\ndefault = 0.8\nframng = 0.9",
        3,
        "unknown key 'threshold.framng'; did you mean 'threshold.framing'?",
    ),
    Bad("threshold", "threshold.age = 1", 1, "'threshold.age' must be a number between 0 and 1, not 1"),
    Bad("severity", 'severity = "error"', 1, "'severity' must be a table from categories to severities, not \"error\""),
    Bad(
        "severity",
        '[severity]\ngendr = "error"',
        2,
        "unknown key 'severity.gendr'; did you mean 'severity.gender'?",
    ),
    Bad(
        "severity",
        'severity.age = "eror"',
        1,
        "'severity.age': unknown severity \"eror\"; did you mean 'error'?",
    ),
    Bad("fail-level", "fail-level = 2", 1, "'fail-level' must be one of info, warning, error, not 2"),
    Bad("fail-level", 'fail-level = "warn"', 1, "'fail-level': unknown severity \"warn\"; did you mean 'warning'?"),
    Bad("allow", 'allow = "x"', 1, "'allow' must be a list of phrases and names, not \"x\""),
    Bad("allow", 'allow = ["x", " "]', 1, "each entry of 'allow' must be a phrase or a name, not \" \""),
    Bad("terms", "terms = 3", 1, "'terms' must be a table with 'add', 'remove' and 'severity', not 3"),
    Bad("terms", "[terms]\nad = []", 2, "unknown key 'terms.ad'; did you mean 'terms.add'?"),
    Bad("terms.add", "terms.add = 3", 1, "'terms.add' must be a table for each term, not 3"),
    Bad("terms.add", 'terms.add = ["war room"]', 1, "each entry of 'terms.add' must be a table, not \"war room\""),
    Bad(
        "terms.add",
        'terms.add = [\n  { category = "framing" },\n]',
        2,
        "each entry of 'terms.add' needs a 'term', a word or phrase",
    ),
    Bad(
        "terms.add",
        f"terms.add = [\n  {{ {_ENTRY} }},\n  {{ {_ENTRY}, us = [] }}]",
        3,
        "'terms.add': 'war room': unknown key 'us'; did you mean 'use'?",
    ),
    Bad(
        "terms.add",
        '[[terms.add]]\nterm = "a b"\ncategory = "age"\n[[terms.add]]\nterm = "war room"\ncategory = "framng"',
        6,
        "'terms.add': 'war room': 'category' must be one of gender, ",
    ),
    Bad("terms.add", '[terms.add.boss]\nkind = "noun"', 1, "'terms.add': 'boss': 'category' is missing; known are "),
    Bad(
        "terms.add",
        '[terms.add."war room"]\nterm = "x"\ncategory = "age"',
        2,
        "'terms.add.\"war room\".term': the table's own name is the term",
    ),
    Bad(
        "terms.add",
        '[terms.add."war room"]\ncategory = "age"\nnear = ["@nowhere"]',
        3,
        "'terms.add': 'war room': 'near': no list @nowhere; known are ",
        schema=False,
    ),
    Bad("terms.remove", "terms.remove = [1]", 1, "each entry of 'terms.remove' must be a phrase or a name, not 1"),
    Bad(
        "terms.remove",
        'terms.remove = ["sanity check",\n"blacklst"]',
        2,
        "'terms.remove': 'blacklst' is not a listed term; did you mean 'blacklist'?",
        schema=False,
    ),
    Bad(
        "terms.severity",
        '[terms.severity]\nblacklst = "info"',
        2,
        "'terms.severity': unknown term \"blacklst\"; did you mean 'blacklist'?",
        schema=False,
    ),
    Bad(
        "terms.severity",
        'terms.severity.blacklist = "low"',
        1,
        "'terms.severity.blacklist': unknown severity \"low\"; known are info, warning, error",
    ),
    Bad("include-quotes", 'include-quotes = "yes"', 1, "'include-quotes' must be true or false, not \"yes\""),
    Bad("include", 'include = "a"', 1, "'include' must be a list of .gitignore patterns, not \"a\""),
    Bad("exclude", 'exclude = ["a", ""]', 1, "each entry of 'exclude' must be a .gitignore pattern, not \"\""),
    Bad(
        "exclude",
        'exclude = ["a",\n\n"[z-a]"]',
        3,
        "each entry of 'exclude' must be a .gitignore pattern, not \"[z-a]\"",
        schema=False,
    ),
    Bad("extend-exclude", "extend-exclude = {}", 1, "'extend-exclude' must be a list of .gitignore patterns, not {}"),
    Bad("force-exclude", "force-exclude = 1", 1, "'force-exclude' must be true or false, not 1"),
    Bad("respect-gitignore", "respect-gitignore = []", 1, "'respect-gitignore' must be true or false, not []"),
    Bad("code", 'code = "python"', 1, "'code' must be true or false, not \"python\""),
    Bad("model", "model = true", 1, "'model' must be a path or the name of a model, not true"),
    Bad("use-model", "use-model = 1979-05-27", 1, "'use-model' must be true or false, not 1979-05-27"),
    Bad("server", 'server = "http://localhost:8080"', 1, _TYPED),
    Bad("server", 'code = true\nserver = "http://me:secret@x"', 2, _TYPED),
    Bad("server-model", "server-model = 3", 1, "'server-model' must be a name, not 3"),
    Bad("jobs", "jobs = 0", 1, "'jobs' must be a whole number from 1 to 64, not 0"),
    Bad("server-jobs", "server-jobs = 0", 1, "'server-jobs' must be a whole number from 1 to 64, not 0"),
    Bad("server-jobs", "server-jobs = true", 1, "'server-jobs' must be a whole number from 1 to 64, not true"),
    Bad("server-jobs", "server-jobs = 1.5", 1, "'server-jobs' must be a whole number from 1 to 64, not 1.5"),
    Bad("cache", 'cache = "dir"', 1, "'cache' must be true or false, not \"dir\""),
    Bad("cache-dir", "cache-dir = 1", 1, "'cache-dir' must be a path, not 1"),
    Bad("baseline", "baseline = false", 1, "'baseline' must be a path, not false"),
)
