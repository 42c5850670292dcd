"""Campaigns: the file, the parts, what is kept, and what is left after any kind of end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from conformance.cache_folder import write_whole
from conformance.cli.campaign import command
from conformance.contract.locate import default_services
from conformance.record import Verdict, read_record
from conformance.runs.campaign import launch, supervisor
from conformance.runs.campaign.file import (
    BadCampaign,
    CampaignTarget,
    NoDask,
    PartFailed,
    PartsLeft,
    SchedulerLost,
    campaign_of,
    read_campaign,
    schema,
)
from conformance.runs.campaign.launch import run_part, started, supervised
from conformance.runs.campaign.run import PartEnded, run_parts
from conformance.runs.campaign.store import Store, parts_of, publish
from conformance.transport.errors import MalformedURL, TargetDidNotStart

WAIT = 240.0
"""Seconds after which a process that should have ended is a failure, however busy the machine."""
FILE = """
services = ["location", "apigateway"]
options = ["--requirement", "*/status/no-5xx"]

[shards]
location = 2

[[target]]
name = "reference"

[[target]]
name = "a server/of Python"
version = "1.2"
services = ["location"]
start = ["-m", "conformance", "serve", "--port", "{port}", "--seed", "1"]
"""

SMALL = """
services = ["location"]

[shards]
location = 2

[[target]]
name = "reference"
services = ["apigateway"]
options = ["--requirement", "apigateway/CreateApiKey/status/no-5xx"]

[[target]]
name = "a server/of Python"
version = "1.2"
start = ["-m", "conformance", "serve", "--port", "{port}", "--seed", "1"]
options = ["--requirement", "location/*Key/status/no-5xx"]
"""
"""What is run: each part starts several processes."""


def written(tmp_path: Path, text: str = FILE) -> Path:
    path = tmp_path / "campaign.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[shards]", "[shard]", "unknown key shard, did you mean shards?"),
        ('name = "reference"', 'nam = "reference"', "target[0]"),
        (
            'version = "1.2"',
            'version = "1.2"\n[[target]]\nname = "reference"',
            "twice with location",
        ),
        ('name = "reference"', 'name = "another"', "another: it needs a start, a command or a url"),
        ("location = 2", "location = 0", "at least 1"),
        ("location = 2", 'location = "2"', "shards"),
        ('version = "1.2"', 'url = "http://127.0.0.1:1"', "one of start, command and url"),
        ('version = "1.2"', "loopback = 1", "loopback"),
        ('version = "1.2"', 'without = ["location"]', "no services"),
        ("services = [", "services [", "line 2"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in FILE
    with pytest.raises(BadCampaign, match=r"campaign\.toml(?::\d+)?: ") as error:
        read_campaign(written(tmp_path, FILE.replace(old, new, 1)))
    assert told in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadCampaign, match="No such file"):
        read_campaign(tmp_path / "none.toml")


def test_the_schema_names_every_key_as_it_is_written() -> None:
    defs = schema()["$defs"]
    assert {"part-seconds", "shards", "target"} <= set(defs["CampaignFile"]["properties"])
    assert "loopback" in defs["CampaignTarget"]["properties"]


def test_parts_are_targets_times_services_and_large_services_come_first(tmp_path: Path) -> None:
    parts = parts_of(read_campaign(written(tmp_path)))
    assert [part.name for part in parts] == [
        "reference location 1/2",
        "reference location 2/2",
        "a server/of Python 1.2 location 1/2",
        "a server/of Python 1.2 location 2/2",
        "reference apigateway",
    ]
    assert len({part.digest for part in parts}) == len({part.file for part in parts}) == 5
    again = parts_of(read_campaign(written(tmp_path, "seed = 2\n" + FILE)))
    assert not {part.digest for part in parts} & {part.digest for part in again}


def test_targets_by_name_or_url_are_a_campaign_without_a_file() -> None:
    some = campaign_of(["moto", "http://127.0.0.1:4566/", "moto"], ["sqs"])
    assert [part.name for part in parts_of(some)] == ["moto sqs", "127.0.0.1:4566 sqs"]
    assert [one.url for one in some.target] == [None, "http://127.0.0.1:4566"]
    assert campaign_of(["moto"], []).services == default_services()
    with pytest.raises(MalformedURL, match="did you mean ministack"):
        campaign_of(["ministak"], [])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["motto"], "did you mean moto"),
        (["none.toml"], "No such file"),
        (["moto", "--target", "reference"], "must be one of moto"),
        ([], "Missing argument"),
    ],
)
def test_what_is_no_campaign_is_told_before_anything_starts(arguments, told) -> None:
    ended = CliRunner().invoke(command, arguments)
    assert ended.exit_code
    assert told in f"{ended.exception} {ended.output}"


def test_a_python_that_is_not_there_fails_the_part(tmp_path: Path) -> None:
    target = CampaignTarget(name="x", start=("-m", "x"), python="python-of-nobody")
    with (
        pytest.raises(PartFailed, match="does not exist: python-of-nobody"),
        started(target, tmp_path, 1),
    ):
        pass


@pytest.mark.parametrize(
    ("output", "detail", "message"),
    [
        ("one\ntwo\n", "two", "x did not start: one\ntwo"),
        ("", "it ended with status 1", "x did not start: it ended with status 1"),
        (
            "loading\n",
            "not ready after 9 s",
            "x did not start: not ready after 9 s; the end of its output: loading",
        ),
    ],
)
def test_a_target_that_does_not_start_shows_its_output_once(
    tmp_path: Path, output: str, detail: str, message: str
) -> None:
    log = tmp_path / "log"
    log.write_text(output)
    assert launch._with_output(TargetDidNotStart("x", detail), log) == message


def test_the_output_of_a_target_that_ends_is_in_the_failure(tmp_path: Path) -> None:
    target = CampaignTarget(name="x", start=("-c", "print('one'); raise SystemExit('two')"))
    with pytest.raises(PartFailed) as failed, started(target, tmp_path, WAIT):
        pass
    assert set(str(failed.value).removeprefix("x did not start: ").split()) == {"one", "two"}


def test_a_package_that_is_not_installed_fails_the_part() -> None:
    with pytest.raises(PartFailed, match="has no package nobodys-emulator"):
        launch._version(CampaignTarget(name="x", package="nobodys-emulator"), sys.executable)
    target = CampaignTarget(name="x", package="pytest")
    assert launch._version(target, sys.executable) == pytest.__version__


def test_the_supervisor_has_the_time_that_it_needs() -> None:
    assert launch._GRACE > supervisor.GRACE


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "record.jsonl"
    write_whole(path, b"one")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_whole(path, b"another")
    assert path.read_bytes() == b"one"


def test_a_campaign_runs_every_part_once_and_makes_records(tmp_path: Path) -> None:
    parts = parts_of(read_campaign(written(tmp_path, SMALL)))
    store, ended = Store(tmp_path / "out"), list[PartEnded]()
    failed = run_parts(parts, store, scheduler=None, workers=2, listen=ended.append)
    assert [one.failure for one in failed] == []
    assert sorted(one.part.name for one in ended) == sorted(part.name for part in parts)
    records = sorted(store.merge(parts).rglob("*.jsonl"))
    assert len(records) == 2
    by_name = {read_record(path).run.target.name: read_record(path) for path in records}
    record = by_name["a server/of Python"]
    assert record.run.target.version == "1.2"
    assert record.run.target.url is None
    assert record.run.shard is None
    assert {line.verdict for line in record.verdicts} == {Verdict.PASSED}
    assert publish(tmp_path / "out" / "records", tmp_path / "published") == 2
    small = [read_record(path) for path in sorted((tmp_path / "published").rglob("*.jsonl.bz2"))]
    assert {one.run.target.name for one in small} == set(by_name)
    again: list[PartEnded] = []
    assert run_parts(parts, store, scheduler=None, workers=2, listen=again.append) == ()
    assert again == []


def test_a_target_that_does_not_start_fails_its_part_alone(tmp_path: Path) -> None:
    text = SMALL.replace('"serve",', '"serv",')
    parts = parts_of(read_campaign(written(tmp_path, text)))
    parts = tuple(sorted((part for part in parts if part.index == 1), key=lambda one: one.service))
    store = Store(tmp_path / "out")
    failed = run_parts(parts, store, scheduler=None, workers=1, listen=lambda _: None)
    assert [one.part.target.name for one in failed] == ["a server/of Python"]
    assert "No such command" in failed[0].failure
    assert [store.has(part) for part in parts] == [True, False]


def test_a_time_out_of_the_store_is_none_of_the_campaign(tmp_path: Path) -> None:
    class SlowStore(Store):
        def keep(self, *_: object) -> None:
            raise TimeoutError("the disk does not answer")

    parts = parts_of(read_campaign(written(tmp_path, SMALL)))[-1:]
    with pytest.raises(TimeoutError, match="the disk"):
        run_parts(parts, SlowStore(tmp_path), scheduler=None, workers=1, listen=print)


def test_a_run_without_a_record_fails_the_part_with_what_was_said(tmp_path: Path) -> None:
    text = SMALL.replace('"apigateway/CreateApiKey/status/no-5xx"', '"nothing/like/this"')
    part = parts_of(read_campaign(written(tmp_path, text)))[-1]
    with pytest.raises(PartFailed, match="nothing/like/this"):
        run_part(part)


def test_a_supervised_command_ends_with_its_parent(tmp_path: Path) -> None:
    wait = "import time; time.sleep(900)"
    code = (
        f"import subprocess, sys; process = subprocess.Popen([sys.executable, '-c', {wait!r}]);"
        f" print(process.pid, flush=True); {wait}"
    )
    log = tmp_path / "log"
    with supervised([sys.executable, "-c", code], log) as process:
        grandchild = eventually(lambda: int(log.read_text() or 0))
        assert psutil.pid_exists(grandchild)
        assert process.poll() is None
    eventually(lambda: not alive(grandchild))
    assert process.returncode is not None


def test_what_a_killed_worker_started_ends(tmp_path: Path) -> None:
    """The worker is a process that starts a target and is killed without a chance to tidy up."""
    code = f"""
import time
from pathlib import Path
from conformance.runs.campaign.file import CampaignTarget
from conformance.runs.campaign.launch import started
target = CampaignTarget(name="t", start=("-m", "conformance", "serve", "--port", "{{port}}"))
with started(target, Path({str(tmp_path)!r}), 200) as (url, _):
    print(url, flush=True)
    time.sleep(900)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    port = int(worker.stdout.readline().rpartition(":")[2])
    assert listens(port)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    eventually(lambda: not listens(port))


def test_a_target_is_reached_as_the_file_says(tmp_path: Path) -> None:
    url = CampaignTarget(name="x", url="http://127.0.0.1:9", version="3")
    with started(url, tmp_path, 1) as found:
        assert found == ("http://127.0.0.1:9", "3")
    with started(CampaignTarget(name="moto"), tmp_path, 1) as found:
        assert found == ("moto", None)


def test_a_target_that_listens_everywhere_is_kept_to_loopback(tmp_path: Path) -> None:
    (tmp_path / "everywhere.py").write_text(
        "import http.server, sys\n"
        "server = http.server.ThreadingHTTPServer(('0.0.0.0', int(sys.argv[1])),"
        " http.server.SimpleHTTPRequestHandler)\n"
        "print(server.socket.getsockname()[0], flush=True)\n"
        "server.serve_forever()\n"
    )
    target = CampaignTarget(
        name="e", start=("-m", "everywhere", "{port}"), loopback=True,
        env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    with started(target, tmp_path, WAIT):
        assert (tmp_path / "target.log").read_text().startswith("127.0.0.1")


def test_no_scheduler_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("conformance.runs.campaign.run.CONNECT_SECONDS", 1)
    parts = parts_of(read_campaign(written(tmp_path)))
    with pytest.raises(SchedulerLost, match="is lost") as error:
        run_parts(
            parts,
            Store(tmp_path),
            scheduler=f"tcp://127.0.0.1:{free_port()}",
            workers=None,
            listen=print,
        )
    assert error.value.exit_code == 3
    assert "start the scheduler" in str(error.value.hint)


def test_dask_is_needed_and_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    parts = parts_of(read_campaign(written(tmp_path)))
    with pytest.raises(NoDask, match="not installed"):
        run_parts(parts, Store(tmp_path), scheduler=None, workers=1, listen=print)


def test_a_campaign_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """The command is killed after its first part: nothing runs on, and nothing is run twice."""
    file, out = written(tmp_path, SMALL), tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "conformance",
        "campaign",
        str(file),
        "-o",
        str(out),
        "--workers",
        "1",
    ]
    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    line = first.stderr.readline()
    assert line.startswith("1 of 3"), line
    tree = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stderr.close()
    eventually(
        lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in tree)
    )
    kept = {path: path.stat().st_mtime_ns for path in (out / "parts").rglob("*.jsonl")}
    assert kept
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=4 * WAIT)
    assert done.returncode == 0, done.stderr
    assert f"{len(kept)} of 3 parts are already finished" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(list((out / "parts").rglob("*.jsonl"))) == 3
    assert (out / "site" / "index.html").exists()
    assert not list(out.rglob("*.part"))


def test_a_campaign_whose_time_is_over_leaves_the_rest(tmp_path: Path) -> None:
    """One part is finished; the time is over before the next, whatever the machine is like."""
    parts = parts_of(read_campaign(written(tmp_path, SMALL)))
    out = tmp_path / "out"
    Store(out).keep(parts[-1], run_part(parts[-1]).record)
    file, limits = str(tmp_path / "campaign.toml"), ("--time-limit", "0.001", "--workers", "1")
    arguments = [file, "-o", str(out), *limits]
    ended = CliRunner().invoke(command, arguments)
    assert isinstance(ended.exception, PartsLeft)
    assert str(ended.exception).startswith("2 of 3 parts are left")
    assert ended.exception.exit_code == 3
    assert (out / "site" / "index.html").exists()
    assert len(list((out / "records").rglob("*.jsonl"))) == 1


def test_a_target_may_be_there_twice_with_other_services(tmp_path: Path) -> None:
    text = (
        FILE
        + """
[[target]]
name = "reference"
services = ["sts"]
options = ["--time-limit", "5"]
"""
    )
    last = parts_of(read_campaign(written(tmp_path, text)))[-1]
    assert last.name == "reference sts"
    assert last.options == ("--requirement", "*/status/no-5xx", "--time-limit", "5")


def eventually(holds):
    """What ``holds`` gives as soon as it is true."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and str(psutil.Process(pid).status()) != "zombie"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
