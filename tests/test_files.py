from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from srlint import files
from srlint.config import Resolver
from srlint.errors import ConfigError, DocumentError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A function that makes files, in a folder that is the current one; nothing of git's comes in from the outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("Text.\n")
        return tmp_path

    return make


def found(*paths: str, **options) -> list[str]:
    return [target.name for target in files.find(paths, files.Selection(**options))[0]]


def notices(*paths: str, **options) -> list[tuple[str, str, str]]:
    return [
        (notice.name, notice.severity, notice.reason) for notice in files.find(paths, files.Selection(**options))[1]
    ]


def test_a_folder_is_walked_in_order_for_known_suffixes(tree):
    tree("b.md", "a.txt", "docs/c.markdown", "code.py", "docs/pic.png", "docs/deep/D.MD")
    assert found(".") == ["a.txt", "b.md", "docs/c.markdown", "docs/deep/D.MD"]


def test_hidden_and_vendored_folders_are_left_out_unless_named(tree):
    tree("a.md", ".hidden/b.md", ".c.md", "node_modules/d.md", "venv/e.md")
    assert found(".") == ["a.md"]
    assert {name for name, _, _ in notices(".")} == {".hidden", ".c.md", "node_modules", "venv"}
    assert found(".hidden", "node_modules") == [".hidden/b.md", "node_modules/d.md"]


def test_a_named_file_is_a_target_whatever_its_suffix(tree):
    tree("NOTES", "x.rst", ".c.md")
    targets, _ = files.find(["NOTES", "x.rst", ".c.md"])
    assert [(target.name, target.syntax) for target in targets] == [
        ("NOTES", "text"),
        ("x.rst", "rst"),
        (".c.md", "markdown"),
    ]


def test_each_document_is_checked_once(tree):
    root = tree("a.md", "docs/b.md")
    assert found("docs/b.md", ".", "./a.md", str(root / "a.md")) == ["docs/b.md", "a.md"]


def test_gitignore_as_git_reads_it(tree):
    root = tree("a.md", "out/b.md", "docs/c.md", "docs/keep.md", "docs/sub/d.md", "docs/sub/e.md")
    (root / ".git").mkdir()
    (root / ".gitignore").write_text("/out/\ndocs/*.md\n")
    (root / "docs" / ".gitignore").write_text("!keep.md\nsub/d.md\n")
    expected = ["docs/keep.md", "docs/sub/e.md"]
    assert found(".") == ["a.md", *expected]
    assert found("docs") == expected, "a .gitignore above the folder holds too"
    assert found("out") == ["out/b.md"], "an ignored folder that is named is wanted"
    assert ("docs/c.md", "skip", "ignored by .gitignore") in notices(".")


def test_exclude_holds_in_a_walk_and_for_named_paths_when_forced(tree):
    tree("a.md", "legal/b.md", "legal/old/d.md", "docs/c.md")
    exclude = ("legal/", "docs/c.md", "legal/old/")
    assert found(".", exclude=exclude) == ["a.md"]
    assert ("legal", "skip", "excluded by the configuration") in notices(".", exclude=exclude)
    assert found("legal/b.md", "docs/c.md", exclude=exclude) == ["legal/b.md", "docs/c.md"]
    assert found("legal", exclude=exclude) == ["legal/b.md"], "who names a folder wants it, but not all in it"
    assert found("legal", exclude=("legal/", "legal/b.md")) == ["legal/old/d.md"]
    forced = {"exclude": exclude, "force_exclude": True}
    assert found("legal/b.md", "legal", "docs/c.md", "a.md", **forced) == ["a.md"]
    assert notices("legal/b.md", "legal", **forced) == [
        ("legal/b.md", "note", "excluded by the configuration"),
        ("legal", "note", "excluded by the configuration"),
        ("legal", "note", "no documents found"),
    ]


def test_include_adds_files_to_a_walk(tree):
    tree("NOTES", "a.md", "x.in", "docs/NOTES", "code.py", "pic.png", ".hidden.md", "legal/x.in", "Makefile")
    options = {"include": ("/NOTES", "*.in", "code.py", ".hidden.md"), "exclude": ("legal/",)}
    targets, _ = files.find(["."], files.Selection(**options))
    assert [(target.name, target.syntax) for target in targets] == [
        (".hidden.md", "markdown"),
        ("NOTES", "text"),
        ("a.md", "markdown"),
        ("code.py", "python"),
        ("x.in", "text"),
    ]


def test_include_opens_the_hidden_folders_that_it_spells_out_and_nothing_else_in_them(tree):
    tree(".github/a.md", ".github/b/c.md", ".github/b/d.txt", ".github/x.yml", ".other/e.md", ".github/.deep/f.md")
    assert found(".", include=("/.github/**/*.md",)) == [".github/a.md", ".github/b/c.md"]
    assert found(".", include=(".github/.deep/f.md",)) == [".github/.deep/f.md"]
    assert found(".", include=(".github/.deep/",)) == [".github/.deep/f.md"]
    assert found(".", include=("*.md",)) == []


def test_source_code_is_read_when_asked_for(tree):
    tree("a.md", "code.py", "lib/x.rs", "data.json")
    assert found(".") == ["a.md"]
    assert found(".", code=True) == ["a.md", "code.py", "lib/x.rs"]
    assert found("code.py") == []
    assert notices("code.py") == [("code.py", "note", "source code: checked only with --code")]
    assert found("code.py", include=("*.py",)) == ["code.py"]
    assert files.find(["lib"], files.Selection(code=True))[0] == [files.Target(Path("lib/x.rs"), "lib/x.rs", "rust")]


def test_gitignore_holds_only_if_respected(tree):
    root = tree("a.md", "b.md")
    (root / ".gitignore").write_text("b.md\n")
    assert found(".") == ["a.md"]
    assert found(".", respect_gitignore=False) == ["a.md", "b.md"]


def test_a_linked_work_tree_knows_what_its_clone_ignores(tree):
    root = tree("clone/.git/info/exclude", "clone/.git/worktrees/w/commondir", "w/a.md", "w/b.md")
    (root / "clone/.git/info/exclude").write_text("b.md\n")
    (root / "clone/.git/worktrees/w/commondir").write_text("../..\n")
    (root / "w/.git").write_text(f"gitdir: {root}/clone/.git/worktrees/w\n")
    assert found("w") == ["w/a.md"]


def test_the_selection_may_depend_on_the_folder(tree):
    root = tree("a.txt", "a.md", "docs/a.txt", "docs/deep/a.md", "docs/deep/a.txt", "docs/deep/b.txt", "more/a.txt")
    (root / "srlint.toml").write_text('exclude = ["*.txt"]\n')
    (root / "docs/deep/srlint.toml").write_text('exclude = ["/a.*"]\nforce-exclude = true\n')
    targets, _ = files.find(["."], Resolver().selection)
    assert [target.name for target in targets] == ["a.md", "docs/deep/b.txt"]
    targets, _ = files.find(["docs/deep/a.md", "docs/a.txt", "a.txt"], Resolver().selection)
    assert [target.name for target in targets] == ["docs/a.txt", "a.txt"]


def test_a_mistake_in_the_settings_of_a_folder_ends_the_walk(tree):
    root = tree("a.md", "docs/a.md", "venv/a.md")
    (root / "venv/srlint.toml").write_text("x = 1\n")
    assert len(files.find(["."], Resolver().selection)[0]) == 2, "what is not walked is not read"
    (root / "docs/srlint.toml").write_text("x = 1\n")
    with pytest.raises(ConfigError, match="^docs/srlint.toml:1: unknown key 'x'"):
        files.find(["."], Resolver().selection)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("docs", "docs/"), ["docs/a.md"]),
        (("docs/", "."), ["docs/a.md", "b.md"]),
        (("./docs/../b.md", "b.md"), ["docs/../b.md"]),
        (("docs/..",), ["docs/../b.md", "docs/../docs/a.md"]),
        (("{root}/b.md", "{root}/docs/"), ["b.md", "docs/a.md"]),
        (("b.md", "b.md", "docs/a.md", "docs"), ["b.md", "docs/a.md"]),
        (("link", "docs"), ["link/a.md"]),
        (("docs/../link/a.md", "."), ["docs/../link/a.md", "b.md"]),
    ],
)
def test_overlapping_paths_give_each_document_once_under_its_first_name(tree, paths, names):
    root = tree("docs/a.md", "b.md")
    (root / "link").symlink_to("docs")
    assert found(*(path.format(root=root) for path in paths)) == names


def test_a_path_outside_the_current_folder_keeps_its_name(tree, monkeypatch):
    root = tree("docs/a.md", "here/b.md")
    monkeypatch.chdir(root / "here")
    assert found("..") == ["../docs/a.md", "../here/b.md"]
    assert found("../docs", str(root / "docs")) == ["../docs/a.md"]
    assert found(str(root / "docs")) == [f"{root}/docs/a.md"]


def test_a_file_with_a_slash_behind_is_no_file(tree):
    tree("a.md")
    assert notices("a.md/") == [("a.md", "error", "not a directory")]


def test_two_spellings_of_a_name_are_two_documents_where_the_disk_says_so(tree, monkeypatch):
    tree("A.md", "a.md", "docs/b.md", "docs/B.md")
    assert found(".", "a.md") == ["A.md", "a.md", "docs/B.md", "docs/b.md"]
    monkeypatch.setattr(os.path, "samefile", lambda one, other: one.lower() == other.lower())
    assert found(".", "a.md") == ["A.md", "docs/B.md"]


def test_a_circle_of_links_is_no_trap(tree):
    root = tree("a.md", "docs/b.md")
    (root / "x.md").symlink_to("y.md")
    (root / "y.md").symlink_to("x.md")
    (root / "docs" / "up").symlink_to("..")
    assert found(".") == ["a.md", "docs/b.md"]
    assert found("docs/up/docs/up") == ["docs/up/docs/up/a.md", "docs/up/docs/up/docs/b.md"]
    assert notices("x.md") == [("x.md", "error", "too many levels of symbolic links")]


def test_a_name_that_is_no_utf_8_is_found_and_can_be_excluded(tree):
    root = tree("a.md")
    name = os.fsdecode(b"caf\xe9.md")
    (root / name).write_text("x")
    assert found(".") == ["a.md", name]
    (root / ".gitignore").write_bytes(b"caf\xe9.md\n")
    assert found(".") == ["a.md"]


def test_a_folder_that_cannot_be_listed_is_an_error_and_the_rest_is_found(tree, monkeypatch):
    tree("a.md", "docs/b.md", "z.md")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("docs"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert found(".") == ["a.md", "z.md"]
    assert ("docs", "error", "permission denied") in notices(".")
    assert ("docs", "error", "permission denied") in notices("docs")


def test_folders_may_lie_deeper_than_functions_can(tree):
    root = tree("a.md")
    depth = 1200
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    Path("b.md").write_text("x")
    os.chdir(root)
    try:
        assert [name.rpartition("/")[2] for name in found(".")] == ["a.md", "b.md"]
    finally:  # the test runner's own clean-up calls itself for each folder
        os.remove("d/" * depth + "b.md")
        for length in range(depth, 0, -1):
            os.rmdir("d/" * length)


def test_a_walk_asks_the_disk_nothing_about_the_files_it_meets(tree, monkeypatch):
    tree(*(f"docs/{number}.md" for number in range(300)), "docs/.gitignore", "docs/x.bin")
    asked = []
    for name in ("stat", "lstat", "readlink"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, real=real, **k: asked.append(a) or real(*a, **k))
    assert len(found("docs", exclude=("*.bin",))) == 300
    assert len(asked) < 60


def test_exclude_is_relative_to_its_root(tree):
    root = tree("docs/a.md", "a.md")
    assert found(".", exclude=("/a.md",), root=root / "docs") == ["a.md"]
    assert found(".", exclude=("../a.md",), root=root / "docs") == ["docs/a.md"]


def test_links_are_not_followed_in_a_walk_but_when_named(tree):
    root = tree("a.md", "docs/b.md")
    (root / "docs" / "again").symlink_to(root)
    (root / "link.md").symlink_to(root / "a.md")
    assert found(".") == ["a.md", "docs/b.md"]
    assert found("link.md") == ["link.md"]


def test_a_missing_path_is_an_error_and_an_empty_folder_a_note(tree):
    root = tree()
    (root / "empty").mkdir()
    assert notices("nope.md", "empty") == [
        ("nope.md", "error", "no such file or directory"),
        ("empty", "note", "no documents found"),
    ]


@pytest.mark.parametrize("name", ["", "bad\0name", "x" * 300])
def test_a_path_that_cannot_exist_is_an_error(tree, name):
    tree()
    assert [severity for _, severity, _ in notices(name)] == ["error"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_an_error(tree):
    root = tree("docs/a.md")
    (root / "docs").chmod(0)
    try:
        assert ("docs", "error", "permission denied") in notices(".")
    finally:
        (root / "docs").chmod(0o755)


def test_names_under_the_current_folder_are_relative(tree):
    root = tree("docs/a.md")
    assert found(str(root / "docs")) == ["docs/a.md"]


def test_read_refuses_what_is_no_document(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"a" * (files.MAX_BYTES + 1))
    (tmp_path / "largest").write_bytes(b"a" * files.MAX_BYTES)
    for name, says in [
        ("none", "no such file"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("large", "larger than 10 MB"),
    ]:
        with pytest.raises(DocumentError, match=says):
            files.read(tmp_path / name)
    assert len(files.read(tmp_path / "largest")) == files.MAX_BYTES


def test_write_keeps_mode_and_follows_links(tmp_path):
    target, link = tmp_path / "a.md", tmp_path / "link.md"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to("a.md")
    files.write(link, b"new", expected=b"old")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "link.md"]


def test_write_does_not_overwrite_a_change_of_someone_else(tmp_path):
    target = tmp_path / "a.md"
    target.write_bytes(b"theirs")
    with pytest.raises(DocumentError, match="changed on disk"):
        files.write(target, b"ours", expected=b"read before")
    assert target.read_bytes() == b"theirs"


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "a.md"
    target.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_write_into_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match="cannot be written"):
        files.write(tmp_path / "none" / "a.md", b"new")


def test_a_new_file_gets_the_usual_mode(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    files.write(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_include_opens_a_vendored_folder_too(tree):
    tree("docs/build/a.md", "docs/build/b.txt", "build/c.md")
    assert found(".") == []
    assert found(".", include=("docs/build/*.md",)) == ["docs/build/a.md"]


def test_what_is_no_regular_file_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        files.write(pipe, b"report")
        assert os.read(reader, 100) == b"report"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
