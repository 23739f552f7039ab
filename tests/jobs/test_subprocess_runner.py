"""Work in a separate process: results, progress, errors, time and resource limits."""

import os
import threading

import pytest

from pulse.errors import Invalid, Unavailable
from pulse.jobs.subprocess_runner import Limits, run_in_subprocess, run_limited

pytestmark = pytest.mark.slow


def double(told, number):
    told("doubling", 1, 2)
    return number * 2, os.getpid()


def refuse(told):
    raise Invalid("Not like this.", code="TOO_FEW_OUTCOMES", left=3)


def wait_for_ever(told):
    told("waiting", 0, 1)
    threading.Event().wait()


def die(told):
    os._exit(1)


async def test_it_returns_results_and_progress_from_another_process():
    heard = []

    async def hear(*said):
        heard.append(said)

    answer, process = await run_in_subprocess(double, 21, within=60, heard=hear)
    assert answer == 42
    assert process != os.getpid()
    assert heard == [("doubling", 1, 2)]


async def nothing(*said):
    pass


async def test_an_error_is_raised_unchanged():
    with pytest.raises(Invalid, match="Not like this") as refused:
        await run_in_subprocess(refuse, within=60, heard=nothing)
    assert refused.value.code == "TOO_FEW_OUTCOMES"
    assert refused.value.details == {"left": 3}


async def test_it_is_stopped_after_the_time_limit():
    with pytest.raises(Unavailable) as overdue:
        await run_in_subprocess(wait_for_ever, within=2, heard=nothing)
    assert overdue.value.code == "WORK_OVERDUE"


async def test_a_dead_process_is_detected():
    with pytest.raises(Unavailable) as lost:
        await run_in_subprocess(die, within=60, heard=nothing)
    assert lost.value.code == "WORK_LOST"


def read_number(told, text):
    try:
        float(text)
    except ValueError as wrong:
        raise TypeError(f"no number: {text}") from wrong


async def test_an_error_is_reported_by_place_and_kind_without_its_data(capfd):
    with pytest.raises(Unavailable) as lost:
        await run_in_subprocess(read_number, "Anna Example", within=60, heard=nothing)
    assert lost.value.code == "WORK_LOST"
    reported = capfd.readouterr().err
    assert "test_subprocess_runner.py" in reported
    assert "in read_number" in reported
    assert "TypeError\nwhich came of\n" in reported
    assert "ValueError\n" in reported
    assert "Anna" not in reported


def take_memory(size):
    return len(bytearray(size))


def fill_disk(path):
    with open(path, "wb") as file:
        for _ in range(64):
            file.write(b"x" * (1 << 20))


SMALL = Limits(memory=256 << 20, file=16 << 20, seconds=60.0)


async def test_limits_of_memory_and_disk_end_the_process_only(tmp_path):
    assert await run_limited(take_memory, 1 << 20, limits=SMALL) == 1 << 20
    with pytest.raises(Unavailable) as lost:
        await run_limited(take_memory, 1 << 30, limits=SMALL)
    assert lost.value.code == "WORK_LOST"
    with pytest.raises(Unavailable):
        await run_limited(fill_disk, tmp_path / "large", limits=SMALL)
    assert (tmp_path / "large").stat().st_size <= SMALL.file
