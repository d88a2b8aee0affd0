"""The robustness benchmarks in small, with the real detector: faults, load, and the same bytes every time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from click.testing import CliRunner

from benchmarks import (
    robustness_interrupt,
    robustness_kill,
    robustness_load,
    robustness_runs,
    robustness_same,
)
from benchmarks.robustness import robustness
from benchmarks.robustness_started import COMMANDS, Started
from srlint.errors import ConfigError


def test_killed_runs_leave_each_document_old_or_new():
    shown, figures = robustness_kill.run(files=20, times=3, writer="fix", seed=3)
    assert figures["broken"] == 0, shown
    assert figures["before"] + figures["midst"] + figures["after"] == 3


def test_a_kill_that_broke_something_would_be_counted():
    old, new = {"a": b"old", "b": b"old"}, {"a": b"new", "b": b"new"}
    judged = robustness_kill._judged
    assert judged({"a": b"old", "b": b"old"}, old, new)["before"] == 1
    assert judged({"a": b"new", "b": b"new"}, old, new)["after"] == 1
    halfway = judged({"a": b"new", "b": b"old"}, old, new)
    assert (halfway["midst"], halfway["torn"], halfway["missing"], halfway["litter"]) == (1, 0, 0, 0)
    broken = judged({"a": b"ne", ".srlint-1": b""}, old, new)
    assert (broken["torn"], broken["missing"], broken["litter"]) == (1, 1, 1)


def test_a_command_that_rewrites_nothing_proves_nothing(monkeypatch):
    idle = robustness_runs.Writer(("check", "--no-cache", *robustness_runs.PLAIN))
    monkeypatch.setitem(robustness_runs.WRITERS, "idle", idle)
    with pytest.raises(ConfigError, match="did not rewrite every document"):
        robustness_kill.run(files=2, times=1, writer="idle", seed=0)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_interrupted_runs_leave_no_process_no_lock_and_a_whole_cache(command):
    if command == "lsp":
        pytest.importorskip("pygls", reason="needs pygls: pip install 'srlint[lsp]'")
    shown, figures = robustness_interrupt.run(files=10, times=3, seed=5, use_model=False, command=command)
    left = {fault: figures[fault] for fault in ("child", "lock", "cache", "litter", "status", "traceback")}
    assert left == dict.fromkeys(left, 0), shown
    assert figures["ended"] < 3


def test_what_is_wrong_with_an_end_is_told_apart():
    def judged(command, status, out=b"", error=b""):
        return robustness_interrupt._judged(command, status, Started(None, lambda: out, lambda: error), b"[]")

    assert judged("check", 130) == "told"
    assert judged("check", None) == "slow"
    assert judged("check", -signal.SIGINT) == "early"
    assert judged("check", -signal.SIGINT, error=b"Traceback\nKeyboardInterrupt") == "python"
    assert judged("check", 1, out=b"[]") == "ended"
    assert judged("check", 1, out=b"[") == "status", "half of a report is not all there is to say"
    assert judged("check", 1, error=b"Could not import runpy module\nKeyboardInterrupt") == "python"
    assert (judged("review", 1), judged("lsp", 1), judged("lsp", 0)) == ("quit", "status", "status")


def test_what_an_interrupt_leaves_would_be_counted(tmp_path):
    stubborn = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    program = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {stubborn!r}]); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    process.stdout.readline()
    process.stdout.close()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    assert robustness_runs.left_running(process.pid)
    os.killpg(process.pid, signal.SIGKILL)


def test_runs_at_once_with_one_cache_report_what_a_run_alone_does():
    shown, figures = robustness_load.many_runs(files=4, runs=3)
    assert figures["broken"] == 0, shown
    assert figures["entries"] > 6


def test_a_run_over_many_documents_finds_what_is_in_each():
    shown, figures = robustness_load.many_files(30)
    assert figures["broken"] == 0, shown
    assert figures["findings"] == 60


def test_every_run_prints_the_same_bytes():
    shown, figures = robustness_same.run(runs=3, passages=8, seed=1, use_model=False)
    assert figures["reports"] == 1, shown
    assert figures["findings"] >= 4


def test_the_kinds_of_runs_differ_in_all_that_they_should():
    assert len(set(robustness_same.KINDS)) == 8
    assert Counter(kind.warm for kind in robustness_same.KINDS) == {False: 4, True: 4}
    assert not any(kind.warm for kind in robustness_same.KINDS[:4]), "a warm run needs a cold one before it"


@pytest.mark.parametrize("command", list(robustness.commands))
def test_every_command_has_help(command):
    assert "--json" in CliRunner().invoke(robustness, [command, "--help"]).output
