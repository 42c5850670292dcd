"""Faults that are tried only with --all, because another of the list is much like it.

Globs over fault ids, with the reason above each group.
"""

from __future__ import annotations

REDUNDANT: tuple[str, ...] = (
    # One wrong status of refused signatures is like another, and so is one unchecked signature.
    "signature:status-400", "signature:with-body-not-compared",
    # CreateKey and UpdateKey have most limits in common. A limit off by one is the finer fault, so
    # it is tried in UpdateKey (or where a member is only CreateKey's) and its absence in CreateKey.
    "constraint:UpdateKey:*:m*:off", "constraint:CreateKey:Description:*1",
    "constraint:CreateKey:KeyName:maxLength:minus1", "constraint:CreateKey:Restrictions*1",
    "constraint:CreateKey:KeyName:max*:off", "constraint:CreateKey:Tags*:max*:off",
    "constraint:ListKeys:*:off", "constraint:*AppleApps:*", "constraint:*AllowResources:m*",
    "constraint:*AllowActions[]:minLength:minus1",
    "constraint:CreateKey:Restrictions.AllowActions*:max*:off",
    "constraint:CreateKey:Restrictions.AllowActions[]:pattern:off",
    "constraint:CreateKey:Restrictions.AllowResources:*",
    "constraint:CreateKey:Restrictions.AllowReferers*",
    "constraint:CreateKey:Restrictions.AllowAndroidApps:*",
    "constraint:UpdateKey:Restrictions.AllowResources[]:m*",
    "constraint:UpdateKey:Restrictions.AllowReferers:*", "constraint:UpdateKey:KeyName:min*",
    "constraint:DescribeKey:*", "constraint:DeleteKey:*",
    "constraint:CreateKey:Tags[]:maxLength:minus1",
    "constraint:CreateKey:Tags{key}:maxLength:plus1", "constraint:CreateKey:Tags*:pattern:off",
    "constraint:TagResource:*", "constraint:ImportApiKeys:format:enum:off",
    # A limit that is off by one is the finer fault.
    "limit:name:off", "limit:value-*:off", "limit:tag-value:*",
    # One cell of each column of the patch-operations table, and every supported one.
    "patch:/customerId:?*:accepted", "patch:/description:add:accepted",
    "patch:/description:copy:accepted", "patch:/enabled:add:accepted",
    "patch:/enabled:remove:accepted", "patch:/labels:copy:accepted", "patch:/name:copy:accepted",
    "patch:/name:remove:accepted",
    # Of the other operations one wrong status is as good as two.
    "status:CreateApiKey:202", "status:GetApiKeys:*", "status:GetTags:*", "status:TagResource:*",
    "status:ImportApiKeys:*", "status:DeleteApiKey:204", "status:DeleteKey:204",
    "status:UntagResource:200", "status:UpdateApiKey:202",
    # The same error of several operations is wrong in one way each.
    "error:GetApiKey:NotFoundException:200", "error:GetApiKey:NotFoundException:400:*",
    "error:CreateApiKey:ConflictException:409:*",
    "error:DescribeKey:ResourceNotFoundException:404:*",
    "error:UpdateKey:ResourceNotFoundException:500:*", "error:UpdateKey:ValidationException:500:*",
    "error:GetApiKey:NotFoundException:500:*", "error:UpdateApiKey:NotFoundException:500:*",
    "error:DeleteApiKey:NotFoundException:500:*", "error:CreateApiKey:SerializationException:*",
    "error:CreateApiKey:ConflictException:400:*", "error:CreateKey:ConflictException:409:*",
    "error:CreateKey:SerializationException:*", "error:DescribeKey:ResourceNotFoundException:400:*",
    "error:UpdateKey:ResourceNotFoundException:400:*",
    "error:UpdateApiKey:BadRequestException:422:*",
    # A crash on one odd input is noticed as one on another is.
    "protocol:accept-500", "protocol:body-of-get-500", "protocol:broken-escape-500",
    "protocol:content-type-500", "protocol:dot-segments-500", "protocol:doubled-members-500",
    "protocol:empty-body-500", "protocol:extreme-numbers-500", "protocol:large-body-500",
    "protocol:long-label-500", "protocol:null-item-500", "protocol:odd-characters-500",
    "protocol:query-500", "protocol:slash-500",
    # Which member is missing from an answer matters less than which answer it is missing from.
    "show:CreateApiKey:*Date:missing", "show:CreateApiKey:enabled:missing",
    "show:CreateApiKey:name:missing", "show:DescribeKey:Key:missing",
    "show:DescribeKey:Restrictions:missing", "show:DescribeKey:UpdateTime:missing",
    "show:GetApiKey:enabled:missing", "show:GetApiKey:lastUpdatedDate:missing",
    "show:GetApiKey:id:missing", "show:GetApiKeys:enabled:missing", "show:ListKeys:KeyName:missing",
    "show:UpdateApiKey:enabled:missing", "show:UpdateKey:Key*:missing", "show:enabled-inverted",
    "show:CreateApiKey:customerId:missing", "show:CreateApiKey:description:missing",
    "show:CreateApiKey:stageKeys:missing", "show:GetApiKey:createdDate:missing",
    "show:GetApiKey:customerId:missing", "show:GetApiKey:name:missing",
    "show:GetApiKey:stageKeys:missing", "show:GetApiKeys:createdDate:missing",
    "show:CreateKey:CreateTime:missing", "show:CreateKey:KeyName:missing",
    "show:DescribeKey:CreateTime:missing", "show:DescribeKey:KeyArn:missing",
    "show:DescribeKey:KeyName:missing", "show:ListKeys:*Time:missing",
    "show:UpdateApiKey:createdDate:missing", "show:UpdateApiKey:customerId:missing",
    "show:UpdateApiKey:description:missing", "show:UpdateApiKey:id:missing",
    "show:UpdateApiKey:stageKeys:missing",
    # Nested members are read as their parents are.
    "type:apigateway:customerId:*", "type:apigateway:description:*", "type:apigateway:from:*",
    "type:apigateway:generateDistinctId:*", "type:apigateway:stage*:*",
    "type:apigateway:restApiId:*", "type:location:*Apps:*", "type:location:AllowReferers:*",
    "type:location:BundleId:*", "type:location:CertificateFingerprint:*", "type:location:Filter:*",
    "type:location:Package:*", "type:location:KeyStatus:*", "type:location:NextToken:*",
    # One member of each sort stands for the others.
    "update:customerId:*", "update:description:*", "store:CreateApiKey:customerId:*",
    "store:names-lower-case", "store:CreateApiKey:name:*", "update:name:reset",
    "update:enabled:stale", "update:last-only", "update:path-case", "update:ignored",
    "update:path-bare", "UpdateKey:description-cut", "UpdateKey:actions-appended",
    "UpdateKey:ExpireTime:reset", "UpdateKey:Restrictions:reset", "UpdateKey:description-trimmed",
    "UpdateKey:expiry-later", "UpdateKey:lost", "CreateKey:other-value",
    "CreateKey:referers-dropped", "wire:snake-case", "wire:zero-epochs", "wire:restrictions-text",
    "wire:bad-reason", "wire:location-offset-times", "wire:number-booleans", "wire:stage-keys-text",
    "wire:text-epochs", "wire:location-no-zone", "wire:location-spaced-times",
    "wire:lowercase-entries", "wire:no-content-type", "wire:no-reason",
    # A list that is empty or doubled is noticed by whatever notices one entry too few or too many.
    "GetApiKeys:empty", "GetApiKeys:newest-lost", "GetApiKeys:position-ignored",
    "ListKeys:first-lost", "ListKeys:token-ignored", "TagResource:unstored",
    "UntagResource:unstored", "GetApiKeys:last-lost", "GetApiKeys:name-ignored",
    "GetApiKeys:name-infix", "ListKeys:empty", "ListKeys:filter-ignored",
)  # fmt: skip
