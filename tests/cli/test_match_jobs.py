"""Several processes print the same bytes as one, and end with the command however it ends."""

import contextlib
import gzip
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import HANG_S, ROOT, run, shell
from scale import scaled

from orderquery.cli import match_files, match_jobs, worker_processes
from orderquery.samples.generator import sample_lines

SEARCHES = (
    ["everything"],
    ["paymentStatus = PAID"],
    ["paymentStatus = PAID", "--count"],
    ['buyerInfo.email starts with "m" or number > 10040', "--verbose"],
    ['paymentMethods has any (PayPal, "creditCard")'],
)
BROKEN = [b"{", b"null", b'{"id":1,"number":"5"}', b'{"number":"5"}', b'{"id":"a"} x', b"\xff", b'{"x":1}', b"[" * 300]
BLANK = [b"", b" ", b"\t\r", b"  \r"]


@pytest.fixture
def parts(monkeypatch):
    """Ranges of 10,000 bytes, and the number of workers of each file."""
    counts, start = [], match_jobs.start_workers

    @contextlib.contextmanager
    def counting(count, *args, **options):
        counts.append(count)
        with start(count, *args, **options) as results:
            yield results

    monkeypatch.setattr(match_jobs, "RANGE_BYTES", 10_000)
    monkeypatch.setattr(match_jobs, "start_workers", counting)
    # A test runner may have threads of its own; a forked worker waits for none of them.
    monkeypatch.setattr(worker_processes.threading, "active_count", lambda: 1)
    return counts


def outcome(*args):
    result = run("match", *args)
    return result.exit_code, result.stdout_bytes, result.stderr


def made(seed):
    chance = random.Random(seed)
    good = list(sample_lines(60, seed=seed))
    unfit = b'{"id":"u","number":"5","createdDate":"never","paymentStatus":7,"archived":"no"}'
    huge = [
        b'{"id":"h%d","paymentStatus":"PAID","x":"%s"}' % (size, b"x" * size)
        for size in (9_000, 9_960, 30_000, 120_000)
    ]
    response = b'{"orders":[%s],"metadata":{}}' % b", ".join(
        line for line in good[:9] if not line.startswith(b'{"orderTransactions"')
    )
    lines = [
        line
        for _ in range(scaled(3, 2))
        for line in chance.sample(good + BROKEN + BLANK + huge + [unfit, response], len(good) + 10)
    ]
    return b"".join(line + chance.choice([b"\n", b"\n", b"\r\n", b" \n"]) for line in [good[0], *lines])


def shapes(seed):
    raw = made(seed)
    return {
        "a.jsonl": raw,
        "no-end.jsonl": raw.rstrip(),
        "bom.jsonl": b"\xef\xbb\xbf\n \r\n\xef\xbb\xbf" + raw,
        "bom.json": b"\xef\xbb\xbf" + raw,
        "blank.jsonl": b"\n \n\r\n" * 1_000 + raw + b" \n\n" * 3_000,
        "lines.json": raw,
        "first-broken.jsonl": b"{\n" + raw,
    }


@pytest.mark.parametrize("seed", range(3))
def test_processes_answer_as_one(seed, here, parts):
    for name, raw in shapes(seed).items():
        Path(name).write_bytes(raw)
        for search in SEARCHES[scaled(0, seed) :: scaled(1, 3)]:
            want = outcome(*search, name, "--jobs", 1)
            assert not parts
            assert want[0] == 1
            assert want[1].strip()
            assert outcome(*search, name, "--jobs", 3) == want, (name, search)
            assert parts.pop() == 3
            assert not parts


def test_places_are_those_of_the_whole_file(here, parts):
    lines = list(sample_lines(200))
    lines[150] = b"{"
    Path("o.jsonl").write_bytes(b"\n".join(lines))
    errors = outcome("everything", "o.jsonl", "--jobs", 2)[2]
    assert errors.startswith("o.jsonl:151")
    assert parts == [2]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_ranges_of_any_size(size, here, parts, monkeypatch):
    monkeypatch.setattr(match_jobs, "RANGE_BYTES", size)
    Path("o.jsonl").write_bytes(b'{}\n{"id":"a"}\n\n{"id":"bc"}\r\n{"id":"d"} \n1\n{"id":"e"}')
    want = outcome("everything", "o.jsonl", "--jobs", 1)
    assert want[1] == b'{"id":"a"}\n{"id":"bc"}\n{"id":"d"}\n{"id":"e"}\n'
    assert outcome("everything", "o.jsonl", "--jobs", 3) == want


def test_more_problems_than_a_worker_keeps(here, parts):
    Path("o.jsonl").write_bytes(b'{"id":"a"}\n' + b"1\n" * 4_000 + b'{"id":"b"}\n' * 500)
    want = outcome("everything", "o.jsonl", "--jobs", 1)
    assert want[2].count("\n") == 4_000
    assert outcome("everything", "o.jsonl", "--jobs", 2) == want
    assert parts == [2]


def test_files_that_one_process_reads(here, parts):
    orders = [json.loads(line) for line in sample_lines(40)]
    raw = made(7)
    Path("response.json").write_text(json.dumps({"orders": [o for o in orders if "id" in o]}, indent=1))
    Path("lines.jsonl.gz").write_bytes(gzip.compress(raw))
    Path("packed.jsonl").write_bytes(gzip.compress(raw))
    Path("small.jsonl").write_bytes(b'{"id":"a"}\n')
    Path("long-first.jsonl").write_bytes(b'{"id":"a","x":"%s"}\n' % (b"x" * 12_000) + raw)
    Path("blank-first.jsonl").write_bytes(b" " * 12_000 + b"\n" + raw)
    for path in Path().iterdir():
        want = outcome("everything", path, "--jobs", 1)
        assert want[1]
        assert outcome("everything", path, "--jobs", 3) == want
    with_input = run("match", "everything", "--jobs", 3, stdin=raw)
    assert with_input.stdout_bytes == outcome("everything", "lines.jsonl.gz")[1]
    assert not parts


def test_several_files_in_their_order(here, parts):
    for seed in range(3):
        Path(f"{seed}.jsonl").write_bytes(made(seed))
    names = ["2.jsonl", "0.jsonl", "2.jsonl", "1.jsonl"]
    assert outcome("everything", *names, "--jobs", 2) == outcome("everything", *names, "--jobs", 1)
    assert parts == [2] * 4


def test_transactions_of_another_file(here, parts):
    raw = made(3)
    Path("orders.jsonl").write_bytes(
        b"\n".join(line for line in raw.split(b"\n") if not line.startswith(b'{"orderTransactions"'))
    )
    Path("payments.jsonl").write_bytes(
        b"\n".join(line for line in raw.split(b"\n") if line.startswith(b'{"orderTransactions"'))
    )
    search = ['paymentMethods has any (PayPal, "creditCard")', "orders.jsonl", "--transactions", "payments.jsonl"]
    want = outcome(*search, "--jobs", 1)
    assert want[1]
    assert outcome(*search, "--jobs", 2) == want
    assert parts == [2]


def test_workers_are_spawned_beside_threads(here, parts, monkeypatch):
    monkeypatch.setattr(worker_processes.threading, "active_count", lambda: 2)
    Path("a.jsonl").write_bytes(made(5))
    for search in (SEARCHES[1], SEARCHES[3]):
        assert outcome(*search, "a.jsonl", "--jobs", 2) == outcome(*search, "a.jsonl", "--jobs", 1)
    assert parts == [2, 2]
    assert outcome(*SEARCHES[4], "a.jsonl", "--jobs", 2) == outcome(*SEARCHES[4], "a.jsonl", "--jobs", 1)
    assert parts == [2, 2]


def test_one_worker_per_processor(here, parts, monkeypatch):
    Path("a.jsonl").write_bytes(made(6))
    monkeypatch.setattr(worker_processes, "count_processors", lambda: 3)
    want = outcome("everything", "a.jsonl")
    assert not parts
    monkeypatch.setattr(match_files, "MIN_PARALLEL_BYTES", 1_000)
    assert outcome("everything", "a.jsonl") == want
    assert parts == [3]


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "100000"])
def test_invalid_numbers_of_jobs(jobs, here):
    assert run("match", "everything", os.devnull, "--jobs", jobs).exit_code == 2


# -- what goes wrong --------------------------------------------------------------------------------------------


def test_a_killed_process_is_an_error(here, parts, monkeypatch):
    match_blocks = match_jobs._match_blocks

    def dies(matcher, descriptor, part, lines):
        if part.begin > 30_000:
            os.kill(os.getpid(), signal.SIGKILL)
        return match_blocks(matcher, descriptor, part, lines)

    Path("a.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(100)))
    want = outcome("everything", "a.jsonl", "--jobs", 1)[1]
    monkeypatch.setattr(match_jobs, "_match_blocks", dies)
    for options in ([], ["--count"]):
        status, shown, errors = outcome("everything", "a.jsonl", "--jobs", 2, *options)
        assert status == 2
        assert errors.startswith("orderquery: a worker process was killed, so the output is incomplete; run again")
        assert want.startswith(shown)
        assert len(shown) < len(want)


@pytest.mark.parametrize("problem", [MemoryError(), RecursionError()])
def test_a_worker_without_memory(problem, here, parts, monkeypatch):
    def fails(*_):
        raise problem

    monkeypatch.setattr(match_jobs, "_match_blocks", fails)
    Path("a.jsonl").write_bytes(made(1))
    status, _, errors = outcome("everything", "a.jsonl", "--jobs", 2)
    assert status == 2
    assert errors.startswith("orderquery: ")
    assert len(errors.splitlines()) == 1


def test_a_bug_in_a_worker_is_raised(here, parts, monkeypatch):
    monkeypatch.setattr(match_jobs, "_match_blocks", lambda *_: 1 / 0)
    Path("a.jsonl").write_bytes(made(1))
    with pytest.raises(ZeroDivisionError):
        run("match", "everything", "a.jsonl", "--jobs", 2)


def test_a_file_that_cannot_be_read_on(here, parts, monkeypatch):
    read = os.pread

    def broken(descriptor, size, at):
        if at > 30_000:
            raise OSError(5, "Input/output error")
        return read(descriptor, size, at)

    Path("a.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(100)))
    want = outcome("everything", "a.jsonl", "--jobs", 1)
    monkeypatch.setattr(os, "pread", broken)
    status, shown, errors = outcome("everything", "a.jsonl", "--jobs", 3)
    assert status == 1
    assert errors == (
        "a.jsonl: unusable-document: cannot read the rest of the file: [Errno 5] Input/output error; the documents before it are used\n"
    )
    assert want[1].startswith(shown)
    assert 20_000 < len(shown) < len(want[1])


@pytest.mark.parametrize("started", [0, 2])
def test_a_system_without_processes_to_give(started, here, parts, monkeypatch):
    fork, children = os.fork, []

    def refuse():
        if len(children) == started:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        child = fork()
        if child:
            children.append(child)
        return child

    Path("a.jsonl").write_bytes(made(2))
    want = outcome("everything", "a.jsonl", "--jobs", 1)
    monkeypatch.setattr(os, "fork", refuse)
    assert outcome("everything", "a.jsonl", "--jobs", 3) == want
    assert parts == [3]
    assert len(children) == started
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A file of JSON lines that is read by several processes, four times the file ``quarter.jsonl`` beside it."""
    folder = tmp_path_factory.mktemp("big")
    lines = b"".join(line + b"\n" for line in sample_lines(1_000))
    quarter = lines * (match_files.MIN_PARALLEL_BYTES // 4 // len(lines) + 1)
    (folder / "quarter.jsonl").write_bytes(quarter)
    with (folder / "big.jsonl").open("wb") as file:
        for _ in range(4):
            file.write(quarter)
    return folder / "big.jsonl"


def begin(*args):
    """Start a command in a session of its own; its workers keep its output open."""
    return subprocess.Popen(
        [sys.executable, "-m", "orderquery", "match", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def test_processes_of_the_command_itself(big):
    quarter = big.with_name("quarter.jsonl")
    one, three, default = (
        subprocess.run(
            [sys.executable, "-m", "orderquery", "match", "paymentStatus = PAID", *options],
            capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=HANG_S,
        )
        for options in ([quarter, "--jobs", "1"], [quarter, "--jobs", "3"], [big])
    )  # fmt: skip
    assert len(default.stdout) > 5_000_000
    assert (one.returncode, one.stdout, one.stderr) == (three.returncode, three.stdout, three.stderr)
    assert (one.returncode, one.stdout * 4, one.stderr) == (default.returncode, default.stdout, default.stderr)


def test_a_reader_that_goes_away(big):
    result = shell(f"oq match everything {big} --jobs 2 | head -1; echo ${{PIPESTATUS[*]}}", big.parent)
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == "141 0"


def test_interrupt(big):
    process = begin("everything", big, "--jobs", 2)
    assert process.stdout is not None
    process.stdout.read(1)
    # A terminal signals the whole group, too.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=HANG_S)
    assert (process.returncode, errors.decode().split()) == (130, ["interrupted"])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_nothing_is_left_behind(name, big):
    process = begin("everything", big, "--jobs", 3)
    assert process.stdout is not None
    process.stdout.read(1)
    process.send_signal(getattr(signal, name))
    # Returns when no process has the pipes open.
    _, errors = process.communicate(timeout=HANG_S)
    assert (process.returncode, errors) == (-getattr(signal, name), b"")
