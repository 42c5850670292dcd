"""What was given is shown: the Scheduler's published cases, and siblings of the same kind."""

from __future__ import annotations

import json
import re
import shutil
from types import SimpleNamespace

import pytest

from tests.cases.conftest import QUICK, ROOT
from tests.sampling import sampled

READ_BACK = ("is-stored", "left-out-is-reset")
FILTERS = ("prefix", "state", "group")


@pytest.fixture
def on_moto(moto_port, proxied, run):
    """The read-back and filter rules of the Scheduler, with a case in front of moto."""

    def go(case):
        url = proxied(case, moto_port)
        globs = [f"scheduler/*/behavior/*{one}" for one in (*READ_BACK, *FILTERS)]
        chosen = [part for one in globs for part in ("--requirement", one)]
        return run(url, "--service", "scheduler", *QUICK, *chosen)

    return go


@pytest.fixture
def without(on_moto, made_once):
    """The requirements that moto itself fails."""
    return made_once("moto-alone", lambda: on_moto(SimpleNamespace()).failed())


def test_moto_alone_fails_what_its_update_does_not_take(without):
    name = "scheduler/UpdateSchedule/behavior/ActionAfterCompletion"
    assert without == {f"{name}-is-stored", f"{name}-left-out-is-reset"}


def test_a_member_that_the_read_leaves_out_is_named(on_moto, case, without):
    found = on_moto(case("scheduler-s01_no_action_after"))

    named = "scheduler/CreateSchedule/behavior/ActionAfterCompletion-is-stored"
    assert found.failed() - without == {named}
    assert "ActionAfterCompletion is absent" in found.verdicts[named]["reason"]


def test_list_filters_that_are_ignored_are_named(on_moto, case, without):
    found = on_moto(case("scheduler-s04_list_prefix_ignored"))

    assert found.failed() - without == {
        "scheduler/ListSchedules/behavior/prefix",
        "scheduler/ListSchedules/behavior/state",
    }


def test_an_update_that_keeps_what_it_was_not_sent_is_named(on_moto, case, without):
    found = on_moto(case("scheduler-s06_update_keeps_old"))

    kept = ("Description", "State", "StartDate", "EndDate")
    assert found.failed() - without == {
        f"scheduler/UpdateSchedule/behavior/{one}-left-out-is-reset" for one in kept
    }


def changed_read(change):
    """A case in which the answers to GetSchedule are changed."""

    def answer(method, path, headers, body, status, answered, data, upstream):
        if method != "GET" or not path.startswith("/schedules/") or status != 200:
            return None
        shown = json.loads(data)
        change(shown)
        return status, answered, json.dumps(shown).encode()

    return SimpleNamespace(answer=answer)


def test_a_value_inside_a_structure_is_compared(on_moto, without):
    def forget(shown):
        shown["Target"]["RetryPolicy"]["MaximumRetryAttempts"] = 185

    found = on_moto(changed_read(forget))

    named = "scheduler/CreateSchedule/behavior/Target-is-stored"
    assert found.failed() - without == {named, named.replace("Create", "Update")}
    assert "Target.RetryPolicy.MaximumRetryAttempts is 185" in found.verdicts[named]["reason"]


def test_a_group_filter_that_is_ignored_is_named(on_moto, without):
    def request(method, path, headers, body, upstream):
        if method == "GET" and path.split("?")[0].rstrip("/") == "/schedules":
            path = re.sub(r"ScheduleGroup=[^&]*&?", "", path)
        return method, path, headers, body

    found = on_moto(SimpleNamespace(request=request))

    assert found.failed() - without == {"scheduler/ListSchedules/behavior/group"}


def test_other_ways_to_write_the_same_are_nobodys_fault(on_moto, without):
    """More members than were given, JSON written anew, moments with a fraction: all is there."""

    def rewrite(shown):
        shown["Target"]["Input"] = json.dumps(json.loads(shown["Target"].get("Input", "{}")))
        shown["Target"]["SqsParameters"] = {"MessageGroupId": "default"}
        for name in ("StartDate", "EndDate"):
            if shown.get(name) is not None:
                shown[name] = float(shown[name])
        shown["Unknown"] = ["more"]

    assert on_moto(changed_read(rewrite)).failed() == without


# -- A value that was wrongly taken is not blamed again at every reader --------------------------


TAKEN = (
    "constraint:CreateKey:Description:maxLength:off",
    "constraint:CreateKey:KeyName:maxLength:off",
    "constraint:UpdateKey:Description:maxLength:off",
)


@pytest.fixture
def without_listing(tmp_path):
    """Location's contract, but that nobody says where a list has its entries."""
    own = tmp_path / "specs" / "location"
    shutil.copytree(ROOT / "specs" / "location", own)
    overlay = own / "overlay.yaml"
    lines = overlay.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith("listing: {")]
    assert len(kept) < len(lines)
    overlay.write_text("".join(kept))
    return tmp_path / "specs"


def undeletable(method, path, headers, body, upstream):
    """Nothing goes away: what was taken once is in every list from then on."""
    if method == "DELETE":
        return 400, [("content-type", "application/json")], b'{"message":"not now"}'
    return method, path, headers, body


@pytest.mark.parametrize("fault", sampled(TAKEN, TAKEN[0]))
def test_what_was_wrongly_taken_is_blamed_once(fault, reference, proxied, run, without_listing):
    port = reference(faults=(fault,))
    _, operation, place, keyword, _ = fault.split(":")
    named = f"location/{operation}/request/{place}/{keyword}"
    chosen = [
        named,
        "location/*/response/*",
        "location/*/request/*/required",
        "location/ListKeys/*",
    ]
    globs = [part for one in chosen for part in ("--requirement", one)]
    url = proxied(SimpleNamespace(request=undeletable), port)

    found = run(url, "--specs", str(without_listing), "--service", "location", *QUICK, *globs)

    assert found.failed("required", "expected", "informational", "strict") == {named}
    assert found.verdict("location/ListKeys/response/Entries[].KeyName/maxLength") == "passed"


def test_what_a_list_breaks_by_itself_is_still_blamed(
    reference_port, proxied, run, without_listing
):
    def answer(method, path, headers, body, status, answered, data, upstream):
        if not path.endswith("/list-keys") or status != 200:
            return None
        shown = json.loads(data)
        for entry in shown["Entries"]:
            entry["KeyName"] = entry["KeyName"] * 9
        return status, answered, json.dumps(shown).encode()

    url = proxied(SimpleNamespace(request=undeletable, answer=answer), reference_port)
    globs = ("--requirement", "location/ListKeys/*")

    found = run(url, "--specs", str(without_listing), "--service", "location", *QUICK, *globs)

    assert found.failed() == {"location/ListKeys/response/Entries[].KeyName/maxLength"}
