"""The thread that owns the models: order, giving way, ending."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

pytest.importorskip("pygls", reason="needs pygls: pip install 'srlint[lsp]'")

from srlint.lsp.worker import Worker  # noqa: E402
from srlint.urgency import StoppedError, Urgency  # noqa: E402


def run(scenario):
    """Runs a scenario with a worker, which must come to its end."""

    async def whole():
        worker = Worker()
        try:
            return await scenario(worker)
        finally:
            assert worker.close(lambda: None)

    return asyncio.run(whole())


def busy(worker: Worker, begun: threading.Event, seconds: float = 30.0):
    def action():
        begun.set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            worker.pause()
            time.sleep(0.001)
        return "whole"

    return action


async def until(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


def test_results_and_errors_come_back():
    async def scenario(worker):
        assert await worker.run(lambda: 41 + 1) == 42
        assert await worker.run(threading.current_thread) is not threading.main_thread()
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 / 0)

    run(scenario)


def test_patient_work_gives_way_and_begins_again():
    async def scenario(worker):
        begun, starts, order = threading.Event(), [], []

        def patient():
            starts.append(len(starts))
            if len(starts) == 1:
                busy(worker, begun)()
            order.append("patient")

        waiting = asyncio.create_task(worker.run(patient, Urgency.PATIENT))
        await until(begun)
        await worker.run(lambda: order.append("urgent"))
        await waiting
        return starts, order

    assert run(scenario) == ([0, 1], ["urgent", "patient"])


def test_work_that_nobody_wants_any_more_ends():
    async def scenario(worker):
        begun, done = threading.Event(), []
        waiting = asyncio.create_task(worker.run(lambda: done.append(busy(worker, begun)())))
        await until(begun)
        waiting.cancel()
        assert await worker.run(lambda: "next") == "next"
        return done

    assert run(scenario) == []


def test_cancelled_before_its_turn_it_is_not_done_at_all():
    async def scenario(worker):
        begun, done = threading.Event(), []
        first = asyncio.create_task(worker.run(busy(worker, begun, 0.1)))
        await until(begun)
        second = asyncio.create_task(worker.run(lambda: done.append(2)))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await worker.run(lambda: None)
        return done

    assert run(scenario) == []


def test_closing_ends_what_is_under_way_and_does_the_last_thing_in_the_thread():
    async def scenario():
        worker, begun, last = Worker(), threading.Event(), []
        waiting = asyncio.create_task(worker.run(busy(worker, begun)))
        await until(begun)
        assert await asyncio.to_thread(worker.close, lambda: last.append(threading.current_thread().name))
        with pytest.raises(StoppedError):
            await waiting
        return last

    assert asyncio.run(scenario()) == ["srlint-models"]


def test_pausing_elsewhere_means_nothing():
    async def scenario(worker):
        worker.pause()
        begun, enough = threading.Event(), threading.Event()

        def patient():
            begun.set()
            return enough.wait(30)

        waiting = asyncio.create_task(worker.run(patient, Urgency.PATIENT))
        await until(begun)
        urgent = asyncio.create_task(worker.run(lambda: "urgent"))
        await asyncio.sleep(0)
        worker.pause()  # in the worker's own thread it would give way now
        enough.set()
        return await waiting, await urgent

    assert run(scenario) == (True, "urgent")
