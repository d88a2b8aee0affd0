"""Several things at once: results in order, no more at a time than asked for, and the earliest error."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from srlint.parallel import in_order


@pytest.mark.parametrize("jobs", [1, 2, 5, 20])
def test_results_stand_in_the_order_of_the_items(jobs):
    def slow_first(item):
        time.sleep(0.01 * (5 - item))
        return item * item

    assert in_order(slow_first, range(5), jobs) == [0, 1, 4, 9, 16]
    assert in_order(slow_first, [], jobs) == []


def test_so_many_run_at_once_and_no_more():
    together = threading.Barrier(3, timeout=60)
    names = set()

    def meet(item):
        names.add(threading.current_thread().name)
        return together.wait() < 3

    assert in_order(meet, range(9), 3) == [True] * 9
    assert len(names) == 3


def test_one_at_a_time_needs_no_thread():
    here = threading.current_thread()
    assert in_order(lambda item: threading.current_thread() is here, [1, 2], 1) == [True, True]
    assert in_order(lambda item: threading.current_thread() is here, [1], 8) == [True]


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_earliest_error_is_raised_and_nothing_new_begins(jobs):
    begun = []

    def fail(item):
        begun.append(item)
        time.sleep(0.01 * (3 - item % 3))
        raise ValueError(item)

    with pytest.raises(ValueError):
        in_order(fail, range(100), jobs)
    assert len(begun) == jobs


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_a_program_ends_while_something_is_under_way():
    program = """
import os, signal, threading, time
from srlint.parallel import in_order
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
in_order(lambda item: time.sleep(60), [1, 2], 2)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=50)
    assert b"KeyboardInterrupt" in done.stderr
