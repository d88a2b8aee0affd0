"""Writing over a file: what is found after a kill at each step, and whose file it is afterwards."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from srlint import files
from srlint.errors import DocumentError
from srlint.files import atomic

OLD, NEW = b"old\n" * 2000, b"new\n" * 3000
# Kills itself at the first call of a function of the system.
KILLED = """
import os, signal, sys
from pathlib import Path
step, way, target, data = sys.argv[1:]
setattr(os, step, lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL))
if way == "named":
    del os.O_TMPFILE
from srlint import files
files.write(Path(target), Path(data).read_bytes())
"""


def nameless(folder: Path) -> bool:
    """Whether files without a name can be made, and named, there."""
    (folder / "probe").write_bytes(b"")
    done = hasattr(os, "O_TMPFILE") and atomic._by_a_nameless_file(folder / "probe", b"")
    (folder / "probe").unlink()
    return done


def killed_at(step: str, way: str, target: Path) -> None:
    data = target.parent.with_suffix(".new")
    data.write_bytes(NEW)
    done = subprocess.run([sys.executable, "-c", KILLED, step, way, str(target), str(data)], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.md").write_bytes(OLD)
    return folder / "a.md"


@pytest.mark.parametrize("step", ["fsync", "chown", "chmod", "link"])
def test_a_kill_before_the_new_file_has_a_name_leaves_nothing_of_it(target, step):
    if not nameless(target.parent):
        pytest.skip("this disk has no files without a name")
    killed_at(step, "nameless", target)
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == ["a.md"]


def test_what_a_kill_between_name_and_place_leaves_goes_with_a_later_write(target, monkeypatch):
    if not nameless(target.parent):
        pytest.skip("this disk has no files without a name")
    killed_at("replace", "nameless", target)
    assert target.read_bytes() == OLD
    (left,) = set(os.listdir(target.parent)) - {"a.md"}
    assert left.startswith(".srlint-"), "hidden from walks and from --watch"
    assert (target.parent / left).read_bytes() == NEW, "and whole"
    files.write(target, NEW, expected=OLD)
    assert target.read_bytes() == NEW
    assert sorted(os.listdir(target.parent)) == [left, "a.md"], "it could be that of another writer, at work now"
    monkeypatch.setattr(atomic, "_ABANDONED", -1.0)
    files.write(target, OLD, expected=NEW)
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == ["a.md"]


def test_writers_at_once_do_not_get_into_each_others_way(target):
    program = (
        "import sys; from pathlib import Path; from srlint import files\n"
        "for number in range(150): files.write(Path(sys.argv[1]), sys.argv[2].encode() * 5000)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(target), letter], stderr=subprocess.PIPE)
        for letter in "abc"
    ]
    while any(writer.poll() is None for writer in writers):
        data = target.read_bytes()
        assert data == OLD or (len(data) == 5000 and len(set(data)) == 1)
    assert [writer.communicate()[1] for writer in writers] == [b""] * 3
    assert os.listdir(target.parent) == ["a.md"]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_kill_where_every_file_has_a_name_leaves_the_old_one(target, step):
    killed_at(step, "named", target)
    assert target.read_bytes() == OLD


@pytest.mark.parametrize("way", ["nameless", "named"])
def test_each_way_keeps_mode_group_and_attributes(target, way, monkeypatch):
    if way == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    target.chmod(0o2640)
    groups = [group for group in (*os.getgroups(), 4711 if os.geteuid() == 0 else -1) if group != os.getegid()]
    if groups:
        os.chown(target, -1, groups[-1])
        target.chmod(0o2640)
    with_attributes = hasattr(os, "setxattr")
    if with_attributes:
        try:
            os.setxattr(target, "user.srlint", b"kept")
        except OSError:
            with_attributes = False
    before = target.stat()
    files.write(target, NEW, expected=OLD)
    after = target.stat()
    assert target.read_bytes() == NEW
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    assert not with_attributes or os.getxattr(target, "user.srlint") == b"kept"


def test_access_lists_are_kept(target):
    try:
        granted = subprocess.run(["setfacl", "-m", "u:12345:r", str(target)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("setfacl is not installed")
    if granted.returncode:
        pytest.skip("this disk has no access lists")
    files.write(target, NEW)
    assert "user:12345:r--" in subprocess.run(["getfacl", "-n", str(target)], capture_output=True, text=True).stdout


@pytest.mark.parametrize("way", ["nameless", "named"])
def test_a_disk_that_is_full_halfway_leaves_the_old_file(target, way, monkeypatch):
    if way == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(NEW) // 2, limit[1]))  # Python ignores the signal that goes with it
    try:
        with pytest.raises(DocumentError, match="^cannot be written: file too large"):
            files.write(target, NEW, expected=OLD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == ["a.md"]


def test_a_file_that_vanished_does_not_come_back(target):
    target.unlink()
    with pytest.raises(DocumentError, match="no such file"):
        files.write(target, NEW, expected=OLD)
    assert os.listdir(target.parent) == []


def test_a_longer_file_that_begins_alike_has_changed_too(target):
    target.write_bytes(OLD + b"more")
    with pytest.raises(DocumentError, match="changed on disk"):
        files.write(target, NEW, expected=OLD)


def test_what_took_the_place_of_a_document_is_not_written_to(target):
    elsewhere = target.parent.with_name("elsewhere")
    elsewhere.write_bytes(b"somebody's")
    for take_the_place in (os.mkfifo, lambda path: path.symlink_to(elsewhere), Path.mkdir):
        target.rmdir() if target.is_dir() else target.unlink()
        take_the_place(target)
        with pytest.raises(DocumentError):
            files.write(target, NEW, expected=OLD)
    assert elsewhere.read_bytes() == b"somebody's"


def test_a_pipe_that_took_the_place_of_a_file_is_not_waited_for(target, monkeypatch):
    status = target.stat()
    target.unlink()
    os.mkfifo(target)
    monkeypatch.setattr(Path, "stat", lambda self: status)  # asked before it was exchanged
    with pytest.raises(DocumentError, match="^not a regular file$"):
        files.read(target)


def test_of_a_huge_file_only_the_beginning_is_read(target):
    with open(target, "wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    with pytest.raises(DocumentError, match="^larger than 10 MB"):
        files.read(target)


def as_nobody(action, folder: Path) -> str:
    """What DocumentError `action` raises in `folder` for a person without privileges; root becomes nobody for it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            action()
        except DocumentError as error:
            os.write(theirs, str(error).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours) as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def test_what_a_person_may_not_do_is_one_line():
    with tempfile.TemporaryDirectory() as name:
        folder, file, secret = Path(name), Path(name, "a.md"), Path(name, "secret.md")
        for path in (file, secret):
            path.write_bytes(OLD)
        if os.geteuid() == 0:
            for path in (folder, file, secret):
                os.chown(path, 65534, 65534)
        secret.chmod(0)
        file.chmod(0o444)
        assert as_nobody(lambda: files.read(Path("secret.md")), folder) == "permission denied"
        assert as_nobody(lambda: files.write(Path("a.md"), NEW), folder) == "not writable"
        file.chmod(0o644)
        folder.chmod(0o555)
        assert as_nobody(lambda: files.write(Path("a.md"), NEW), folder) == "cannot be written: permission denied"
        folder.chmod(0o755)
        assert file.read_bytes() == OLD
        assert sorted(os.listdir(folder)) == ["a.md", "secret.md"]


def test_a_new_report_is_for_its_usual_readers(tmp_path, monkeypatch):
    old = os.umask(0o027)
    try:
        files.write(tmp_path / "report", b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o640
