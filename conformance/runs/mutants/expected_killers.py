"""The requirements that name each written fault: data, a line a fault or a family of them.

A line is a glob over fault ids and the globs of the requirements that name such a fault. Every
line that matches counts. What follows from an id is derived from it elsewhere.
"""

from __future__ import annotations

from conformance.runs.mutants.wire_killers import IDENTITIES, PROTOCOL, SIGNATURES, WIRE

_CREATED = ("apigateway/CreateApiKey/behavior/shown-after-creation",)
_KEY_CREATED = ("location/CreateKey/behavior/shown-after-creation",)
_OVERLAPPING = ("apigateway/UpdateApiKey/behavior/parallel-updates-of-different-members",)
_KEY_OVERLAPPING = ("location/UpdateKey/behavior/parallel-updates-of-different-members",)
_STORED = ("apigateway/UpdateApiKey/behavior/*-is-stored",)
_KEPT = ("location/UpdateKey/behavior/*-is-stored", "location/UpdateKey/behavior/*-are-stored")
_TEXTS = ("apigateway/CreateApiKey/behavior/text-survives",)
_ORDER = ("apigateway/UpdateApiKey/behavior/operations-apply-in-order",)
_IDENTITY = ("apigateway/UpdateApiKey/behavior/identity-never-changes",)
_NEVER = ("location/UpdateKey/behavior/CreateTime-never-changes",)
_SAME_KEY = ("location/*/behavior/identity",)
_LATER = ("apigateway/UpdateApiKey/behavior/lastUpdatedDate-advances",)
_KEY_LATER = ("location/UpdateKey/behavior/UpdateTime-advances",)
_KEY_GONE = ("location/DeleteKey/behavior/gone-afterwards",)
_PAGES = ("apigateway/GetApiKeys/behavior/paging-visits-each-key-once",)
_KEY_PAGES = ("location/ListKeys/behavior/paging-visits-each-key-once",)
_VALUE = ("apigateway/GetApiKey/behavior/value-only-where-asked-for",)
_EVERY_ROW = ("apigateway/ImportApiKeys/behavior/every-row-is-imported",)
_TAGGED = ("apigateway/TagResource/behavior/adds-and-updates",)
_UNTAGGED = ("apigateway/UntagResource/behavior/removes-the-named",)
_TAGS = ("apigateway/CreateApiKey/behavior/tags-are-kept",)
_EXPIRY = (
    "location/*/behavior/ExpireTime-*",
    "location/*/request/ExpireTime/*",
    "location/CreateKey/behavior/shown-after-creation",
)
_NO_EXPIRY = ("location/UpdateKey/behavior/NoExpiry-*", "location/UpdateKey/request/NoExpiry/*")
_FORCE = ("location/DeleteKey/behavior/active-key-needs-force",)


_LIMITS = (
    ("limit:name:*", ("apigateway/CreateApiKey/request/name/maxLength",)),
    ("limit:value-min:*", ("apigateway/CreateApiKey/request/value/minLength",)),
    ("limit:value-max:*", ("apigateway/CreateApiKey/request/value/maxLength",)),
    ("limit:description:*", ("apigateway/CreateApiKey/request/description/maxLength",)),
    ("limit:description:*", ("apigateway/UpdateApiKey/patch/description/maxLength",)),
    ("limit:tag-key:*", ("apigateway/*/request/tags.{key}/maxLength",)),
    ("limit:tag-value:*", ("apigateway/*/request/tags.{value}/maxLength",)),
    ("limit:tag-prefix:*", ("apigateway/*/request/tags/aws-prefix",)),
    ("limit:duplicates:*", ("apigateway/CreateApiKey/error/ConflictException",)),
)

_RULES = (
    ("rule:create-needs-expiry:off", ("location/CreateKey/behavior/neither-expiry-nor-none",)),
    ("rule:expire-time-required:off", ("location/CreateKey/behavior/NoExpiry-false-alone",)),
    ("rule:expire-time-forbidden:off", ("location/*/behavior/expiry-and-none",)),
    ("rule:create-past-expire-time:off", ("location/CreateKey/behavior/past-ExpireTime",)),
    ("rule:update-needs-change:off", ("location/UpdateKey/behavior/nothing-to-update",)),
    ("rule:*-needs-no-expiry", _EXPIRY),
    ("rule:update-far-expire-time", _EXPIRY),
    ("rule:inactive:*", ("location/DeleteKey/behavior/*-needs-force",)),
    ("rule:names:duplicate", ("location/CreateKey/error/ConflictException",)),
    ("rule:tag-prefix:off", ("location/CreateKey/request/Tags/aws-prefix",)),
)

_API_KEYS = (
    ("store:CreateApiKey:*", _CREATED[:1]),
    ("store:CreateApiKey:tags:*", _TAGS),
    ("store:CreateApiKey:value:*", ("apigateway/CreateApiKey/behavior/given-value-is-kept",)),
    ("store:names-*", (*_TEXTS, *_CREATED)),
    ("store:texts-*", _TEXTS),
    ("store:texts-cut", ("apigateway/CreateApiKey/request/*/maxLength",)),
    ("store:enabled-default", ("apigateway/CreateApiKey/behavior/disabled-unless-enabled",)),
    ("store:other-value", ("apigateway/CreateApiKey/behavior/given-value-is-kept", *_VALUE)),
    ("time:updated-before-created", ("apigateway/CreateApiKey/behavior/both-dates-are-one",)),
    ("show:*ApiKey:name:missing", _CREATED),
    ("show:*ApiKey:description:missing", _CREATED),
    ("show:*ApiKey:customerId:missing", _CREATED),
    ("show:GetApiKeys:*:missing", _CREATED),
    ("show:UpdateApiKey:*:missing", _STORED),
    ("show:GetApiKey:value:always", _VALUE),
    ("ignore:GetApiKey:includeValue", _VALUE),
    ("show:enabled-inverted", (*_CREATED, *_STORED)),
    ("show:CreateApiKey:tags:missing", ("apigateway/CreateApiKey/behavior/answer-shows-tags",)),
    ("show:GetApiKey:tags:missing", ("apigateway/GetApiKey/behavior/shows-tags",)),
    ("show:GetApiKeys:tags:missing", ("apigateway/GetApiKeys/behavior/shows-tags",)),
    ("show:UpdateApiKey:tags:missing", ("apigateway/UpdateApiKey/behavior/shows-tags",)),
    ("tags:two-stores", ("apigateway/TagResource/behavior/key-shows-tags",)),
    ("tags:kept-by-the-key", ("apigateway/UntagResource/behavior/key-shows-no-removed-tags",)),
    ("delete:again", ("apigateway/DeleteApiKey/behavior/second-deletion",)),
    ("delete:*", ("apigateway/DeleteApiKey/behavior/gone-afterwards",)),
)

_UPDATES = (
    *(
        (f"update:{member}:{how}", (f"apigateway/UpdateApiKey/behavior/{member}-is-stored",))
        for member in ("name", "description", "customerId", "enabled")
        for how in ("unsaved", "stale")
    ),
    ("update:*:reset", _STORED),
    ("update:lost", _STORED),
    ("update:overlapping-lost", _OVERLAPPING),
    ("UpdateKey:overlapping-lost", _KEY_OVERLAPPING),
    ("update:frozen-date", _LATER),
    ("update:date-before", _LATER),
    ("update:created-date", _IDENTITY),
    ("update:value", _IDENTITY),
    ("update:untagged", ("apigateway/UpdateApiKey/behavior/tags-survive", *_STORED)),
    ("update:wrong-key", ("apigateway/UpdateApiKey/behavior/other-keys-are-untouched",)),
    ("update:other-id", ("apigateway/UpdateApiKey/behavior/identity",)),
    ("update:upsert", ("apigateway/UpdateApiKey/error/NotFoundException",)),
    ("update:refusal-*", ("apigateway/UpdateApiKey/behavior/rejected-update-changes-nothing",)),
    ("update:first-only", _ORDER),
    ("update:last-only", _ORDER),
    ("update:reversed", _ORDER),
    ("update:ignored", (*_STORED, "apigateway/UpdateApiKey/patch/*/replace")),
    ("update:path-any", ("apigateway/UpdateApiKey/patch/unknown-path/replace",)),
    ("update:path-*", ("apigateway/UpdateApiKey/patch/look-alike-path/replace",)),
    ("update:op-any", ("apigateway/UpdateApiKey/patch/*/add", "apigateway/*/patch/*/remove")),
    ("update:truth", ("apigateway/UpdateApiKey/patch/enabled/not-a-boolean",)),
    ("update:inverted", ("apigateway/UpdateApiKey/behavior/enabled-is-stored",)),
    ("update:inverted", ("apigateway/UpdateApiKey/patch/enabled/replace",)),
    ("update:swapped", (*_STORED, "apigateway/UpdateApiKey/patch/*/replace")),
    ("update:cut", ("apigateway/UpdateApiKey/behavior/*text-survives",)),
)

_BASES = (
    # What the plainest request of an operation does is refused: nothing else can be tested.
    ("patch:/description:replace:refused", ("apigateway/UpdateApiKey/status/200",)),
    ("constraint:CreateKey:Restrictions.Allow*:minItems:plus1", ("location/CreateKey/status/200",)),
)

_LISTS = (
    ("GetApiKeys:limit-ignored", _PAGES),
    ("GetApiKeys:limit-none", ("apigateway/GetApiKeys/behavior/default-page-size",)),
    ("GetApiKey:*", ("apigateway/GetApiKey/behavior/found-by-its-identifier-alone",)),
    ("GetApiKeys:position-*", _PAGES),
    ("GetApiKeys:overlap", _PAGES),
    ("GetApiKeys:gap", _PAGES),
    ("GetApiKeys:*-lost", _PAGES),
    ("GetApiKeys:twice", _PAGES),
    ("GetApiKeys:empty", _PAGES),
    ("GetApiKeys:stale", _STORED),
    ("GetApiKeys:name-*", ("apigateway/GetApiKeys/behavior/filter-is-a-prefix",)),
    ("GetApiKeys:old-name", ("apigateway/GetApiKeys/behavior/filter-follows-a-new-name",)),
    ("GetApiKeys:values-*", ("apigateway/GetApiKeys/behavior/values-only-where-asked-for",)),
    ("ListKeys:max-results-*", _KEY_PAGES),
    ("ListKeys:token-*", _KEY_PAGES),
    ("ListKeys:first-lost", _KEY_PAGES),
    ("ListKeys:twice", _KEY_PAGES),
    ("ListKeys:empty", _KEY_PAGES),
    ("ListKeys:stale", ("location/UpdateKey/behavior/Description-is-stored",)),
    ("ListKeys:token-any", ("location/ListKeys/behavior/invalid-token",)),
    ("ListKeys:filter-*", ("location/ListKeys/behavior/status-filter",)),
    ("ListKeys:no-restrictions", ("location/ListKeys/response/*Restrictions.*/required",)),
    ("ImportApiKeys:tolerant", ("apigateway/ImportApiKeys/behavior/*warnings*",)),
    ("ImportApiKeys:first-row-only", _EVERY_ROW),
    ("ImportApiKeys:page-of-rows", _EVERY_ROW),
    ("ImportApiKeys:no-quotes", ("apigateway/ImportApiKeys/behavior/quoted-fields-are-one",)),
    ("ImportApiKeys:known-columns", ("apigateway/ImportApiKeys/behavior/unknown-columns-*",)),
    ("ImportApiKeys:true-*", ("apigateway/ImportApiKeys/behavior/enabled-in-any-case",)),
    ("ImportApiKeys:false-*", ("apigateway/ImportApiKeys/behavior/disabled-in-any-case",)),
    ("ImportApiKeys:*", ("apigateway/ImportApiKeys/behavior/imported-keys-are-there",)),
    ("TagResource:*", _TAGGED),
    ("UntagResource:*", _UNTAGGED),
    ("GetTags:*", (*_TAGS, *_TAGGED, *_UNTAGGED)),
)

_LOCATION = (
    ("show:DescribeKey:*", (*_KEY_CREATED, *_SAME_KEY)),
    ("show:ListKeys:*", _KEY_CREATED),
    ("names:caseless", ("location/*/behavior/names-are-case-sensitive",)),
    ("CreateKey:*", _KEY_CREATED),
    ("CreateKey:description-*", ("location/CreateKey/behavior/text-survives",)),
    ("CreateKey:expiry-*", ("location/CreateKey/behavior/*ExpireTime*",)),
    ("CreateKey:other-value", _SAME_KEY),
    ("DeleteKey:again", ("location/DeleteKey/behavior/second-deletion",)),
    ("CreateKey:heirs", ("location/CreateKey/behavior/nothing-of-a-deleted-key",)),
    ("DeleteKey:always-forced", _FORCE),
    ("DeleteKey:force-ignored", (*_FORCE, *_KEY_GONE)),
    ("DeleteKey:still-there", _KEY_GONE),
    ("DeleteKey:everything", _KEY_GONE),
    ("UpdateKey:Description:*", ("location/UpdateKey/behavior/Description-is-stored",)),
    ("UpdateKey:ExpireTime:*", ("location/UpdateKey/behavior/ExpireTime-is-stored",)),
    ("UpdateKey:Restrictions:*", ("location/UpdateKey/behavior/Restrictions-are-stored",)),
    ("UpdateKey:*:reset", _KEPT),
    ("UpdateKey:lost", _KEPT),
    ("UpdateKey:first-only", ("location/UpdateKey/behavior/*",)),
    ("UpdateKey:restrictions-merged", ("location/UpdateKey/behavior/Restrictions-are-replaced*",)),
    ("UpdateKey:actions-appended", ("location/UpdateKey/behavior/Restrictions-are-*",)),
    ("UpdateKey:no-expiry-*", _NO_EXPIRY),
    ("UpdateKey:frozen-time", _KEY_LATER),
    ("UpdateKey:old-time", _KEY_LATER),
    ("UpdateKey:create-time", _NEVER),
    ("UpdateKey:value", (*_NEVER, *_SAME_KEY)),
    ("UpdateKey:expiry-*", ("location/UpdateKey/behavior/ExpireTime-*",)),
    ("UpdateKey:untagged", (*_KEPT, *_NEVER)),
    ("UpdateKey:description-*", ("location/UpdateKey/behavior/text-survives",)),
    ("UpdateKey:refusal-*", ("location/UpdateKey/behavior/rejected-update-changes-nothing",)),
    ("UpdateKey:upsert", ("location/UpdateKey/error/ResourceNotFoundException",)),
    ("UpdateKey:neighbour", ("location/UpdateKey/behavior/other-keys-are-untouched",)),
    ("UpdateKey:needs-force", ("location/UpdateKey/status/200", *_KEPT)),
    ("UpdateKey:force-refused", ("location/UpdateKey/request/ForceUpdate/*", *_KEPT)),
    ("UpdateKey:force-counts", ("location/UpdateKey/behavior/only-ForceUpdate",)),
    ("UpdateKey:other-*", _SAME_KEY),
)


EXPECTED_KILLERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *(*WIRE, *IDENTITIES, *PROTOCOL, *_LIMITS, *_RULES, *_API_KEYS, *_UPDATES),
    *(*_BASES, *_LISTS, *_LOCATION, *SIGNATURES),
)
