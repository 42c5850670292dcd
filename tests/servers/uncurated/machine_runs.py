"""Executions, which end almost at once."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from tests.servers.keys.wire import Members, Refused

from .machine_store import Machine, MachineStore, Run, absent
from .service import Operation, parsed


class MachineRuns:
    """The operations on executions."""

    def __init__(self, store: MachineStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "StartExecution": self.start,
            "DescribeExecution": self.describe,
            "DescribeStateMachineForExecution": self.machine,
            "ListExecutions": self.runs,
            "StopExecution": self.stop,
            "GetExecutionHistory": self.history,
        }

    def start(self, sent: Members) -> Members:
        text = sent.get("input", "{}")
        if "name" in sent:
            self.store.check_name(sent["name"])
        try:
            parsed(text)
        except ValueError as error:
            why = "Invalid State Machine Execution Input"
            raise Refused("InvalidExecutionInput", why) from error
        machine, content, qualifier = self._wanted(sent["stateMachineArn"])
        kind = "execution" if machine.kind == "STANDARD" else "express"
        name = sent.get("name", str(uuid.uuid4()))
        arn = self.store.world.arn("states", f"{kind}:{machine.name}:{name}")
        known = self.store.runs.get(arn)
        if known is not None and known.machine is machine:
            if known.input != text or known.state()["status"] != "RUNNING":
                raise Refused("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
            return {"executionArn": arn, "startDate": known.started}
        now = time.time()
        run = Run(arn, name, machine, content, text, now, now + self.store.world.under_way,
                  _outcome(parsed(content["definition"]), parsed(text)), machine.revision,
                  qualifier)  # fmt: skip
        run.trace = sent.get("traceHeader")
        self.store.runs.put(arn, run)
        return {"executionArn": arn, "startDate": now}

    def _wanted(self, arn: str) -> tuple[Machine, Members, Members]:
        """The state machine of an ARN with or without a qualifier, and what it does."""
        self.store.check_arn(arn, "stateMachine")
        base, _, qualifier = arn.partition(":stateMachine:")[2].partition(":")
        if not qualifier:
            machine = self.store.usable(arn)
            return machine, machine.content, {}
        alias = self.store.aliases.get(arn)
        version_arn = alias.routing[0]["stateMachineVersionArn"] if alias else arn
        machine = self.store.usable(self.store.world.arn("states", f"stateMachine:{base}"))
        version = machine.versions.get(version_arn)
        if version is None:
            raise absent(arn)
        named = {"stateMachineVersionArn": version_arn}
        return machine, version.content, named | ({"stateMachineAliasArn": arn} if alias else {})

    def _run(self, sent: Members) -> Run:
        arn = sent["executionArn"]
        self.store.check_arn(arn, "execution")
        run = self.store.runs.get(arn)
        if run is None:
            raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return run

    def describe(self, sent: Members) -> Members:
        run = self._run(sent)
        shown = {**self._listed(run), **run.state(), "redriveCount": 0}
        shown["traceHeader"] = run.trace
        if self.store.world.on("defaults-shown"):
            shown["redriveStatus"] = "NOT_REDRIVABLE"
        if sent.get("includedData") == "METADATA_ONLY":
            return {name: shown[name] for name in shown if name not in {"output", "cause", "error"}}
        shown |= {"input": run.input, "inputDetails": {"included": True}}
        return shown | ({"outputDetails": {"included": True}} if "output" in shown else {})

    def _listed(self, run: Run) -> Members:
        return {
            "executionArn": run.arn,
            "stateMachineArn": run.machine.arn,
            "name": run.name,
            "startDate": run.started,
            **run.qualifier,
        }

    def machine(self, sent: Members) -> Members:
        run = self._run(sent)
        shown = {
            "stateMachineArn": run.machine.arn,
            "name": run.machine.name,
            "updateDate": run.machine.changed,
            "revisionId": run.revision,
            **run.content,
        }
        return shown | ({"definition": "{}"} if sent.get("includedData") == "METADATA_ONLY" else {})

    def runs(self, sent: Members) -> Members:
        if ("stateMachineArn" in sent) == ("mapRunArn" in sent):
            raise Refused("ValidationException", "Either a state machine or a map run.")
        if "mapRunArn" in sent:
            self.store.check_arn(sent["mapRunArn"], "mapRun")
            raise Refused("ResourceNotFound", f"Resource not found: '{sent['mapRunArn']}'")
        status = sent.get("statusFilter")
        if status == "PENDING_REDRIVE" or "redriveFilter" in sent:
            raise Refused("ValidationException", "This filter is for map runs.")
        machine, _, qualifier = self._wanted(sent["stateMachineArn"])
        if machine.kind == "EXPRESS":
            text = "This operation is not supported by this type of state machine"
            raise Refused("StateMachineTypeNotSupported", text)
        found = [
            {**self._listed(run), **run.state()}
            for run in self.store.runs.listed()[::-1]
            if run.machine.arn == machine.arn
            and (not qualifier or sent["stateMachineArn"] in run.qualifier.values())
            and status in {None, run.state()["status"]}
        ]
        members = {"executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate",
                   "stateMachineVersionArn", "stateMachineAliasArn"}  # fmt: skip
        page, token = self.store.paged(found, sent)
        shown = [{name: one[name] for name in one if name in members} for one in page]
        return {"executions": shown, "nextToken": token}

    def stop(self, sent: Members) -> Members:
        run = self._run(sent)
        state = run.state()
        if state["status"] == "RUNNING":
            named: Members = {name: sent[name] for name in ("error", "cause") if name in sent}
            run.stopped = state = {"status": "ABORTED", "stopDate": time.time(), **named}
            self.store.runs.put(run.arn, run)
        return {"stopDate": state["stopDate"]}

    def history(self, sent: Members) -> Members:
        run = self._run(sent)
        state = run.state()
        told = sent.get("includeExecutionData", True)
        started: Members = {"roleArn": run.content["roleArn"]}
        if told:
            started |= {"input": run.input, "inputDetails": {"truncated": False}}
        events: list[Members] = [
            {"timestamp": run.started, "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
             "executionStartedEventDetails": started}
        ]  # fmt: skip
        if state["status"] == "SUCCEEDED":
            ended: Members = {"output": state["output"], "outputDetails": {"truncated": False}}
            events.append(
                {"timestamp": run.ends, "type": "ExecutionSucceeded", "id": 2, "previousEventId": 1,
                 "executionSucceededEventDetails": ended if told else {}}
            )  # fmt: skip
        elif state["status"] != "RUNNING":
            kind = "ExecutionFailed" if state["status"] == "FAILED" else "ExecutionAborted"
            details = {name: state[name] for name in ("error", "cause") if name in state}
            events.append(
                {"timestamp": state["stopDate"], "type": kind, "id": 2, "previousEventId": 1,
                 f"e{kind[1:]}EventDetails": details}
            )  # fmt: skip
        if sent.get("reverseOrder"):
            events.reverse()
        page, token = self.store.paged(events, sent)
        return {"events": page, "nextToken": token}


def _outcome(definition: Any, value: Any) -> Members:
    """How an execution of a definition ends that waits for nobody."""
    name = definition["StartAt"]
    for _ in range(100):
        state = definition["States"][name]
        if state["Type"] == "Fail":
            told = {"error": state.get("Error"), "cause": state.get("Cause")}
            return {"status": "FAILED", **{key: text for key, text in told.items() if text}}
        if state["Type"] not in {"Pass", "Succeed", "Wait"}:
            return {"status": "FAILED", "error": "States.Runtime", "cause": "Nothing does this."}
        if state["Type"] == "Pass":
            value = state.get("Result", value)
        if state["Type"] == "Succeed" or state.get("End"):
            return {"status": "SUCCEEDED", "output": json.dumps(value)}
        name = state["Next"]
    return {"status": "FAILED", "error": "States.Runtime", "cause": "It does not end."}
