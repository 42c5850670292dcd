"""RDS: what settings of instances and clusters have to be."""

from __future__ import annotations

import re

from tests.servers.cloud.world import Members

from .rds import Shelf, clash, fault, invalid
from .rds_groups import ENGINES, major

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"([a-z]{3}):(\d\d):(\d\d)-([a-z]{3}):(\d\d):(\d\d)", re.ASCII)
DAILY = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
LOGS = {
    "mysql": {"audit", "error", "general", "slowquery"},
    "mariadb": {"audit", "error", "general", "slowquery"},
    "postgres": {"postgresql", "upgrade"},
    "aurora-mysql": {"audit", "error", "general", "slowquery", "instance"},
    "aurora-postgresql": {"postgresql", "instance"},
}
CERTIFICATES = {"rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"}
ABSENT = (
    "CharacterSetName", "NcharCharacterSetName", "TdeCredentialArn", "Timezone", "DBSystemId",
    "ProcessorFeatures", "MultiTenant", "CustomIamInstanceProfile", "DBSecurityGroups",
    "ReplicaMode", "AdditionalStorageVolumes", "RdsCustomClusterConfiguration", "DomainFqdn",
    "DomainOu", "DomainAuthSecretArn", "DomainDnsIps", "EnableCustomerOwnedIp",
    "ScalingConfiguration",
    "EnableLimitlessDatabase", "WithExpressConfiguration", "DBCapacityReservationIdentifier",
    "MasterUserAuthenticationType", "AwsBackupRecoveryPointArn", "ClusterScalabilityType",
    "TagSpecifications",
)  # fmt: skip


def version_of(engine: str, given: str | None) -> str:
    """The version of an engine: the default, the newest of a major version, or this."""
    engine = engine.lower()
    if engine not in ENGINES:
        raise invalid(f"Invalid DB engine: {engine}")
    found = [one for one in ENGINES[engine] if given in {None, one, major(engine, one)}]
    if not found:
        text = f"Cannot find version {given} for {engine}"
        raise clash(text)
    return found[-1]


def windows(sent: Members, known: Members) -> Members:
    """Both windows, as they are shown."""
    both = {**known, **sent}
    weekly, daily = both["PreferredMaintenanceWindow"].lower(), both["PreferredBackupWindow"]
    found, day = WINDOW.fullmatch(weekly), DAILY.fullmatch(daily)
    if not found or {found[1], found[4]} - {*DAYS}:
        raise invalid(f"Invalid maintenance window format: {weekly}")
    if not day:
        raise invalid(f"Invalid backup window format: {daily}")
    week = 7 * 24 * 60
    start = _minutes(found[2], found[3]) + DAYS.index(found[1]) * 1440
    length = (_minutes(found[5], found[6]) + DAYS.index(found[4]) * 1440 - start) % week
    from_, until = _minutes(day[1], day[2]), _minutes(day[3], day[4])
    if not 30 <= length <= 1440 or (until - from_) % 1440 < 30:
        raise invalid("A window has at least 30 minutes.")
    lasts = (until - from_) % 1440
    if any((from_ - start - shift) % 1440 < length for shift in (0,)) or (
        (start - from_) % 1440 < lasts
    ):
        raise invalid("The backup window and maintenance window must not overlap.")
    return {"PreferredMaintenanceWindow": weekly, "PreferredBackupWindow": daily}


def _minutes(hour: str, minute: str) -> int:
    if int(hour) > 23 or int(minute) > 59:
        raise invalid("There is no such time of day.")
    return int(hour) * 60 + int(minute)


def user(sent: Members) -> str:
    """The name of the first user."""
    name: str = sent.get("MasterUsername", "")
    if not name:
        raise invalid("The parameter MasterUsername must be provided and must not be blank.")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,15}", name):
        raise invalid("The parameter MasterUsername is not a valid identifier.")
    return name


def password(sent: Members, *, needed: bool = True) -> None:
    text, managed = sent.get("MasterUserPassword"), sent.get("ManageMasterUserPassword")
    if text is not None and managed:
        raise clash("You can't specify MasterUserPassword with ManageMasterUserPassword.")
    if "MasterUserSecretKmsKeyId" in sent and not managed:
        raise clash("MasterUserSecretKmsKeyId needs ManageMasterUserPassword.")
    if text is None:
        if needed and not managed:
            raise invalid(
                "The parameter MasterUserPassword must be provided and must not be blank."
            )
        return
    if not 8 <= len(text) <= 41:
        raise invalid("The parameter MasterUserPassword is not a valid password: from 8 to 41.")
    if not re.fullmatch(r"[!-~]+", text) or {*text} & {*'/"@'}:
        raise invalid("Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.")


def settings(shelf: Shelf, sent: Members, engine: str) -> None:
    """What holds of all that can be set."""
    for name in ABSENT:
        if sent.get(name):
            raise clash(f"{name} is not supported for the engine {engine}.")
    _numbers(sent)
    if sent.get("Domain") or sent.get("DomainIAMRoleName"):
        raise fault("DomainNotFoundFault", "The domain was not found.")
    if sent.get("CACertificateIdentifier", "rds-ca-rsa2048-g1") not in CERTIFICATES:
        raise fault("CertificateNotFoundFault", "The certificate was not found.")
    if sent.get("NetworkType", "IPV4") != "IPV4":
        if sent["NetworkType"] == "DUAL":
            raise fault("NetworkTypeNotSupported", "The network type is not supported.")
        raise invalid("The network type is IPV4 or DUAL.")
    for name in ("KmsKeyId", "PerformanceInsightsKMSKeyId", "MasterUserSecretKmsKeyId"):
        if name in sent:
            raise fault("KMSKeyNotAccessibleFault", "The specified KMS key does not exist.")
    kinds = {*sent.get("EnableCloudwatchLogsExports", [])}
    kinds |= {*sent.get("CloudwatchLogsExportConfiguration", {}).get("EnableLogTypes", [])}
    if kinds - LOGS[engine]:
        raise clash(f"You cannot use the log types with engine {engine}.")
    licence = "postgresql-license" if engine == "postgres" else "general-public-license"
    if sent.get("LicenseModel", licence) != licence:
        raise clash(f"Invalid license model for engine {engine}. It is {licence}.")
    if sent.get("BackupTarget", "region") != "region":
        raise invalid("Invalid backup target.")
    support = {"open-source-rds-extended-support", "open-source-rds-extended-support-disabled"}
    if sent.get("EngineLifecycleSupport", min(support)) not in support:
        raise invalid("Invalid engine lifecycle support.")


def _numbers(sent: Members) -> None:
    limits = {
        "BackupRetentionPeriod": (0, 35), "Port": (1150, 65535), "DBPortNumber": (1150, 65535),
        "PromotionTier": (0, 15), "BacktrackWindow": (0, 259200),
    }  # fmt: skip
    for name, (low, high) in limits.items():
        if not low <= sent.get(name, low) <= high:
            raise invalid(f"Invalid {name}: it must be between {low} and {high}.")
    interval = sent.get("MonitoringInterval", 0)
    if interval not in {0, 1, 5, 10, 15, 30, 60}:
        raise invalid("Invalid monitoring interval: 0, 1, 5, 10, 15, 30, 60.")
    if interval and "MonitoringRoleArn" not in sent:
        raise clash("A MonitoringRoleARN value is required for a MonitoringInterval other than 0.")
    if "MonitoringRoleArn" in sent and not sent["MonitoringRoleArn"].startswith("arn:"):
        raise invalid("Invalid ARN of a role.")
    days = sent.get("PerformanceInsightsRetentionPeriod", 7)
    if days not in {7, 731} and (days % 31 or not 1 <= days // 31 <= 23):
        raise clash("Invalid Performance Insights retention period.")


def storage(sent: Members, known: Members) -> None:
    """The storage of an instance."""
    kind = sent.get("StorageType", known.get("StorageType", "gp2"))
    if kind not in {"gp2", "gp3", "io1", "io2", "standard"}:
        raise invalid(f"Invalid storage type: {kind}")
    size = sent.get("AllocatedStorage", known.get("AllocatedStorage"))
    if size is None:
        raise invalid("The parameter AllocatedStorage must be provided and must not be blank.")
    if not 20 <= size <= 65536:
        raise invalid("Invalid storage size for engine: it must be between 20 and 65536 GiB.")
    if size < known.get("AllocatedStorage", 0):
        raise clash("The storage cannot be reduced.")
    iops = sent.get("Iops", known.get("Iops"))
    if kind in {"io1", "io2"} and (iops is None or size < 100):
        raise clash("Iops, and at least 100 GiB, are required with this storage type.")
    if "Iops" in sent and kind not in {"io1", "io2"}:
        raise clash("Iops are not supported with this storage.")
    if "StorageThroughput" in sent:
        raise clash("A throughput is not supported with this storage.")
    if "Iops" in sent and not 1000 <= sent["Iops"] <= 256000:
        raise invalid("Invalid Iops.")
    if "MaxAllocatedStorage" in sent and sent["MaxAllocatedStorage"] < size * 1.1:
        raise clash("Max storage size must be greater than storage size.")
