"""Cognito user pools: which operations it has; pools and their tags."""

from __future__ import annotations

import time

from tests.servers.keys.wire import Members, Refused

from .pool_clients import PoolClients
from .pool_groups import PoolGroups
from .pool_store import Pool, PoolStore, invalid, name_of
from .pool_users import PoolUsers
from .readings import World
from .service import Service

SETTINGS = (
    "Policies", "DeletionProtection", "LambdaConfig", "AutoVerifiedAttributes",
    "SmsVerificationMessage", "EmailVerificationMessage", "EmailVerificationSubject",
    "VerificationMessageTemplate", "SmsAuthenticationMessage", "MfaConfiguration",
    "UserAttributeUpdateSettings", "DeviceConfiguration", "EmailConfiguration",
    "SmsConfiguration", "AdminCreateUserConfig", "UserPoolAddOns", "DcrConfiguration",
    "AccountRecoverySetting", "UserPoolTier", "KeyConfiguration", "IssuerConfiguration",
    "AcrConfiguration",
)  # fmt: skip
"""What an update sets, or sets back to the default where it is left out."""
AT_FIRST = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
"""What only a creation sets."""
LASTING = ("DcrConfiguration", "KeyConfiguration", "IssuerConfiguration", "AcrConfiguration")
"""What an update keeps that leaves it out."""

NO_MAIL = ("SmsMessage", "DefaultEmailOption")
"""What a template has that is no text of a mail."""


class Directory(Service):
    """The operations on pools and tags, and those of the other parts."""

    name = "cognito-idp"
    target = "AWSCognitoIdentityProviderService"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.store = PoolStore(world)
        self.operations = {
            "CreateUserPool": self.create,
            "DescribeUserPool": self.describe,
            "UpdateUserPool": self.update,
            "DeleteUserPool": self.delete,
            "ListUserPools": self.pools,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
            **PoolClients(self.store).operations,
            **PoolGroups(self.store).operations,
            **PoolUsers(self.store).operations,
        }
        for number in range(65 if world.on("populated") else 0):
            pool = Pool(self.store.new_id(), f"nightly {number}", 1.6e9, 1.6e9)
            pool.settings = self._settled({}, pool)
            self.store.pools.put(pool.id, pool, long_ago=True)

    def invalid(self, operation: str, why: str) -> str:
        del operation, why
        other = self.world.on("other-codes")
        return "ValidationException" if other else "InvalidParameterException"

    def _check(self, sent: Members, pool: Pool) -> None:
        """Refuse settings that contradict each other."""
        given = pool.settings | sent
        sms = "SmsConfiguration" in sent
        phone = "phone_number" in sent.get("AutoVerifiedAttributes", [])
        if not sms and (phone or sent.get("MfaConfiguration", "OFF") == "ON"):
            raise invalid("SMS configuration is required for phone numbers and for MFA.")
        if sms and self.world.on("unreachable"):
            text = "Role does not have a trust relationship allowing Cognito to assume the role"
            raise Refused("InvalidSmsRoleTrustRelationshipException", text)
        if sms and not {"SnsCallerArn", "EumsSms"} & sent["SmsConfiguration"].keys():
            raise invalid("SMS configuration has somebody who sends.")
        factors = sent.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors")
        if factors is not None and "PASSWORD" not in factors:
            raise invalid("PASSWORD is always one of the first factors.")
        mode = sent.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
        if mode != "OFF" and given.get("UserPoolTier", "ESSENTIALS") != "PLUS":
            raise Refused("FeatureUnavailableInTierException", "This is a feature of tier PLUS.")
        if {"AliasAttributes", "UsernameAttributes"} <= sent.keys():
            raise invalid("Only one of the aliasAttributes or usernameAttributes can be set.")
        key = sent.get("KeyConfiguration", {})
        if (key.get("KeyType") == "CUSTOMER_MANAGED_KEY") != ("KmsKeyArn" in key):
            raise invalid("A key where it is the customer's, and only there.")
        email = sent.get("EmailConfiguration", {})
        if email.get("EmailSendingAccount") == "DEVELOPER" and "SourceArn" not in email:
            raise invalid("Whoever sends by themselves has a source.")
        texts = {*sent.get("VerificationMessageTemplate", {})} - {*NO_MAIL}
        own = email.get("EmailSendingAccount") == "DEVELOPER"
        if texts and not own and not self.world.on("pointless"):
            raise invalid("Templates of mails are for those who send by themselves.")
        if "SourceArn" in email and self.world.on("unreachable"):
            raise Refused("InvalidEmailRoleAccessPolicyException", "The source is not there.")

    def create(self, sent: Members) -> Members:
        now = time.time()
        pool = Pool(self.store.new_id(), sent["PoolName"], now, now)
        self._check(sent, pool)
        pool.settings = self._settled(sent, pool)
        pool.tags = dict(sent.get("UserPoolTags", {}))
        for attribute in sent.get("Schema", []):
            if "Name" not in attribute:
                raise invalid("An attribute has a name.")
            own = attribute["Name"] in pool.schema
            name = attribute["Name"] if own else f"custom:{attribute['Name']}"
            pool.schema[name] = {"AttributeDataType": "String", **attribute, "Name": name}
        pool.settings |= {name: sent[name] for name in AT_FIRST if name in sent}
        self.store.pools.put(pool.id, pool)
        return {"UserPool": self._shown(pool)}

    def _settled(self, sent: Members, pool: Pool) -> Members:
        """The settings of a request, with defaults for what it leaves out."""
        kept = {name: pool.settings[name] for name in LASTING if name in pool.settings}
        given = {name: sent[name] for name in SETTINGS if name in sent}
        password = {
            "MinimumLength": 8, "RequireUppercase": True, "RequireLowercase": True,
            "RequireNumbers": True, "RequireSymbols": True, "TemporaryPasswordValidityDays": 7,
        }  # fmt: skip
        policies = sent.get("Policies", {})
        password |= policies.get("PasswordPolicy", {})
        days = password["TemporaryPasswordValidityDays"] or 7
        password["TemporaryPasswordValidityDays"] = days
        admin: Members = {
            "AllowAdminCreateUserOnly": False,
            **sent.get("AdminCreateUserConfig", {}),
        }
        email = {"EmailSendingAccount": "COGNITO_DEFAULT"} | sent.get("EmailConfiguration", {})
        template = {"DefaultEmailOption": "CONFIRM_WITH_CODE"}
        template |= sent.get("VerificationMessageTemplate", {})
        if self.world.on("pointless"):
            own = email["EmailSendingAccount"] == "DEVELOPER"
            template = {name: template[name] for name in template if own or name in NO_MAIL}
            if given.get("UserPoolAddOns", {}).get("AdvancedSecurityMode") == "OFF":
                given["UserPoolAddOns"] = {"AdvancedSecurityMode": "OFF"}
        return {
            "DeletionProtection": "INACTIVE", "LambdaConfig": {}, "MfaConfiguration": "OFF",
            "UserPoolTier": "ESSENTIALS", **kept, **given,
            "Policies": {**policies, "PasswordPolicy": password},
            # The days of an unused account are no longer in use, and are those of the password.
            "AdminCreateUserConfig": admin | {"UnusedAccountValidityDays": days},
            "EmailConfiguration": email,
            "VerificationMessageTemplate": template,
        }  # fmt: skip

    def _shown(self, pool: Pool) -> Members:
        shown = {
            "Id": pool.id,
            "Arn": self.store.arn(pool.id),
            "Name": pool.name,
            "CreationDate": pool.made,
            "LastModifiedDate": pool.changed,
            "SchemaAttributes": [*pool.schema.values()],
            "EstimatedNumberOfUsers": len(pool.users),
            "UserPoolTags": pool.tags,
            **pool.settings,
        }
        return {**shown, "Status": "Enabled"} if self.world.on("defaults-shown") else shown

    def describe(self, sent: Members) -> Members:
        return {"UserPool": self._shown(self.store.pool(sent))}

    def update(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        self._check(sent, pool)
        pool.settings = {
            name: pool.settings[name] for name in AT_FIRST if name in pool.settings
        } | (self._settled(sent, pool))
        pool.name = sent.get("PoolName", pool.name)
        pool.tags = dict(sent.get("UserPoolTags", pool.tags))
        pool.changed = time.time()
        self.store.pools.put(pool.id, pool)
        return {}

    def delete(self, sent: Members) -> None:
        pool = self.store.pool(sent)
        if pool.settings["DeletionProtection"] == "ACTIVE":
            raise invalid("The user pool cannot be deleted: deletion protection is activated.")
        self.store.pools.pop(pool.id)

    def pools(self, sent: Members) -> Members:
        page, token = self.store.paged(self.store.pools.listed(), sent, "MaxResults")
        shown = [
            {"Id": one.id, "Name": one.name, "LambdaConfig": one.settings["LambdaConfig"],
             "CreationDate": one.made, "LastModifiedDate": one.changed}
            for one in page
        ]  # fmt: skip
        return {"UserPools": shown, "NextToken": token}

    def _at(self, arn: str) -> Pool:
        pool = self.store.pools.get(name_of(arn))
        if pool is None or self.store.arn(pool.id) != arn:
            raise Refused("ResourceNotFoundException", "The resource does not exist.")
        return pool

    def tag(self, sent: Members) -> Members:
        pool = self._at(sent["ResourceArn"])
        tags = pool.tags | sent["Tags"]
        if len(tags) > 50 or any(key.lower().startswith("aws:") for key in tags):
            raise invalid("At most 50 tags, none of them AWS's.")
        pool.tags = tags
        self.store.pools.put(pool.id, pool)
        return {}

    def untag(self, sent: Members) -> Members:
        pool = self._at(sent["ResourceArn"])
        pool.tags = {key: text for key, text in pool.tags.items() if key not in sent["TagKeys"]}
        self.store.pools.put(pool.id, pool)
        return {}

    def tags(self, sent: Members) -> Members:
        return {"Tags": self._at(sent["ResourceArn"]).tags}
