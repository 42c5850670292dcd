"""Aliases of state machines."""

from __future__ import annotations

import time

from tests.servers.keys.wire import Members, Refused

from .machine_store import Alias, Machine, MachineStore
from .service import Operation


class MachineAliases:
    """The operations on aliases."""

    def __init__(self, store: MachineStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "CreateStateMachineAlias": self.create,
            "DescribeStateMachineAlias": self.describe,
            "UpdateStateMachineAlias": self.update,
            "DeleteStateMachineAlias": self.delete,
            "ListStateMachineAliases": self.aliases,
        }

    def _routed(self, routing: list[Members]) -> Machine:
        """The state machine whose versions these are."""
        arns = [one["stateMachineVersionArn"] for one in routing]
        for arn in arns:
            self.store.check_arn(arn, "stateMachine")
            if not arn.rpartition(":")[2].isdigit():
                raise Refused("ValidationException", "An alias refers to versions.")
        bases = {arn.rpartition(":")[0] for arn in arns}
        total = sum(one["weight"] for one in routing)
        if len(bases) > 1 or len({*arns}) < len(arns) or total != 100:
            raise Refused("ValidationException", "Versions of one machine, to 100 in all.")
        machine = self.store.machines.get(bases.pop())
        if machine is None or not {*arns} <= machine.versions.keys():
            raise Refused("ResourceNotFound", "There is no such version.")
        return self.store.usable(machine.arn)

    def create(self, sent: Members) -> Members:
        self.store.check_name(sent["name"])
        machine = self._routed(sent["routingConfiguration"])
        arn = f"{machine.arn}:{sent['name']}"
        known = self.store.aliases.get(arn)
        if known is None:
            now = time.time()
            known = Alias(arn, sent["name"], machine.arn, now, now, sent["routingConfiguration"],
                          sent.get("description"))  # fmt: skip
            self.store.aliases.put(arn, known)
        elif (known.routing, known.description) != (
            sent["routingConfiguration"],
            sent.get("description"),
        ):
            raise Refused("ConflictException", "There is an alias of this name.", 409)
        return {"stateMachineAliasArn": arn, "creationDate": known.made}

    def _at(self, sent: Members, *, seen: bool = False) -> Alias:
        arn = sent["stateMachineAliasArn"]
        self.store.check_arn(arn, "stateMachine")
        found = (self.store.aliases.described if seen else self.store.aliases.get)(arn)
        if found is None:
            raise Refused(
                "ResourceNotFound", f"Request references a resource that does not exist: '{arn}'"
            )
        return found

    def describe(self, sent: Members) -> Members:
        alias = self._at(sent, seen=True)
        return {
            "stateMachineAliasArn": alias.arn,
            "name": alias.name,
            "description": alias.description,
            "routingConfiguration": alias.routing,
            "creationDate": alias.made,
            "updateDate": alias.changed,
        }

    def update(self, sent: Members) -> Members:
        alias = self._at(sent)
        if not {"description", "routingConfiguration"} & sent.keys():
            raise Refused("ValidationException", "A description or a routing is needed.")
        if "routingConfiguration" in sent:
            machine = self._routed(sent["routingConfiguration"])
            if machine.arn != alias.machine:
                raise Refused("ValidationException", "Versions of another state machine.")
            alias.routing = sent["routingConfiguration"]
        alias.description = sent.get("description", alias.description)
        alias.changed = time.time()
        self.store.aliases.put(alias.arn, alias)
        return {"updateDate": alias.changed}

    def delete(self, sent: Members) -> Members:
        self.store.aliases.pop(self._at(sent).arn)
        return {}

    def aliases(self, sent: Members) -> Members:
        arn = sent["stateMachineArn"]
        self.store.check_arn(arn, "stateMachine")
        base, _, number = arn.rpartition(":")
        version = number.isdigit() and ":stateMachine:" in base
        machine = self.store.machine(base if version else arn)
        found = [
            alias
            for alias in self.store.aliases.listed()[::-1]
            if alias.machine == machine.arn
            and (not version or arn in {one["stateMachineVersionArn"] for one in alias.routing})
        ]
        page, token = self.store.paged(found, sent)
        shown = [{"stateMachineAliasArn": one.arn, "creationDate": one.made} for one in page]
        return {"stateMachineAliases": shown, "nextToken": token}
