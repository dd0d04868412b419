"""What AWS Backup refuses of vault locks."""

from .registry import Rules

backup = Rules("backup", "InvalidParameterValueException")


@backup.rule("PutBackupVaultLockConfiguration")
def vault_lock(p, _call):
    if (p.get("MinRetentionDays") or 0) > (p.get("MaxRetentionDays") or 36500):
        yield "MinRetentionDays must not exceed MaxRetentionDays."
