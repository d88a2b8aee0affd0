from __future__ import annotations

import re
import subprocess
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from srlint.files.globs import pattern_class
from srlint.files.patterns import Patterns, holds, is_pattern, moved


@pytest.mark.parametrize(
    ("line", "source", "target", "becomes"),
    [
        ("a.md", "/p", "/p", "a.md"),
        ("a.md", "/p/docs", "/p", "/docs/**/a.md"),
        ("a/", "/p/docs", "/p", "/docs/**/a/"),
        ("/a.md", "/p/docs", "/p", "/docs/a.md"),
        ("x/*.md", "/p/docs", "/p", "/docs/x/*.md"),
        ("a.md", "/p", "/p/docs", "../**/a.md"),
        ("!/a.md", "/p", "/p/docs/deep", "!../../a.md"),
        ("a/b", "/p/x", "/p/y", "../x/a/b"),
        ("../a", "/p/x", "/p/x", "../a"),
        ("../a", "/p/x", "/p", "/a"),
        ("../y/", "/p/x", "/p/y/z", "../../y/"),
        ("a", "/p/[x] *!", "/p", r"/\[x\]\ \*\!/**/a"),
        ("a", "/", "/p", "../**/a"),
    ],
)
def test_a_pattern_seen_from_another_folder(line, source, target, becomes):
    assert moved(line, source, target) == becomes


NAMES = st.sampled_from(["a", "b", "[c]", "d e", "f.md"])
FOLDERS = st.lists(NAMES, max_size=3).map(lambda names: "/" + "/".join(names))
LINES = st.sampled_from(["a", "a/", "/a", "a/b", "*.md", "**/b", "b/**", "../a", "../../b/*.md", "../*"])


@given(LINES, FOLDERS, FOLDERS, FOLDERS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_moved_pattern_holds_for_the_same_paths(line, source, target, path, is_folder):
    before = Patterns.of_settings([line], source)
    after = Patterns.of_settings([moved(line, source, target)], target)
    assert before.hold(path, is_folder) == after.hold(path, is_folder)


def test_the_last_pattern_that_matches_decides():
    patterns = Patterns.of_settings(["*.md", "!keep.md", "../p/keep.md"], "/p")
    assert patterns.hold("/p/a.md", False) and patterns.hold("/p/keep.md", False)
    assert patterns.verdict("/p/sub/keep.md", False) is False
    assert patterns.verdict("/p/a.txt", False) is None
    assert patterns.verdict("/elsewhere/a.md", False) is None


def test_a_single_pattern_may_be_turned_around():
    assert holds("docs/", "/p", "/p/docs/a.md") and not holds("docs/", "/p", "/p/a.md")
    assert holds("!docs/", "/p", "/p/a.md") and not holds("!docs/", "/p", "/p/docs/a.md")
    assert holds("!../p/docs/", "/p", "/p/a.md")


@pytest.mark.parametrize("line", ["", " ", "#a", "!", "/", "../", "[", "[z-a]", "a\\"])
def test_what_is_no_pattern(line):
    assert not is_pattern(line)
    assert not Patterns([line], "/p").hold("/p/a", False)


@pytest.mark.parametrize("line", ["a", "!a", "../a", "!../a", r"\#a", "a b", "**", "[a-z]*", "[[:alpha:]]", "*.md "])
def test_what_is_a_pattern(line, recwarn):
    assert is_pattern(line)
    assert not recwarn.list


def test_a_line_that_is_no_pattern_leaves_the_others_as_they_are():
    patterns = Patterns(["[z-a]", "a", "!", "b"], "/p")
    assert patterns.hold("/p/a", False) and patterns.hold("/p/b", False) and not patterns.hold("/p/c", False)


def test_sparing_a_folder():
    patterns = Patterns.of_settings(["legal/", "old", "!legal/x"], "/p")
    assert patterns.sparing("/p/docs") is patterns
    spared = patterns.sparing("/p/legal")
    assert spared.lines == ("old", "!legal/x")


@given(st.lists(st.text("ab/*?![]-\\# .", min_size=1, max_size=6), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_line_is_read_without_a_failure(lines):
    Patterns(lines, "/p").hold("/p/a/b", False)
    for line in lines:
        assert is_pattern(line) in (True, False)
        assert isinstance(moved(line, "/p", "/q"), str)


def test_real_git_agrees_on_what_is_ignored(tmp_path, monkeypatch):
    """The files that a walk finds are those that git would add, with patterns of every origin."""
    from srlint import files

    home, top = tmp_path / "home", tmp_path / "top"
    lines = "/out/\r *.log.md b?d.md \\#hash.md #comment.md [z-a].md **/deep.md".split(" ")
    for name, text in {
        "home/.gitconfig": '[core "sub"]\n\texcludesFile = /no\n[core]\n\texcludesfile = "~/mine"\n[user]\n',
        "home/mine": "personal.md\n!rescued.md\n",
        "top/.gitignore": "\ufeff" + "\n".join((*lines, "trailing.md  ")),
        "top/docs/.gitignore": "!a.log.md\n/only.md\nsub/*.md\n!sub/keep.md\n",
        "top/space/.gitignore": "form\x0cfeed.md\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="")
    names = "a.md a.log.md bad.md bed.md #hash.md trailing.md #comment.md personal.md rescued.md local.md only.md"
    for folder in ("", "docs", "docs/sub", "out", "out/deep", "x/out", "space"):
        for name in (*names.split(), "keep.md", "deep.md", "form\x0cfeed.md", "-.md"):
            file = top / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(top)
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", "."], check=True)
    (top / ".git" / "info").mkdir(exist_ok=True)
    (top / ".git" / "info" / "exclude").write_text("local.md\nrescued.md\n")

    def listed(folder: str) -> set[str]:
        command = [*git, "ls-files", "-z", "--others", "--exclude-standard", "--", folder]
        return set(re.findall(r"[^\0]+", subprocess.run(command, check=True, capture_output=True, text=True).stdout))

    for folder in (".", "docs", "docs/sub", "x"):
        found = {target.name for target in files.find([folder])[0]}
        assert found == {name for name in listed(folder) if name.endswith(".md")}, folder
    assert "personal.md" not in found and len(listed(".")) > 20


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@given(
    pattern=st.text(alphabet="ab*?/\\.[]", min_size=1, max_size=12).filter(lambda text: "[^" not in text),
    path=st.text(alphabet="ab/.", min_size=1, max_size=14).map(lambda text: re.sub("/+", "/", text).strip("/") or "a"),
    is_folder=st.booleans(),
)
@settings(max_examples=2000)
def test_a_steady_pattern_holds_for_the_same_paths_as_pathspec_has_it(pattern, path, is_folder):
    try:
        (plain,) = GitIgnoreSpec.from_lines([pattern]).patterns
    except (ValueError, re.error):
        assume(False)
    (own,) = GitIgnoreSpec.from_lines([pattern], pattern_class(), backend="simple").patterns
    assert own.include == plain.include
    if plain.include is None:
        return
    path = path + "/" * is_folder
    found, expected = own.regex.match(path), plain.regex.match(path)
    assert (found is None) == (expected is None)
    if found is not None:
        # Whether the path itself was meant or a folder above it decides between patterns.
        assert found.groupdict().get("ps_d") == expected.groupdict().get("ps_d")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 30 + "*b", "a" * 250 + ".md"),
        ("**/a/" * 20 + "**/b", "a/" * 1000 + "c.md"),
        ("**/*a*a*a*/" * 8 + "b", ("a" * 60 + "/") * 60 + "c"),
        ("*?" * 40 + "b", "a" * 250),
    ],
)
def test_no_pattern_keeps_a_walk_busy(pattern, path):
    began = time.process_time()
    assert not Patterns([pattern], "/r").hold(f"/r/{path}", is_folder=False)
    assert time.process_time() - began < 10
