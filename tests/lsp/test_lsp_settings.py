"""Settings in the editor: those of files and of the editor itself, as they change, folder by folder."""

from __future__ import annotations

import os

import pytest
from editor import Editor, capable
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from srlint.config import Resolver
from srlint.errors import ConfigError
from srlint.lsp.buffers import Buffer
from srlint.lsp.chosen import chosen
from srlint.lsp.workspaces import Given, Workspaces
from srlint.models.loaded import Models

CHAIR = "The chairman speaks.\n"
LIST = "Add it to the whitelist.\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Editor(tmp_path_factory.mktemp("first")) as one:
        one.until(lambda: one.registered)
        yield one


@pytest.fixture
def editor(shared, project):
    """An editor that works in the project, and has heard nothing yet."""
    folders(shared, added=[project])
    shared.messages.clear()
    yield shared
    for uri in list(shared.texts):
        shared.close(uri)
        del shared.texts[uri]
    folders(shared, removed=[project])


def folders(editor: Editor, added=(), removed=()) -> None:
    lists = ([t.WorkspaceFolder(path.as_uri(), path.name) for path in paths] for paths in (added, removed))
    event = t.WorkspaceFoldersChangeEvent(*lists)
    editor.client.workspace_did_change_workspace_folders(t.DidChangeWorkspaceFoldersParams(event))


def tell(editor: Editor, *paths) -> None:
    changes = [t.FileEvent(path.as_uri(), t.FileChangeType.Changed) for path in paths]
    editor.client.workspace_did_change_watched_files(t.DidChangeWatchedFilesParams(changes))


def codes(found) -> list[str]:
    return [item.code for item in found]


def test_it_asks_to_hear_of_configuration_files(editor):
    registered = {item.method: item.register_options for item in editor.registered}
    watched = [watcher["globPattern"] for watcher in registered[t.WORKSPACE_DID_CHANGE_WATCHED_FILES]["watchers"]]
    assert watched == ["**/.srlint.toml", "**/srlint.toml", "**/pyproject.toml", "**/.srlint-baseline.json"]
    assert t.WORKSPACE_DID_CHANGE_CONFIGURATION in registered


def test_a_changed_file_holds_at_once(editor, project):
    uri = editor.open(project / "a.md", f"{CHAIR}\n{LIST}")
    assert codes(editor.diagnostics(uri)) == ["gender", "terminology"]
    (project / "srlint.toml").write_text('ignore = ["gender"]\n[severity]\nterminology = "error"\n')
    tell(editor, project / "srlint.toml")
    (found,) = editor.diagnostics(uri, lambda found: len(found) == 1)
    assert (found.code, found.severity) == ("terminology", t.DiagnosticSeverity.Error)
    (project / "srlint.toml").write_text('exclude = ["a.md"]\n')
    tell(editor, project / "srlint.toml")
    editor.diagnostics(uri, lambda found: not found)
    (project / "srlint.toml").unlink()
    tell(editor, project / "srlint.toml")
    editor.diagnostics(uri, lambda found: len(found) == 2)


def test_an_editor_that_does_not_watch_is_served_at_the_next_edit(editor, project):
    uri = editor.open(project / "docs" / "a.md", f"{CHAIR}\n{LIST}")
    editor.diagnostics(uri, lambda found: len(found) == 2)
    (project / "base.toml").write_text('ignore = ["gender"]\n')
    (project / "pyproject.toml").write_text('[tool.srlint]\nextend = "base.toml"\n')
    editor.edit(uri, 0, 0, 0, "Now: ")
    assert codes(editor.diagnostics(uri, lambda found: len(found) == 1)) == ["terminology"]
    (project / "base.toml").write_text('ignore = ["terminology"]\n')
    editor.edit(uri, 0, 0, 0, "And ")
    assert codes(editor.diagnostics(uri, lambda found: len(found) == 1)) == ["gender"]


def test_a_mistake_in_a_file_is_one_message_and_mended_by_the_next_save(editor, project):
    uri = editor.open(project / "a.md", CHAIR)
    editor.diagnostics(uri)
    config = project / "srlint.toml"
    config.write_text("treshold = 0.5\n")
    tell(editor, config)
    editor.until(lambda: any("did you mean 'threshold'" in message for message in editor.messages))
    editor.diagnostics(uri, lambda found: not found)
    editor.edit(uri, 0, 0, 0, "Now: ")
    editor.save(uri)
    config.write_text("threshold = 0.5\n")
    tell(editor, config)
    editor.diagnostics(uri)
    told = [message for message in editor.messages if "threshold" in message]
    assert len(told) == 1
    assert "srlint.toml:1" in told[0]


def test_what_check_leaves_out_is_left_out(editor, project):
    (project / "srlint.toml").write_text(
        'exclude = ["drafts/"]\nallow = ["the chairman"]\n[per-file-ignores]\n"CHANGELOG.md" = ["terminology"]\n'
    )
    (project / "docs").mkdir()
    (project / "docs" / "srlint.toml").write_text('extend = "../srlint.toml"\nignore = ["terminology"]\n')
    both = f"{CHAIR}\n{LIST}"
    shown = editor.open(project / "a.md", both)
    assert codes(editor.diagnostics(shown)) == ["terminology"]
    hidden = [editor.open(project / name, both) for name in ("drafts/a.md", "CHANGELOG.md", "docs/a.md")]
    canary = editor.open(project / "b.md", LIST)
    editor.diagnostics(canary)
    assert [editor.latest(uri) and list(editor.latest(uri).diagnostics) for uri in hidden] == [None, [], []]


def test_what_the_baseline_accepts_is_not_shown(editor, project):
    from srlint.cli import cli

    (project / "a.md").write_text(CHAIR)
    here = os.getcwd()
    os.chdir(project)
    try:
        with pytest.raises(SystemExit):
            cli(["check", "--no-model", "--write-baseline", "-q"])
    finally:
        os.chdir(here)
    assert (project / ".srlint-baseline.json").is_file()
    tell(editor, project / ".srlint-baseline.json")
    uri = editor.open(project / "a.md", f"{CHAIR}\n{LIST}")
    assert codes(editor.diagnostics(uri)) == ["terminology"]
    editor.edit(uri, 0, 4, 12, "foreman")
    assert codes(editor.diagnostics(uri, lambda found: len(found) == 2)) == ["gender", "terminology"]


def test_allowing_a_term_writes_the_project_s_configuration(editor, project):
    config = project / "srlint.toml"
    config.write_text('# ours\nallow = [\n    "the Blacklist",  # a film\n]\n')
    uri = editor.open(project / "docs" / "a.md", CHAIR)
    editor.diagnostics(uri)
    editor.run("srlint.allow", uri, "chairman")
    editor.diagnostics(uri, lambda found: not found)
    assert config.read_text() == '# ours\nallow = [\n    "the Blacklist",  # a film\n    "chairman",\n]\n'
    assert editor.until(lambda: any(str(config) in message for message in editor.messages))


def test_allowing_where_there_is_no_configuration_makes_one_for_the_project(editor, project):
    uri = editor.open(project / "docs" / "a.md", CHAIR)
    editor.diagnostics(uri)
    editor.run("srlint.allow", uri, "chairman")
    editor.diagnostics(uri, lambda found: not found)
    assert (project / ".srlint.toml").read_text() == 'allow = ["chairman"]\n'
    assert Resolver({}).for_folder(project / "docs").allow == ("chairman",)


def test_a_configuration_that_cannot_be_edited_is_said(editor, project):
    uri = editor.open(project / "a.md", CHAIR)
    editor.diagnostics(uri)
    (project / "srlint.toml").write_text("allow = 3\n")
    with pytest.raises(JsonRpcException, match="'allow' must be a list"):
        editor.run("srlint.allow", uri, "chairman")


def test_settings_of_the_editor_when_it_is_asked(project):
    with Editor(project, able=capable(configuration=True), settings={"ignore": ["gender"], "select": None}) as one:
        uri = one.open(project / "a.md", f"{CHAIR}\n{LIST}")
        assert codes(one.diagnostics(uri)) == ["terminology"]
        one.settings = {"ignore": ["terminology"], "trace": {"server": "off"}}
        one.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(None))
        one.diagnostics(uri, lambda found: codes(found) == ["gender"])


def test_settings_of_the_editor_when_it_tells(project):
    (project / "srlint.toml").write_text("threshold = 0.5\n")
    with Editor(project, settings={"ignore": ["gender"]}) as one:
        uri = one.open(project / "a.md", f"{CHAIR}\n{LIST}")
        assert codes(one.diagnostics(uri)) == ["terminology"]
        told = {"srlint": {"ignore": ["terminology"]}, "other": {"ignore": ["gender"]}}
        one.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(told))
        one.diagnostics(uri, lambda found: codes(found) == ["gender"])
        told = {"srlint": {"treshold": 1}}
        one.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(told))
        one.until(lambda: any("did you mean 'threshold'" in message for message in one.messages))
        one.diagnostics(uri, lambda found: len(found) == 2)


def test_the_command_line_wins(project):
    (project / "srlint.toml").write_text("threshold = 0.999999\n")
    workspaces = Workspaces(Given(({"ignore": ("gender",), "use_model": False},)), Models(), print)
    workspaces.configure([project], {None: {"ignore": ["terminology"], "threshold": 0.5}})
    buffer = Buffer((project / "a.md").as_uri(), f"{CHAIR}\n{LIST}", 1, "markdown", "utf-16")
    try:
        found = workspaces.draft(buffer, keep=False).review.findings
    finally:
        workspaces.close()
    assert [finding.categories[0] for finding in found] == ["terminology"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"server": "http://example.org"}, "only be named by --server"),
        ({"exclude": ["a"]}, "has its place in a configuration file"),
        ({"cache-dir": "/tmp"}, "has its place in a configuration file"),
        ({"threshold": "high"}, "must be a number"),
        ([], "must be an object"),
    ],
)
def test_what_the_editor_may_not_say(told, said):
    """A server above all: its settings may come with somebody else's project."""
    with pytest.raises(ConfigError, match=said):
        chosen(told)


def test_every_folder_has_its_own_settings(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, ignored in ((one, "gender"), (two, "terminology")):
        folder.mkdir()
        (folder / ".git").mkdir()
        (folder / "srlint.toml").write_text(f'ignore = ["{ignored}"]\n')
    third = tmp_path / "third" / "a.md"
    both = f"{CHAIR}\n{LIST}"
    with Editor(one, two) as editor:
        first, second, elsewhere = (editor.open(path, both) for path in (one / "a.md", two / "a.md", third))
        assert codes(editor.diagnostics(first)) == ["terminology"]
        assert codes(editor.diagnostics(second)) == ["gender"]
        assert codes(editor.diagnostics(elsewhere)) == ["gender", "terminology"]
        folders(editor, removed=[two])
        (two / "srlint.toml").unlink()
        editor.edit(second, 0, 0, 0, "Now: ")
        assert codes(editor.diagnostics(second, lambda found: len(found) == 2)) == ["gender", "terminology"]
    assert (one / ".srlint_cache").is_dir()
    assert not (tmp_path / "third").exists()


def test_results_are_remembered_where_check_looks_for_them(project):
    text = f"{CHAIR}\n{LIST}"
    (project / "a.md").write_text(text)
    with Editor(project) as one:
        uri = one.open(project / "a.md", text)
        one.diagnostics(uri, lambda found: found and all(item.data["rewrites"] for item in found))
    from srlint.document import Document
    from srlint.drafts import DraftLinter

    settings = Resolver({"use_model": False}, start=project).for_folder(project)
    with DraftLinter.open(settings) as linter:
        draft = linter.draft(Document(text, "markdown"))
        assert "detector" not in vars(linter._models)
    assert draft.open == ()
    assert [finding.categories[0] for finding in draft.review.findings] == ["gender", "terminology"]
