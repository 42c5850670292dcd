"""The readings: what is not recorded, decided one way or the other.

Every field is a question that the evidence leaves open or answers both ways. ``False`` is reading
``a``, the reference's own choice; ``True`` is reading ``b``, the other plausible answer. A verdict
that fails on either of them claims to know what is unknown.

The comment of each field names the section of the collected AWS behaviour that leaves it open:
A to L what was seen, D disagreements, U unknowns, C cautions.
"""

from dataclasses import dataclass, fields
from typing import Literal

ReadingName = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Ambiguities:
    """One answer to every open question; all False is reading ``a``."""

    # -- both services: protocol
    malformed_json_is_a_service_error: bool = False
    """U, P: malformed JSON is BadRequestException or ValidationException, not Serialization."""
    wrong_types_are_a_service_error: bool = False
    """A3, P: a wrong JSON type is BadRequestException or ValidationException likewise."""
    unknown_members_refused: bool = False
    """L2: the reason UnknownField exists; restJson1 ignores unknown members."""
    null_items_dropped: bool = False
    """A10, P: a null in a list or map is dropped instead of refused."""
    content_type_ignored: bool = False
    """P: a wrong Content-Type is not refused with 415."""
    lengths_in_utf16: bool = False
    """C9: lengths count UTF-16 units instead of code points."""
    unknown_route_is_404: bool = False
    """A8, U: an unknown Location route is UnknownOperationException."""

    # -- API Gateway
    no_final_newline: bool = False
    """A8: bodies end with their JSON; the recorded lengths say one more byte."""
    earlier_operations_stay: bool = False
    """U: when a later patch operation is refused, what earlier ones changed stays."""
    paths_before_lookup: bool = False
    """U, C1: a bad patch path is refused before an unknown key."""
    empty_patch_refused: bool = False
    """U: a missing or empty patchOperations is BadRequestException."""
    tags_only_when_tagged: bool = False
    """A6, D2: GetApiKey has no ``tags`` for an untagged key, and has them for a tagged one."""
    stages_must_exist: bool = False
    """U: a stage to be added to a key must exist (and none does here)."""
    missing_op_is_replace: bool = False
    """A2: a patch operation without ``op`` replaces."""
    missing_path_quoted: bool = False
    """A2: the text for a missing path is that of a wrong path."""
    unsupported_lists_nothing: bool = False
    """A2, U: an unsupported op gets the older wording, an empty list of paths."""
    bad_boolean_keeps_value: bool = False
    """A3, C2: a value that is neither true nor false leaves ``enabled`` as it was."""
    missing_patch_value_refused: bool = False
    """A3: replacing a text without giving a value is BadRequestException."""
    empty_text_shown: bool = False
    """A3: a text that was set to "" comes back as "", not left out."""
    text_booleans_accepted: bool = False
    """C3: "true" and "false" as strings are taken for JSON booleans."""
    limit_out_of_range_refused: bool = False
    """A6: a limit over 500 or of 0 is BadRequestException (-1 is recorded as accepted)."""
    unknown_position_is_first_page: bool = False
    """A6: an invalid position starts again instead of being refused."""

    # -- Location
    arn_says_key: bool = False
    """D12: KeyArn is ``...:key/NAME``, not ``...:api-key/NAME``."""
    no_expiry_shows_far_time: bool = False
    """L5, U: a key without expiry shows a far ExpireTime, not none."""
    newest_listed_first: bool = False
    """L5: ListKeys goes from the newest key to the oldest, not by name."""
    no_expiry_delete_needs_force: bool = False
    """L4, C8: the 90-day rule binds keys without expiry too."""
    any_change_needs_force: bool = False
    """L3: a used key needs ForceUpdate for every change of access, not only for a shrinking one."""
    past_expiry_accepted: bool = False
    """D15, C7: UpdateKey takes any past ExpireTime."""
    lookup_before_rules: bool = False
    """A10, U: an unknown key is reported before a broken rule across members."""
    only_listed_actions: bool = False
    """C5: AllowActions takes the listed names only."""
    empty_items_accepted: bool = False
    """C6: "" is taken in AllowReferers and AllowResources, whatever their patterns say."""
    expire_time_in_utc_only: bool = False
    """L1: an ExpireTime must end in Z; offsets from UTC are refused."""
    epoch_expire_time_accepted: bool = False
    """L1, P: a number is taken for ExpireTime as epoch seconds."""
    empty_members_hidden: bool = False
    """L5: an empty Description or empty Tags are left out of DescribeKey."""


def reading(name: ReadingName) -> Ambiguities:
    """Reading ``a`` (the default) or ``b`` (the other answer to every question)."""
    if name == "a":
        return Ambiguities()
    return Ambiguities(**{field.name: True for field in fields(Ambiguities)})
