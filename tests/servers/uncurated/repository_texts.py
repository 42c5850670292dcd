"""Policies of repositories: who may do what, and what expires."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.servers.keys.policies import checked_policy
from tests.servers.keys.wire import Members, Refused

from .repositories import Repositories, Repository, invalid
from .service import Operation, parsed

STATUSES = {"tagged", "untagged", "any"}
COUNTS = {"imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"}


class RepositoryTexts:
    """The operations on both kinds of policies."""

    def __init__(self, repositories: Repositories, rewritten: Callable[[str], str]) -> None:
        self.repositories = repositories
        self.rewritten = rewritten
        self.operations: dict[str, Operation] = {
            "SetRepositoryPolicy": self.set_policy,
            "GetRepositoryPolicy": self.get_policy,
            "DeleteRepositoryPolicy": self.delete_policy,
            "PutLifecyclePolicy": self.put_lifecycle,
            "GetLifecyclePolicy": self.get_lifecycle,
            "DeleteLifecyclePolicy": self.delete_lifecycle,
        }

    def set_policy(self, sent: Members) -> Members:
        try:
            checked_policy(sent["policyText"], resource=False)
        except Refused as refused:
            raise invalid("PolicyText", "Invalid repository policy provided") from refused
        one = self.repositories.found(sent)
        one.policy = self.rewritten(sent["policyText"])
        return self._of_policy(one)

    def get_policy(self, sent: Members) -> Members:
        return self._of_policy(self.repositories.found(sent))

    def delete_policy(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        shown = self._of_policy(one)
        one.policy = None
        return shown

    def _of_policy(self, one: Repository) -> Members:
        if one.policy is None:
            text = f"Repository policy does not exist for the repository with name '{one.name}'"
            raise Refused("RepositoryPolicyNotFoundException", text)
        return {**self.repositories.names(one), "policyText": one.policy}

    def put_lifecycle(self, sent: Members) -> Members:
        why = _wrong(sent["lifecyclePolicyText"])
        if why:
            raise invalid("LifecyclePolicyText", f"Lifecycle policy validation failure: {why}")
        one = self.repositories.found(sent)
        one.lifecycle = self.rewritten(sent["lifecyclePolicyText"])
        return self._of_lifecycle(one)

    def get_lifecycle(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        return {**self._of_lifecycle(one), "lastEvaluatedAt": time.time()}

    def delete_lifecycle(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        shown = self._of_lifecycle(one)
        one.lifecycle = None
        return {**shown, "lastEvaluatedAt": time.time()}

    def _of_lifecycle(self, one: Repository) -> Members:
        if one.lifecycle is None:
            text = f"Lifecycle policy does not exist for the repository with name '{one.name}'"
            raise Refused("LifecyclePolicyNotFoundException", text)
        return {**self.repositories.names(one), "lifecyclePolicyText": one.lifecycle}


def _wrong(text: str) -> str:
    try:
        policy = parsed(text)
    except ValueError:
        return "no JSON"
    rules = policy.get("rules") if isinstance(policy, dict) else None
    if not isinstance(rules, list) or not rules:
        return "object has missing required properties (['rules'])"
    return next((why for why in map(_wrong_rule, rules) if why), "")


def _wrong_rule(rule: Any) -> str:
    if not isinstance(rule, dict) or not isinstance(rule.get("rulePriority"), int):
        return "a rule has a priority"
    selection, action = rule.get("selection"), rule.get("action")
    if not isinstance(selection, dict) or not isinstance(action, dict):
        return "a rule has a selection and an action"
    if selection.get("tagStatus") not in STATUSES or selection.get("countType") not in COUNTS:
        return "a selection has a status of tags and a type of count"
    tagged = {"tagPrefixList", "tagPatternList"} & selection.keys()
    if selection["tagStatus"] == "tagged" and not tagged:
        return "tagged images have prefixes or patterns"
    if action.get("type") not in {"expire", "transition"}:
        return "an action is to expire or to transition"
    return "" if isinstance(selection.get("countNumber"), int) else "a selection has a number"
