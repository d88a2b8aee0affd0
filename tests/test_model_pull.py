"""`srlint model pull` against a hub on this machine: what arrives, what goes wrong, and what is left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from local_hub import COMMIT, Hub, serving
from srlint.cli import cli
from srlint.models import catalogue, pull, store
from srlint.models.catalogue import hub_file
from tiny_gguf import STOCK, gguf_bytes

CONTENT = gguf_bytes(STOCK, {"a": [3, 64]}, size=400_000)
DIGEST = sha256(CONTENT).hexdigest()
NAME = "maker/model-GGUF:tiny.gguf"


@pytest.fixture
def hub():
    with serving(Hub(files={"tiny.gguf": CONTENT, "other.Q8_0.gguf": b"x", "README.md": b"y"})) as one:
        yield one


@pytest.fixture(autouse=True)
def environment(hub, tmp_path, monkeypatch):
    """The hub's library, which reads its variables when it is imported, set up as by HF_ENDPOINT and HF_HOME."""
    from huggingface_hub import constants, file_download

    monkeypatch.setenv(store.CACHE_VARIABLE, str(tmp_path / "srlint"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_URL_HOSTS": frozenset({"127.0.0.1"}),
        "HF_HUB_CACHE": str(cache(tmp_path)),
        "HF_TOKEN_PATH": str(tmp_path / "token"),
        "HF_HUB_OFFLINE": False,
        "DOWNLOAD_CHUNK_SIZE": 20_000,
    }.items():
        monkeypatch.setattr(constants, name, value, raising=False)
        monkeypatch.setattr(file_download, name, value, raising=False)
    # Its pauses between tries.
    monkeypatch.setattr(file_download.time, "sleep", lambda seconds: None)


def cache(tmp_path: Path) -> Path:
    return tmp_path / "hf"


def parts(tmp_path: Path) -> list[Path]:
    return list(cache(tmp_path).rglob("*.incomplete"))


def run(*arguments: str, status: int = 0) -> str:
    """What the command says, and the status it must end with."""
    done = CliRunner().invoke(cli, ["model", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def cut_off(hub: Hub) -> None:
    """Pulls over a line that goes dead after 150,000 bytes, and comes back when all have given up."""
    hub.cuts = [150_000] + [0] * 50
    assert "pulling again goes on from what has come" in refused()
    hub.cuts = []
    hub.asked.clear()


def refused(name: str = NAME) -> str:
    """The one line that a pull fails with."""
    output = run("pull", name, status=2)
    lines = [line for line in output.splitlines() if " GB from " not in line and " MB from " not in line]
    assert len(lines) == 1 and lines[0].startswith(f"srlint: {name}: "), output
    return lines[0].removeprefix(f"srlint: {name}: ")


def test_what_was_pulled_is_whole_where_other_programs_look_for_it_and_remembered(hub, tmp_path):
    output = run("pull", NAME)
    path = cache(tmp_path) / "models--maker--model-GGUF" / "snapshots" / COMMIT / "tiny.gguf"
    assert f"{path}, SHA-256 {DIGEST}" in output
    assert path.read_bytes() == CONTENT
    assert parts(tmp_path) == []
    found = store.find(NAME)
    assert (found.sha256, found.size, found.commit, found.revision) == (DIGEST, len(CONTENT), COMMIT, "main")
    assert (found.path, found.cache) == (str(path), str(cache(tmp_path)))
    found.check()
    assert hub.ranges() == [None]


def test_a_second_pull_fetches_nothing(hub):
    run("pull", NAME)
    assert "here already" in run("pull", NAME)
    assert len(hub.ranges()) == 1


def test_a_file_that_another_program_fetched_is_checked_and_taken(hub, tmp_path):
    run("pull", NAME)
    shutil.rmtree(tmp_path / "srlint")
    assert "checking its SHA-256" in run("pull", NAME)
    assert store.find(NAME).sha256 == DIGEST
    assert len(hub.ranges()) == 1


def test_a_file_that_was_damaged_since_is_fetched_again(hub):
    run("pull", NAME)
    path = Path(store.find(NAME).path)
    path.write_bytes(CONTENT[:-1] + b"!")
    assert "damaged, fetched again" in run("pull", NAME)
    assert path.read_bytes() == CONTENT
    store.find(NAME).check()


def test_a_new_version_on_the_hub_is_fetched_by_the_next_pull(hub):
    run("pull", NAME)
    hub.files["tiny.gguf"] = CONTENT + b"new"
    run("pull", NAME, "--revision", "main")
    assert store.find(NAME).sha256 == sha256(CONTENT + b"new").hexdigest()


def test_the_file_of_a_branch_that_has_moved_on_is_removed_with_the_new_one(hub, tmp_path, monkeypatch):
    run("pull", NAME)
    old = Path(store.find(NAME).path)
    hub.files["tiny.gguf"] = CONTENT + b"new"
    monkeypatch.setattr(sys.modules["local_hub"], "COMMIT", "beef" * 10)
    run("pull", NAME)
    found = store.find(NAME)
    assert (found.former, old.is_file()) == ((str(old),), True)
    output = run("remove", NAME, "--yes")
    assert "removed" in output
    assert not list(cache(tmp_path).rglob("*.gguf")) and not list(cache(tmp_path).glob("*/blobs/*"))


@pytest.mark.parametrize("commit", ["../../../../x", "main", ""])
def test_a_hub_that_names_no_commit_is_not_trusted(hub, tmp_path, monkeypatch, commit):
    monkeypatch.setattr(sys.modules["local_hub"], "COMMIT", commit)
    assert "so it is not fetched" in refused()
    assert hub.ranges() == [] and not cache(tmp_path).exists()


def test_a_library_that_appends_the_whole_file_does_not_fill_the_disk(hub, tmp_path, monkeypatch):
    from huggingface_hub import file_download

    calls = []

    def careless(url, file, **options):
        calls.append(url)
        if len(calls) > 5:
            raise KeyboardInterrupt
        file.write(CONTENT[:300_000])
        file.flush()
        raise ConnectionError("dropped")

    monkeypatch.setattr(file_download, "http_get", careless)
    assert refused() == "more came than the file holds: deleted: pull again"
    assert len(calls) == 2
    assert parts(tmp_path) == []


def test_a_connection_that_drops_is_taken_up_where_it_was(hub):
    hub.cuts = [150_000]
    run("pull", NAME)
    assert hub.ranges() == [None, "bytes=140000-"]
    assert Path(store.find(NAME).path).read_bytes() == CONTENT


def test_after_a_cut_the_next_pull_goes_on(hub, tmp_path):
    cut_off(hub)
    assert store.find(NAME) is None
    (part,) = parts(tmp_path)
    assert part.read_bytes() == CONTENT[:140_000]
    assert "going on after 0.1 MB of 0.4 MB" in run("pull", NAME)
    assert hub.ranges() == ["bytes=140000-"]
    assert Path(store.find(NAME).path).read_bytes() == CONTENT
    assert parts(tmp_path) == []


def test_after_an_interruption_the_next_pull_goes_on(hub, tmp_path, monkeypatch):
    from huggingface_hub import file_download

    def interrupted(url, file, **options):
        file.write(CONTENT[:100_000])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(file_download, "http_get", interrupted)
        output = run("pull", NAME, status=130)
    assert f"what has come is kept: `srlint model pull {NAME}` goes on from there" in output
    assert store.find(NAME) is None
    run("pull", NAME)
    assert hub.ranges() == ["bytes=100000-"]
    assert Path(store.find(NAME).path).read_bytes() == CONTENT


def test_what_was_kept_of_another_file_is_found_out(hub, tmp_path):
    cut_off(hub)
    (part,) = parts(tmp_path)
    part.write_bytes(b"!" * 140_000)
    assert "instead of" in run("pull", NAME, status=2)
    assert parts(tmp_path) == []
    run("pull", NAME)
    assert hub.ranges()[-1] is None


def test_a_file_with_another_digest_than_promised_is_deleted(hub, tmp_path):
    hub.digest = "0" * 64
    assert refused() == f"the file has the SHA-256 {DIGEST[:12]} instead of 000000000000, and was deleted: pull again"
    assert store.find(NAME) is None
    assert parts(tmp_path) == []
    assert not list(cache(tmp_path).rglob("*.gguf"))


def test_a_hub_that_promises_no_digest_is_not_trusted(hub):
    hub.etag = False
    assert refused() == f"{hub.url} gives no SHA-256 to check the file by, so it is not fetched"
    assert hub.ranges() == []


def test_a_catalogued_model_must_be_the_one_that_srlint_knows(hub, monkeypatch):
    known = catalogue.BY_NAME["llama-3.2-1b"]
    hub.repository, hub.files = known.repository, {known.file: CONTENT}
    monkeypatch.setattr(sys.modules["local_hub"], "COMMIT", known.revision)
    assert refused("llama-3.2-1b") == (
        f"{hub.url} has another file ({DIGEST[:12]}) than the one that srlint knows ({known.sha256[:12]}); "
        f"`srlint model pull {known.repository}:{known.file}` takes it all the same"
    )
    assert hub.ranges() == []
    assert store.find("llama-3.2-1b") is None


def test_a_whole_file_that_is_no_model_is_deleted(hub, tmp_path):
    hub.files["tiny.gguf"] = b"PK\x03\x04 an archive"
    assert refused() == "tiny.gguf is no GGUF model, and was deleted"
    assert parts(tmp_path) == []


def test_a_model_that_cannot_chat_is_pointed_out(hub):
    hub.files["tiny.gguf"] = gguf_bytes({"general.architecture": "clip"})
    assert "has no chat template, so that srlint cannot use it" in run("pull", NAME)


GATED = "its owner grants access on request: ask at {url}/maker/model-GGUF, then set HF_TOKEN or run `hf auth login`"


@pytest.mark.parametrize(
    ("status", "error", "message", "said"),
    [
        (401, "GatedRepo", None, GATED),
        (403, "GatedRepo", None, GATED),
        (401, None, "Invalid credentials in Authorization header", "{url} does not accept the token in HF_TOKEN or "),
        (401, None, None, "there is no {url}/maker/model-GGUF, or it is private: check the name; "),
        (403, None, None, "{url} forbids it to the holder of this token: check its permissions"),
        (404, "RepoNotFound", None, "there is no {url}/maker/model-GGUF, or it is private: check the name; "),
        (404, "RevisionNotFound", None, "{url}/maker/model-GGUF has no revision main"),
        (429, None, None, "{url} gets too many requests from here: wait, or set HF_TOKEN for a higher limit"),
        (500, None, None, "{url} answers 500: "),
        (404, "EntryNotFound", None, "no such file in maker/model-GGUF; there are other.Q8_0.gguf, tiny.gguf"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(hub, tmp_path, status, error, message, said):
    hub.status, hub.error, hub.error_message = status, error, message
    assert refused().startswith(said.format(url=hub.url))
    assert hub.ranges() == []
    assert store.names() == []


def test_a_repository_without_models_is_said(hub):
    hub.files = {"README.md": b"y"}
    assert refused() == "no such file in maker/model-GGUF; there is no .gguf file at all"


def test_a_hub_that_cannot_be_reached_is_named(monkeypatch):
    from huggingface_hub import constants, file_download

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    for module in (constants, file_download):
        template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    assert refused().startswith("cannot reach http://127.0.0.1:9: ")


def test_offline_what_is_here_is_enough(hub, monkeypatch):
    from huggingface_hub import constants

    run("pull", NAME)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.asked.clear()
    assert "here already; HF_HUB_OFFLINE is set" in run("pull", NAME)
    assert hub.asked == []


def test_a_full_disk_is_said_before_anything_is_fetched(hub, monkeypatch):
    usage = shutil.disk_usage(".")._replace(free=1_000_000)
    monkeypatch.setattr(pull.shutil, "disk_usage", lambda path: usage)
    assert "takes 0.4 MB, but " in (said := refused()) and "has 1.0 MB left: set HF_HOME to a folder on" in said
    assert hub.ranges() == []


def test_a_disk_that_fills_up_meanwhile_loses_nothing(hub, tmp_path, monkeypatch):
    from huggingface_hub import file_download

    def full(url, file, **options):
        file.write(CONTENT[:100_000])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(file_download, "http_get", full)
        assert refused() == "no space left on the disk; what has come is kept, and pulling again goes on from there"
    run("pull", NAME)
    assert hub.ranges() == ["bytes=100000-"]


def test_the_token_is_shown_to_the_hub_alone(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    run("pull", NAME)
    shown = {path: headers.get("authorization") for path, headers in hub.asked}
    assert shown["/maker/model-GGUF/resolve/main/tiny.gguf"] == "Bearer hf_secret"
    assert shown["/cdn/tiny.gguf"] is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("maker/m:m-00001-of-00003.gguf", "one part of several, which srlint does not read"),
        ("llama-9", "no name in `srlint model list`, and no owner/repository:file.gguf"),
        ("maker/model-GGUF", "no name in `srlint model list`, and no owner/repository:file.gguf"),
        ("maker/m:../../m.gguf", "no name in `srlint model list`, and no owner/repository:file.gguf"),
    ],
)
def test_names_that_cannot_be_pulled_ask_nobody(hub, name, said):
    assert refused(name).startswith(said)
    assert hub.asked == []


def test_a_name_is_one_of_the_catalogue_or_a_file_of_a_repository():
    entry = catalogue.BY_NAME["qwen3-8b"]
    assert hub_file("qwen3-8b") == entry.hub_file
    assert (entry.hub_file.sha256, entry.hub_file.revision) == (entry.sha256, entry.revision)
    found = hub_file("a/b.c:sub/m.Q4.gguf")
    assert (found.repository, found.file, found.revision, found.sha256) == ("a/b.c", "sub/m.Q4.gguf", "main", None)
    for name in (
        "a/b:/c.gguf",
        "a/b:./c.gguf",
        "a/b:c//d.gguf",
        "a/b:../c.gguf",
        "../b:c.gguf",
        "a:b.gguf",
        "a/b/c:d.gguf",
        "a/b:d.bin",
        "C:\\m.gguf",
        "C:/m.gguf",
        "a/b:",
        "",
    ):
        assert hub_file(name) is None, name


def test_the_catalogue_holds_what_it_must():
    for entry in catalogue.CATALOGUE:
        assert len(entry.sha256) == 64 and len(entry.revision) == 40 and int(entry.sha256, 16)
        assert hub_file(f"{entry.repository}:{entry.file}") is not None
        # Four to six bits a parameter: a size or a count that was mistyped would not fit the other.
        assert 4 < entry.size * 8 / entry.parameters < 6, entry.name


@pytest.mark.parametrize("offline", ["", "1"])
def test_the_variables_of_the_hub_are_honoured(hub, tmp_path, offline):
    """In a process of its own, since the library reads them once."""
    home = tmp_path / "home"
    variables = {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_OFFLINE": offline, "HF_TOKEN": "hf_own"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-m", "srlint", "model", "pull", NAME],
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
    if offline:
        assert (done.returncode, hub.asked) == (2, [])
        assert done.stderr == f"srlint: {NAME}: HF_HUB_OFFLINE is set, so that nothing can be pulled: unset it\n"
        return
    assert done.returncode == 0, done.stderr
    assert (home / "hub" / "models--maker--model-GGUF" / "snapshots" / COMMIT / "tiny.gguf").read_bytes() == CONTENT
    record = json.loads(next((tmp_path / "srlint" / "pulled").iterdir()).read_text())
    assert record["name"] == NAME
    assert dict(hub.asked)["/maker/model-GGUF/resolve/main/tiny.gguf"]["authorization"] == "Bearer hf_own"


def test_two_pulls_at_once_fetch_a_file_once(hub):
    import threading

    threads = [threading.Thread(target=pull.pull, args=(hub_file(NAME), lambda line: None)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(hub.ranges()) == 1
    assert store.find(NAME).sha256 == DIGEST
