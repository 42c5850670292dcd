"""Rules that only several requests show, each a generator of steps."""

from collections.abc import Callable, Mapping

from conformance.plan.sequences import (
    agreement,
    batches,
    connection,
    effects,
    filters,
    kept,
    listing,
    members,
    narrowed,
    parts,
    reflected,
    scenario_interpreter,
    stored,
    updates,
)
from conformance.plan.sequences.steps import Script, Sequence

KINDS: Mapping[str, Callable[[Script], Sequence]] = {
    "steps": scenario_interpreter.run_steps,
    "advances": updates.advances,
    "paging": listing.paging,
    "default-page": listing.default_page,
    "last-page": listing.last_page,
    "paging-after-deletion": listing.paging_after_deletion,
    "prefix": filters.prefix,
    "filtered": filters.filtered,
    "filtered-by-name": filters.by_name,
    "narrowed": narrowed.narrowed,
    "sorted": filters.turned,
    "same-token": stored.same_token,
    "gone-after-deletion": stored.gone,
    "held": stored.held,
    "switched": stored.switched,
    "takes-effect": effects.takes_effect,
    "reflected": reflected.reflected,
    "parallel-one": updates.one_resource,
    "parallel-many": updates.many_resources,
    "parallel-members": updates.different_members,
    "one-connection": connection.one_connection,
    "stored-by-create": members.by_create,
    "stored-by-update": members.by_update,
    "reset-by-update": members.reset,
    "listed": members.listed,
    "parts-stored-by-create": parts.by_create,
    "parts-stored-by-update": parts.by_update,
    "kept-by-update": kept.kept,
    "shows-the-same": agreement.shows_the_same,
    "moves-times": agreement.moves_times,
    "answers-each": batches.answers_each,
}
RANDOM = "random-sequences"
"""The kind of rule whose sequences are not written but drawn; a model says what is right."""
