from __future__ import annotations

import copy
import os
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from settings_samples import BAD, GOOD
from srlint.categories import IDS
from srlint.config import Resolver, Settings, find_file, load, parse_override, settings_as_toml
from srlint.config.keys import KEYS
from srlint.config.lines import line_of
from srlint.errors import ConfigError


def write(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Each key


def test_the_samples_have_a_good_and_a_bad_value_for_every_key():
    assert {sample.key for sample in BAD} - {"", "terms"} == set(KEYS)
    assert {sample.key for sample in GOOD} == set(KEYS) - {"extend", "server"}, (
        "extend has tests of its own, and server is none for files"
    )


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.text)
def test_a_good_value_is_read(here, sample):
    write(here, sample.text, "srlint.toml")
    settings = load(here, {})
    assert _at(settings, sample) == sample.value


def _at(settings, sample):
    """The field of the sample; after a dot, a key of the table in it or an attribute of the path."""
    name, _, inner = sample.field.partition(".")
    value = getattr(settings, name)
    return value if not inner else getattr(value, inner) if isinstance(value, Path) else value[inner]


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.text)
def test_a_bad_value_is_named_with_file_line_and_key(here, sample):
    write(here, sample.text, "srlint.toml")
    with pytest.raises(ConfigError) as caught:
        load(here, {})
    assert str(caught.value).startswith(f"srlint.toml:{sample.line}: {sample.says}")
    assert str(caught.value) == f"srlint.toml:{sample.line}: {sample.says}" or sample.says.endswith((" ", "table"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.text)
def test_the_line_is_that_of_the_pyproject(here, sample):
    tables = re.sub(r"^(\[+)", r"\1tool.srlint.", sample.text, flags=re.MULTILINE)
    write(here, f"[project]\nname = 'x'\n\n[tool.srlint]\n{tables}")
    with pytest.raises(ConfigError) as caught:
        load(here, {})
    assert str(caught.value).startswith(f"pyproject.toml:{sample.line + 4}: {sample.says}")


# Where settings come from


def test_without_a_file_the_defaults_hold(here):
    settings = load(here, {})
    assert settings == Settings(cache_dir=here / ".srlint_cache", root=here)
    assert settings.source is None and settings.threshold is None and settings.select == ("all",)


@pytest.mark.parametrize("names", [("pyproject.toml",), ("srlint.toml",), (".srlint.toml",)])
def test_a_file_of_each_name_is_found(here, names):
    for name in names:
        write(here, "[tool.srlint]\nthreshold = 0.7\n", name)
    (here / "docs").mkdir()
    assert find_file(here / "docs") == here / names[0]
    assert load(here / "docs", {}).threshold == 0.7
    assert load(here / "docs", {}).source == here / names[0]


def test_in_one_folder_the_hidden_file_wins_then_the_one_of_its_own(here):
    pyproject = write(here, "[tool.srlint]\nthreshold = 0.7\n")
    own = write(here, "threshold = 0.8\n", "srlint.toml")
    hidden = write(here, "", ".srlint.toml")
    assert find_file(here) == hidden and load(here, {}).threshold is None
    hidden.unlink()
    assert find_file(here) == own and load(here, {}).threshold == 0.8
    own.unlink()
    assert find_file(here) == pyproject and load(here, {}).threshold == 0.7


def test_the_closest_file_with_something_to_say_wins(here):
    write(here, "[tool.srlint]\nthreshold = 0.7\n")
    inner = write(here / "a", "[tool.srlint]\nthreshold = 0.8\n")
    write(here / "a" / "b", "[project]\nname = 'srlint is only mentioned'\n")
    (here / "a" / "b" / "srlint.toml").mkdir()
    assert find_file(here / "a" / "b") == inner
    resolver = Resolver()
    assert resolver.for_folder(here / "a" / "b" / "c").threshold == 0.8
    assert resolver.for_folder(here).threshold == 0.7
    assert resolver.for_folder("a/../a/b") is resolver.for_folder(here / "a"), "one value for all folders of a file"


def test_a_broken_pyproject_that_is_not_about_srlint_is_not_ours_to_report(here):
    write(here, "[project\n")
    assert load(here, {}).source is None


def test_a_named_file_holds_everywhere(here):
    write(here, "threshold = 0.7\n", "srlint.toml")
    file = write(here / "etc", "[tool.srlint]\nthreshold = 0.4\n", "any.toml")
    assert load(here, {}, file=file).threshold == 0.4
    assert load(here, {}, file=Path("etc/any.toml")).root == here / "etc"
    write(here / "etc", "[tool.srlint]\nthreshold = 0.5\n")
    assert load(here, {}, file=here / "etc" / "pyproject.toml").threshold == 0.5


def test_isolated_reads_no_file(here):
    write(here, "[tool.srlint]\nthreshold = 0.7\n")
    assert load(here, {}, isolated=True) == load(here / "none", {}, isolated=True)
    assert load(here, {}, isolated=True).threshold is None


def test_the_command_line_wins_and_none_means_not_given(here):
    write(here, "[tool.srlint]\nthreshold = 0.7\ninclude-quotes = true\n")
    settings = load(here, {"threshold": 0.2, "include_quotes": None})
    assert settings.threshold == 0.2
    assert settings.include_quotes


def test_the_cache_lies_in_the_project_around_the_start(here, monkeypatch):
    (here / ".git").mkdir()
    inner = here / "docs" / "deep"
    inner.mkdir(parents=True)
    assert load(inner, {}).cache_dir == here / ".srlint_cache"
    resolver = Resolver(start=inner)
    write(here / "docs", "[project]\n")
    assert resolver.for_folder(inner).cache_dir == resolver.for_folder(here).cache_dir == here / ".srlint_cache"


def test_paths_in_a_file_are_relative_to_it_and_typed_ones_stay(here, monkeypatch):
    file = write(here, 'model = "m.gguf"\ncache-dir = "c"\nbaseline = "~/b.json"\n', "srlint.toml")
    monkeypatch.setenv("HOME", str(here / "home"))
    (here / "docs").mkdir()
    settings = load(here / "docs", {})
    assert (settings.model, settings.cache_dir) == ("m.gguf", here / "c")
    assert settings.baseline == here / "home" / "b.json"
    (here / "m.gguf").write_bytes(b"")
    assert load(here / "docs", {}).model == str(here / "m.gguf")
    typed = load(here, {"cache_dir": Path("kept"), "model": "m.gguf"}, file=file)
    assert (typed.cache_dir, typed.model) == (Path("kept"), "m.gguf")


# What is wrong with a file


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.srlint\n", ":1: not valid TOML: expected ']' at the end of a table declaration"),
        ("[tool.srlint]\nthreshold = \n", ":2: not valid TOML: invalid value"),
        ("[tool.srlint]\ncode = true\ncode = true\n", ":3: not valid TOML: cannot overwrite a value"),
        ("[tool.srlint]\nallow = ['a',", ":2: not valid TOML: "),
        ("[tool]\nsrlint = 3\n", ":2: [tool.srlint] must be a table"),
        ("[tool.srlint]\nallow = " + "[" * 5000, ": not valid TOML: nested too deeply"),
    ],
)
def test_a_broken_file_is_named_with_the_line(here, text, says):
    write(here, text)
    with pytest.raises(ConfigError) as caught:
        load(here, {})
    assert str(caught.value).startswith("pyproject.toml" + says)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_named_with_the_line(here):
    (here / "srlint.toml").write_bytes(b"code = true\nmodel = 'caf\xe9'\n")
    with pytest.raises(ConfigError, match="^srlint.toml:2: not valid UTF-8$"):
        load(here, {})


def test_a_byte_order_mark_and_windows_line_ends_are_fine(here):
    (here / "srlint.toml").write_bytes(b"\xef\xbb\xbfcode = true\r\n\r\nthreshold = 0.5\r\n")
    assert load(here, {}).threshold == 0.5
    (here / "srlint.toml").write_bytes(b"\xef\xbb\xbfcode = true\r\n\r\nthreshold = 5\r\n")
    with pytest.raises(ConfigError, match="^srlint.toml:3: "):
        load(here, {})


def test_keys_beside_the_table_would_be_void(here):
    write(here, "code = true\n[tool.srlint]\nthreshold = 0.5\n", "srlint.toml")
    with pytest.raises(ConfigError, match=r"^srlint.toml:1: 'code' stands beside \[tool.srlint\], not in it$"):
        load(here, {})


def test_a_named_file_without_settings_is_a_mistake(here):
    file = write(here, "[project]\nname = 'x'\n")
    with pytest.raises(ConfigError, match=r"^pyproject.toml: has no \[tool.srlint\] table$"):
        load(here, {}, file=file)
    with pytest.raises(ConfigError, match="^none.toml: no such file or directory$"):
        load(here, {}, file=Path("none.toml"))


def test_a_long_value_is_cut_in_the_message(here):
    write(here, f"code = '{'x' * 500}'", "srlint.toml")
    with pytest.raises(ConfigError) as caught:
        load(here, {})
    assert len(str(caught.value)) < 150 and str(caught.value).endswith("xxx…")


KEY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(KEY, min_size=1, max_size=4, unique=True), st.integers(0, 5), KEY)
@limits(max_examples=100, deadline=None)
def test_the_line_of_a_key_is_found_whatever_it_is_called(names, blank, comment):
    from srlint.config.faults import written_key

    comment = "".join(char for char in comment if char.isprintable())
    lines = [f"# {comment}", *[""] * blank, "[a]", *(f"{written_key(name)} = 1" for name in names)]
    lines += [f"[[b.{written_key(name)}]]\nc.d = [1,\n{{ e = 2 }}]" for name in names]
    text = "\n".join(lines)
    for number, name in enumerate(names):
        assert line_of(text, ("a", name)) == 3 + blank + number
        first = 3 + blank + len(names) + 3 * number
        assert line_of(text, ("b", name, 0)) == first
        assert line_of(text, ("b", name, 0, "c", "d", 0)) == first + 1
        assert line_of(text, ("b", name, 0, "c", "d", 1, "e")) == first + 2
        assert line_of(text, ("b", name, 0, "nothing", "there")) == first
    assert line_of(text, ("z",)) is None


# Extending


def test_own_keys_win_over_extended_ones(here):
    write(here, "threshold = 0.6\ncode = true\nextend = 'up/base.toml'\n", "middle.toml")
    write(here / "up", "threshold = 0.5\ninclude-quotes = true\ncode = false\n", "base.toml")
    write(here / "docs", "extend = '../middle.toml'\nthreshold = 0.7\n", "srlint.toml")
    settings = load(here / "docs", {})
    assert (settings.threshold, settings.code, settings.include_quotes) == (0.7, True, True)
    assert (settings.root, settings.source) == (here / "docs", here / "docs" / "srlint.toml")


def test_what_adds_up_and_what_merges(here):
    base = """
        ignore = ["age"]
        extend-select = ["gender"]
        extend-exclude = ["a"]
        exclude = ["b"]
        allow = ["one", "two"]
        severity = { gender = "info", age = "error" }
        threshold = { default = 0.5, age = 0.9 }
        [per-file-ignores]
        "x.md" = ["age"]
        "y.md" = ["age"]
        [terms]
        remove = ["blacklist"]
        severity = { whitelist = "info", crazy = "info" }
        add = [{ term = "war room", category = "framing" }, { term = "stakeholder", category = "framing" }]
    """
    own = """
        extend = "base.toml"
        extend-select = ["age"]
        extend-exclude = ["c"]
        exclude = ["d"]
        allow = ["two", "three"]
        severity = { gender = "error" }
        threshold = { framing = 0.8 }
        [per-file-ignores]
        "x.md" = ["all"]
        [terms]
        remove = ["stakeholder", "sanity check"]
        severity = { whitelist = "error", "war room" = "error" }
        add = [{ term = "War room", category = "age" }]
    """
    write(here, base, "base.toml")
    write(here, own, "srlint.toml")
    settings = load(here, {})
    assert settings.select == ("all", "gender", "age")
    assert settings.ignore == ("age",)
    assert settings.exclude == ("d", "a", "c")
    assert settings.allow == ("one", "two", "three")
    assert settings.severity == {"gender": "error", "age": "error"}
    assert (settings.threshold, settings.thresholds) == (0.5, {"age": 0.9, "framing": 0.8})
    assert dict(settings.per_file_ignores) == {"x.md": ("all",), "y.md": ("age",)}
    assert settings.terms_add == ({"term": "War room", "category": "age"},)
    assert settings.terms_remove == ("blacklist", "sanity check")
    assert settings.terms_severity == {"crazy": "info", "War room": "error", "whitelist": "error"}


def test_a_closer_select_begins_afresh(here):
    write(here, 'select = ["age"]\nextend-select = ["gender"]\nignore = ["framing"]\n', "base.toml")
    write(here, 'extend = "base.toml"\nselect = ["framing"]\n', "srlint.toml")
    assert load(here, {}).enabled() == {"framing"}
    assert load(here, {"extend_select": ("class,age", "religion")}).enabled() == {"framing", "class", "age", "religion"}
    assert load(here, {"select": ("all",), "ignore": ("age, class",)}).enabled() == {*IDS, "suppression"} - {
        "age",
        "class",
    }
    assert load(here, {"ignore": ("framing",)}).enabled() == set()


def test_one_number_replaces_thresholds_by_category(here):
    write(here, "threshold = { default = 0.5, age = 0.9 }\n", "srlint.toml")
    settings = load(here, {"threshold": 0.3})
    assert (settings.threshold, settings.thresholds) == (0.3, {})


def test_patterns_of_an_extended_file_are_relative_to_it(here):
    write(
        here,
        'extend-exclude = ["legal/", "/docs/old", "!docs/new/*.md", "other/x"]\n[per-file-ignores]\n"a.md" = ["age"]\n',
        "base.toml",
    )
    write(here / "docs", 'extend = "../base.toml"\nexclude = ["b.md"]\n', "srlint.toml")
    settings = load(here / "docs", {})
    assert settings.exclude == ("b.md", "../**/legal/", "../docs/old", "!../docs/new/*.md", "../other/x")
    assert "age" not in settings.enabled("a.md")
    assert "age" not in settings.enabled("deep/a.md")
    assert "age" in settings.enabled("b.md")


def test_typed_patterns_are_relative_to_where_they_were_typed(here, monkeypatch):
    write(here, 'exclude = ["a.md"]\n', "srlint.toml")
    (here / "docs").mkdir()
    monkeypatch.chdir(here / "docs")
    assert load(here / "docs", {}).exclude == ("a.md",)
    settings = load(here / "docs", {"exclude": ("b.md", "/c.md"), "extend_exclude": ("../d/",)})
    assert (settings.exclude, settings.root) == (("/docs/**/b.md", "/docs/c.md", "/d/"), here)


def test_extending_in_a_circle_is_a_mistake(here):
    write(here, "extend = 'b.toml'\n", "srlint.toml")
    write(here, "\nextend = './srlint.toml'\n", "b.toml")
    with pytest.raises(ConfigError) as caught:
        load(here, {})
    assert str(caught.value) == ("b.toml:2: 'extend' goes in a circle: srlint.toml -> b.toml -> srlint.toml")


def test_a_mistake_in_an_extended_file_names_that_file(here):
    write(here, "extend = 'base.toml'\n", "srlint.toml")
    write(here, "\n\ntreshold = 1\n", "base.toml")
    with pytest.raises(ConfigError, match="^base.toml:3: unknown key 'treshold'"):
        load(here, {})
    write(here, "[project]\n", "pyproject.toml")
    write(here, "extend = 'pyproject.toml'\n", "srlint.toml")
    with pytest.raises(ConfigError, match="^pyproject.toml: has no "):
        load(here, {})


def test_a_term_that_only_the_extended_file_adds_can_be_removed(here):
    write(here, "terms.add.stakeholder.category = 'framing'\nterms.add.crazy.category = 'age'\n", "base.toml")
    write(here, "extend = 'base.toml'\nterms.remove = ['Stakeholder', 'crazy']\n", "srlint.toml")
    settings = load(here, {})
    assert (settings.terms_add, settings.terms_remove) == ((), ("crazy",))
    write(here, "terms.remove = ['stakeholder']\n", "srlint.toml")
    with pytest.raises(ConfigError, match="^srlint.toml:1: 'terms.remove': 'stakeholder' is not a listed term"):
        load(here, {})


# From the command line


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("threshold = 0.5", {"threshold": 0.5}),
        ("threshold.framing=0.9", {"threshold": {"framing": 0.9}}),
        ("terms.remove=['crazy']", {"terms.remove": ["crazy"]}),
        ('per-file-ignores = { "*.md" = ["age"] }', {"per-file-ignores": {"*.md": ["age"]}}),
    ],
)
def test_an_inline_override_is_toml(here, text, gives):
    assert parse_override(text) == gives
    assert load(here, parse_override(text)) != load(here, {})


def test_several_overrides_count_one_after_the_other(here):
    write(here, 'allow = ["a"]\nthreshold.age = 0.6\n', "srlint.toml")
    overrides = [parse_override("allow = ['b']"), parse_override("threshold.framing = 0.9"), {"threshold": None}]
    settings = load(here, overrides)
    assert settings.allow == ("a", "b")
    assert settings.thresholds == {"age": 0.6, "framing": 0.9}
    assert load(here, [*overrides, {"threshold": 0.5}]).thresholds == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("treshold = 0.5", "--config: unknown key 'treshold'; did you mean 'threshold'?"),
        ("threshold = 2", "--config: 'threshold' must be a number between 0 and 1, or a table"),
        ("model = small", "--config: not valid TOML: Invalid value"),
        ("extend = 'x.toml'", "--config: 'extend' has a place in files only"),
        ("none.toml", "--config: none.toml: no such file, and no KEY = VALUE"),
        ("a" * 3 + " = " + "[" * 5000, "--config: not valid TOML: nested too deeply"),
    ],
)
def test_a_bad_inline_override_names_the_option(text, says):
    with pytest.raises(ConfigError) as caught:
        parse_override(text)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"select": ("gender,agee",)}, "--select: unknown category \"agee\"; did you mean 'age'?"),
        ({"ignore": ("x",)}, '--ignore: unknown category "x"; known are '),
        ({"extend_select": ("Gender",)}, "--extend-select: unknown category \"Gender\"; did you mean 'gender'?"),
        ({"exclude": ("#a",)}, 'each entry of --exclude must be a .gitignore pattern, not "#a"'),
        ({"threshold": 1.0}, "--threshold must be a number between 0 and 1, or "),
        (parse_override("terms.remove = ['zz']"), "--config: 'terms.remove': 'zz' is not a listed term"),
        (parse_override("required-version = '>99'"), "--config: 'required-version' is >99, but this is srlint "),
    ],
)
def test_a_bad_option_is_named(here, overrides, says):
    with pytest.raises(ConfigError) as caught:
        load(here, overrides)
    assert str(caught.value).startswith(says)


# Settings


def test_enabled_categories_by_file(here):
    text = """
        select = ["gender", "age", "suppression"]
        ignore = ["suppression"]
        [per-file-ignores]
        "docs/*.md" = ["age"]
        "legal/" = ["all"]
        "!*.md" = ["gender"]
        "../outside.md" = ["gender"]
    """
    write(here / "p", text, "srlint.toml")
    settings = load(here / "p", {})
    assert (
        settings.enabled() == settings.enabled("a.md") == settings.enabled(Path("sub/docs/a.md")) == {"gender", "age"}
    )
    assert settings.enabled("docs/a.md") == settings.enabled(here / "p" / "docs" / "a.md") == {"gender"}
    assert settings.enabled("docs/deep/a.md") == {"gender", "age"}
    assert settings.enabled("legal/deep/a.md") == settings.enabled("x/../legal/a.md") == set()
    assert settings.enabled("a.txt") == {"age"}
    assert settings.enabled("../outside.md") == {"age"}


def test_settings_can_be_compared_hashed_copied_and_not_changed(here):
    text = "\n".join(sample.text for sample in GOOD if "\n" not in sample.text and sample.text != "select = []")
    text = text.replace("threshold = 0.7", "threshold = { default = 0.7, age = 0.9 }")
    write(here, text, "srlint.toml")
    one, two = load(here, {}), load(here, {})
    assert one is not two and one == two and hash(one) == hash(two) and len({one, two}) == 1
    assert one != load(here, {"threshold": 0.3})
    assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)
    with pytest.raises(AttributeError):
        one.code = False
    with pytest.raises(TypeError):
        one.thresholds["age"] = 0.1


def test_settings_take_plain_mappings_and_lists():
    settings = Settings(select=["age"], thresholds={"age": 0.5}, terms_add=[{"term": "x", "category": "age"}])
    assert settings == Settings(("age",), thresholds={"age": 0.5}, terms_add=({"category": "age", "term": "x"},))
    assert hash(settings) and dict(settings.thresholds) == {"age": 0.5}


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.1, float("nan")])
def test_a_threshold_lies_between_0_and_1(threshold):
    with pytest.raises(ConfigError, match="threshold"):
        Settings(threshold=threshold)
    with pytest.raises(ConfigError, match="threshold"):
        Settings(thresholds={"age": threshold})


def test_a_category_must_exist():
    with pytest.raises(ConfigError, match="unknown category 'gendr'"):
        Settings(select=("gendr",))


# Showing them


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.text)
def test_shown_settings_are_a_file_with_the_same_settings(here, sample):
    file = write(here, sample.text, "srlint.toml")
    before = Resolver()
    shown = settings_as_toml(before.for_folder(here), before.origins(here))
    file.write_text(shown, encoding="utf-8")
    assert load(here, {}) == before.for_folder(here)
    assert "# srlint.toml" in shown or sample.key == "required-version"


def test_all_settings_at_once_are_shown_too(here):
    samples = {sample.key: sample.text for sample in GOOD if "\n" not in sample.text}
    text = "\n".join(samples.values())
    file = write(here, text + '\n[per-file-ignores]\n"a b\\u007f\\".md" = ["all"]\n', "srlint.toml")
    before = load(here, {"exclude": ("x", "../y"), "allow": ("\\ \U0001f600 \x7f \t\n \u2028 z",)})
    file.write_text(settings_as_toml(before), encoding="utf-8")
    assert load(here, {}) == before


def test_shown_settings_say_where_each_value_comes_from(here):
    write(here, "threshold = 0.5\nallow = ['a']\nextend-exclude = ['x']\n", "base.toml")
    write(here / "docs", "extend = '../base.toml'\nallow = ['b']\nexclude = ['y']\n", "srlint.toml")
    resolver = Resolver([parse_override("code = true"), {"threshold": 0.3, "fail_level": None}])
    lines = settings_as_toml(resolver.for_folder("docs"), resolver.origins("docs")).splitlines()
    assert lines[0] == "# relative to docs"
    assert "threshold = 0.3  # command line" in lines, "one number replaces the other"
    assert "code = true  # command line" in lines
    assert "allow = [  # base.toml, docs/srlint.toml" in lines
    assert "exclude = [  # docs/srlint.toml, base.toml" in lines
    assert 'fail-level = "info"  # default' in lines
    assert "# model: the embedded one  # default" in lines


def test_a_strange_file_name_cannot_leave_its_comment(here):
    folder = here / "a\ncode = true"
    write(folder, "threshold = 0.5\n", "srlint.toml")
    resolver = Resolver(file=folder / "srlint.toml")
    text = settings_as_toml(resolver.for_folder(here), resolver.origins(here))
    file = write(here, text, "back.toml")
    assert not load(here, {}, file=file).code


def test_files_are_read_once(here, monkeypatch):
    write(here, "threshold = 0.5\n", "srlint.toml")
    resolver = Resolver()
    folders = [here / "a" / str(number) for number in range(20)]
    seen = []
    monkeypatch.setattr(Path, "open", lambda self, mode, open=Path.open: seen.append(self) or open(self, mode))
    assert {resolver.for_folder(folder).threshold for folder in folders} == {0.5}
    assert seen == [here / "srlint.toml"]
    assert resolver.selection(os.fspath(here)).root == here
