"""What AWS Backup refuses of plans and vault locks."""

from .registry import DOCS, Rules, between, listed, unique, values
from .schedules import is_schedule

API = f"{DOCS}/aws-backup/latest/devguide"

backup = Rules("backup", "InvalidParameterValueException")


@backup.rule("CreateBackupPlan UpdateBackupPlan", f"{API}/API_BackupRule.html")
def plan(p, _call):
    rules = listed(p, "BackupPlan.Rules[]")
    if not rules:
        yield "Backup plan must have at least one rule."
    yield from unique(values(p, "BackupPlan.Rules[].RuleName"), "Rule names must be unique: {}")
    for rule in rules:
        text = rule.get("ScheduleExpression")
        if text is not None and not is_schedule(text):
            yield f"Invalid schedule expression: {text}"
        start, completion = rule.get("StartWindowMinutes"), rule.get("CompletionWindowMinutes")
        if start is not None and start < 60:
            yield "StartWindowMinutes must be at least 60."
        if completion is not None and completion < (start or 480) + 60:
            yield "CompletionWindowMinutes must be at least 60 minutes after the start window."
        for lifecycle in (*values(rule, "Lifecycle"), *values(rule, "CopyActions[].Lifecycle")):
            cold = lifecycle.get("MoveToColdStorageAfterDays")
            delete = lifecycle.get("DeleteAfterDays")
            if cold is not None and delete is not None and delete < cold + 90:
                yield (
                    "DeleteAfterDays cannot be less than 90 days apart from "
                    "MoveToColdStorageAfterDays"
                )
            for days in (cold, delete):
                if days is not None and days < 1:
                    yield f"Days of a lifecycle must be at least 1: {days}"


LOCK_API = f"{API}/API_PutBackupVaultLockConfiguration.html"
backup.values(
    "PutBackupVaultLockConfiguration",
    LOCK_API,
    {
        "MinRetentionDays": between(1, 36500, "MinRetentionDays"),
        "MaxRetentionDays": between(1, 36500, "MaxRetentionDays"),
        "ChangeableForDays": between(3, 36500, "ChangeableForDays"),
    },
)


@backup.rule("PutBackupVaultLockConfiguration", LOCK_API)
def vault_lock(p, _call):
    if (p.get("MinRetentionDays") or 0) > (p.get("MaxRetentionDays") or 36500):
        yield "MinRetentionDays must not exceed MaxRetentionDays."
