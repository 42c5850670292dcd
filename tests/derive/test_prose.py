"""What the prose of a model says of what may count for nothing, give way, or be listed later."""

from __future__ import annotations

import pytest

from conformance.documents.sdk.member_prose import conditional, fixed, unkept
from conformance.documents.sdk.models import SdkModel, load_model
from conformance.documents.sdk.prose import (
    ENDS_LATER,
    HELD_BY,
    REPLACES,
    SHOWS_SOME,
    said_of,
)


def model(operation="", member="", structure="", **trait):
    shapes = {
        "Request": {"type": "structure", "members": {
            "Plan": {"shape": "Plan", "documentation": member, **trait}}},
        "Plan": {"type": "structure", "members": {}, "documentation": structure},
    }  # fmt: skip
    about = {"input": {"shape": "Request"}, "documentation": operation}
    return SdkModel("shop", "", {"operations": {"Do": about}, "shapes": shapes})


@pytest.mark.parametrize(
    "text",
    [
        "This field is <b>deprecated</b>.",
        "Reserved for future use.",
        "No longer used, and the value is ignored.",
        "Not currently used.",
        "This setting has no effect.",
        "A write-only value.",
        "Do not set this value when specifying one as an input.",
        "The size, calculated from the parts.",
        "Applies only to fleets.",
        "The pillars of a thing. Not present for basic things.",
        "The reason. Only returned when it failed.",
        "You can set a template only if the sender is your own.",
        "The creation of a thing initializes this flag to true.",
    ],
)
def test_a_member_that_may_count_for_nothing(text):
    assert [*unkept(model(member=text), "Request")] == ["Plan"]


def test_a_member_that_counts():
    assert not [*unkept(model(member="How long it is kept. Only letters are valid."), "Request")]
    assert [*unkept(model(member="How long.", deprecated=True), "Request")] == ["Plan"]


@pytest.mark.parametrize(
    "text",
    [
        "It overwrites the former one.",
        "Provide the entire configuration.",
        "If you do not specify a value, it is set to its default.",
    ],
)
def test_an_update_that_replaces_the_whole(text):
    assert REPLACES in said_of(model(operation=text), "Do")
    assert REPLACES in said_of(model(structure=text), "Do")


def test_an_update_of_parts():
    assert REPLACES not in said_of(model("What you do not specify remains unchanged."), "Do")


@pytest.mark.parametrize(
    "text",
    [
        "Lists the active plans.",
        "Listing is eventually consistent.",
        "Plans that were deleted may still be listed.",
    ],
)
def test_a_list_that_may_lack_what_there_is(text):
    assert SHOWS_SOME in said_of(model(text), "Do")
    assert SHOWS_SOME not in said_of(model("Lists all plans of an account."), "Do")


@pytest.mark.parametrize(
    ("service", "operation", "said"),
    [
        ("glue", "UpdateTrigger", REPLACES),
        ("cloudfront", "UpdateRealtimeLogConfig", REPLACES),
        ("backup", "UpdateRecoveryPointLifecycle", REPLACES),
        ("apprunner", "ListAutoScalingConfigurations", SHOWS_SOME),
        ("lambda-core", "DeleteRuntime", ENDS_LATER),
        ("sagemaker", "DeleteEndpointPolicy", ENDS_LATER),
        ("iot", "DetachPolicy", ENDS_LATER),
        ("appmesh", "DeleteVirtualRouter", f"{HELD_BY}CreateRoute"),
        ("iam", "DeleteUser", f"{HELD_BY}UploadSSHPublicKey"),
        ("iot", "DeletePolicy", f"{HELD_BY}CreatePolicyVersion"),
        ("s3vectors", "DeleteVectorBucket", f"{HELD_BY}CreateIndex"),
        ("servicediscovery", "DeleteService", f"{HELD_BY}RegisterInstance"),
    ],
)
def test_published_models_say_so(service, operation, said):
    assert said in said_of(load_model(service), operation)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("glue", "DeleteTable"), ("iot", "DeletePolicy"),
     ("verifiedpermissions", "DeletePolicyTemplate")],
)  # fmt: skip
def test_what_ends_later_may_be_something_else_than_the_deletion(service, operation):
    assert ENDS_LATER not in said_of(load_model(service), operation)


def test_what_a_published_model_no_longer_uses():
    assert "UnusedAccountValidityDays" in {
        *unkept(load_model("cognito-idp"), "AdminCreateUserConfigType")
    }


@pytest.mark.parametrize(
    "text",
    [
        "[Weekly plans only] How often it runs.",
        "The day. This field is required if the plan is weekly.",
        "The bucket, if applicable.",
        "It overrides the setting of the account.",
        "Choose either a day or a week.",
        "Specify a day when the plan is weekly.",
        "Valid for weekly plans.",
        "Whether things are kept when the operation rolls back.",
        "An eventual flag that says whether there are any.",
    ],
)
def test_a_member_that_may_count_beside_others_only(text):
    assert [*conditional(model(member=text), "Request")] == ["Plan"]


@pytest.mark.parametrize(
    "text",
    [
        "A description of the plan.",
        "How often it runs. If you do not specify a value, it runs daily.",
        "When true, the plan runs when it is created.",
        "It can only contain letters and must include only the first of them.",
    ],
)
def test_a_member_that_always_counts(text):
    assert not [*conditional(model(member=text), "Request")]


def test_members_that_name_each_other_may_not_both_count():
    named = model(member="Not beside <code>Day</code>.")
    members = named.data["shapes"]["Request"]["members"]
    members |= {"Day": {"shape": "Plan"}, "Hour": {"shape": "Plan", "documentation": "An hour."}}
    assert {*conditional(named, "Request")} == {"Plan", "Day"}


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("synthetics", "DeleteGroup"), ("rekognition", "DeleteUser"),
        ("cloudtrail", "DeleteEventDataStore"), ("connectcases", "DeleteDomain"),
        ("connectcases", "DeleteTemplate"), ("connectcases", "DeleteCase"),
        ("redshift-serverless", "DeleteNamespace"), ("deadline", "DeleteQueue"),
    ],
)  # fmt: skip
def test_what_goes_with_the_whole_does_not_hold_it(service, operation):
    assert not [one for one in said_of(load_model(service), operation) if HELD_BY in one]


def deletion(text, *makers):
    """What the prose of the deletion of a plan says of what other operations make."""
    operations = {"DeletePlan": {"documentation": text}, **{one: {} for one in makers}}
    said = said_of(SdkModel("shop", "", {"operations": operations, "shapes": {}}), "DeletePlan")
    return [one.removeprefix(HELD_BY) for one in said if one.startswith(HELD_BY)]


@pytest.mark.parametrize(
    "text",
    [
        "Before you delete a plan, delete its hours.",
        "You can't delete a plan that contains hours.",
        "Every hour must be deleted before you can delete the plan.",
        "If the plan has hours, you must delete them first.",
        "You cannot delete a plan that has minutes, such as those of its hours.",
    ],
)
def test_what_a_deletion_demands(text):
    assert deletion(text, "CreateHour") == ["CreateHour"]


@pytest.mark.parametrize(
    "text",
    [
        "Before you delete a plan, you should remove its hours.",
        "Before you delete a plan, you can create an hour.",
        "After you delete the plan, you must create another hour.",
        "You can't recover the hours of a plan.",
        "You cannot create an hour with a plan that was deleted.",
        "You can't delete a plan while one of its hours is in the CREATING state.",
        "You can't delete a plan while its hours are being counted.",
        "You can't delete a plan if it has any hours that have minutes.",
        "You can't delete a plan while a minute references any of its hours.",
    ],
)
def test_what_a_deletion_does_not_demand(text):
    assert not deletion(text, "CreateHour")


def test_the_longer_noun_takes_its_words_away():
    text = "You can't delete a plan that an hour report still references."
    assert deletion(text, "CreateHour", "CreateHourReport", "CreateReport") == ["CreateHourReport"]
    own = "You can't delete a plan while any plan report references it."
    assert deletion(own, "CreatePlanReport", "CreateReport") == ["CreatePlanReport"]


def request(owner, member, prose):
    shapes = {owner: {"type": "structure", "members": {
        member: {"shape": "Any", "documentation": prose}}}}  # fmt: skip
    return SdkModel("shop", "", {"operations": {}, "shapes": shapes})


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("The ports of a weekly mode plan.", False),
        ("Used to connect to a private plan.", False),
        ("The tags of a plan.", True),
        ("What to do with a new plan.", True),
        ("The name of an Example plan.", True),
        ("The ports of a plan board.", True),
    ],
)
def test_what_counts_for_one_sort_of_the_whole_may_not_count(text, counts):
    assert [*conditional(request("CreatePlanRequest", "Ports", text), "CreatePlanRequest")] == (
        [] if counts else ["Ports"]
    )
    assert not [*conditional(request("PlanRequest", "Ports", text), "PlanRequest")]


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("UpdatedAt", "When the plan was last updated.", True),
        ("UpdatedAt", "When you last changed the plan.", True),
        ("UpdatedAt", "", True),
        ("UpdatedAt", "When the plan was created.", False),
        ("LastUpdatedDate", "The date that UpdatePlan was used to add a day to it.", False),
        ("LastUpdatedTime", "The most recent time that Plan Service updated the plan.", False),
        ("updateTime", "When Planner updated the hook in your repository.", False),
        ("updateTime", "When Planner updated the plan.", True),
        ("CreatedAt", "When the plan was created or registered.", True),
        ("CreatedAt", "When the plan was registered.", True),
        ("CreatedAt", "When the plan was last updated.", False),
    ],
)
def test_a_time_is_what_its_prose_says(name, text, known):
    assert [*conditional(request("Plan", name, text), "Plan")] == ([] if known else [name])


def test_what_never_changes_is_not_set_by_an_update():
    def about(update, create, shape="string"):
        texts = {"Update": update, "Create": create}
        shapes = {f"{verb}Request": {"type": "structure", "members": {
            "Sort": {"shape": "Any", "documentation": text}}}
            for verb, text in texts.items()}  # fmt: skip
        shapes["Any"] = {"type": shape}
        operations = {f"{verb}Plan": {"input": {"shape": f"{verb}Request"}} for verb in texts}
        return [*fixed(SdkModel("shop", "", {"operations": operations, "shapes": shapes}),
                       "UpdatePlan")]  # fmt: skip

    assert about("The sort.", "The sort. Once you have set it, you cannot change it.") == ["Sort"]
    assert about("The sort, which can't be changed.", "The sort.") == ["Sort"]
    assert about("The sort. You cannot change it while the plan runs.", "The sort.") == []
    assert about("The sort. You can't change both in the same request.", "The sort.") == []
    fixed_name = "The plan. Its name cannot be changed."
    assert about(fixed_name, "The plan.", "structure") == []


@pytest.mark.parametrize(
    ("service", "operation", "member"),
    [("cognito-identity", "UpdateIdentityPool", "DeveloperProviderName"),
     ("network-firewall", "UpdateContainerAssociation", "Type")],
)  # fmt: skip
def test_published_models_say_what_never_changes(service, operation, member):
    assert member in {*fixed(load_model(service), operation)}
