"""Gaps of moto in backup."""

import json
from urllib.parse import unquote
from uuid import uuid4

from moto.backup import urls as backup_urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time

from extensions import replaces
from .registry import add, gap, store


@gap
def backup_selections():
    """CreateBackupSelection, GetBackupSelection, ListBackupSelections, DeleteBackupSelection."""
    def ids(self):
        _, _, rest = self.path.partition("/plans/")
        plan_id, _, selection_id = rest.strip("/").partition("/selections")
        return plan_id, selection_id.strip("/")

    def find(self):
        plan_id, selection_id = ids(self)
        selections = store(self.backup_backend, "selections")
        if (plan_id, selection_id) not in selections:
            raise ResourceNotFoundException(f"Cannot find selection {selection_id}")
        return selections[(plan_id, selection_id)]

    def create_backup_selection(self):
        plan_id, _ = ids(self)
        self.backup_backend.get_backup_plan(plan_id, None)
        parameters = json.loads(self.body)
        selection = {
            "SelectionId": str(uuid4()),
            "BackupPlanId": plan_id,
            "CreationDate": unix_time(),
            "CreatorRequestId": parameters.get("CreatorRequestId"),
            "BackupSelection": parameters["BackupSelection"],
        }
        store(self.backup_backend, "selections")[(plan_id, selection["SelectionId"])] = selection
        return json.dumps(selection)

    def get_backup_selection(self):
        return json.dumps(find(self))

    def list_backup_selections(self):
        plan_id, _ = ids(self)
        selections = [
            {
                **{key: value for key, value in selection.items() if key != "BackupSelection"},
                "SelectionName": selection["BackupSelection"]["SelectionName"],
                "IamRoleArn": selection["BackupSelection"]["IamRoleArn"],
            }
            for (of, _), selection in store(self.backup_backend, "selections").items()
            if of == plan_id
        ]
        return json.dumps({"BackupSelectionsList": selections})

    def delete_backup_selection(self):
        found = find(self)
        del store(self.backup_backend, "selections")[(found["BackupPlanId"], found["SelectionId"])]
        return json.dumps({})

    add(
        BackupResponse,
        create_backup_selection,
        get_backup_selection,
        list_backup_selections,
        delete_backup_selection,
    )


@gap
def backup_plan_updates():
    """UpdateBackupPlan; and a deleted plan's name stays taken, and the plan can still be read."""
    if hasattr(BackupResponse, "update_backup_plan"):
        return

    def update_backup_plan(self):
        plan = self.backup_backend.get_backup_plan(self.path.strip("/").split("/")[-1], None)
        changed = json.loads(self.body)["BackupPlan"]
        ids = {rule["RuleName"]: rule["RuleId"] for rule in plan.backup_plan["Rules"]}
        for rule in changed["Rules"]:
            rule["RuleId"] = ids.get(rule["RuleName"], str(uuid4()))
            rule.setdefault("ScheduleExpressionTimezone", "Etc/UTC")
        plan.backup_plan = changed
        plan.version_id = uuid4().hex
        return json.dumps(plan.to_dict())

    @replaces(BackupBackend)
    def delete_backup_plan(delete, self, backup_plan_id):
        deleted = delete(self, backup_plan_id)
        del self.plans[backup_plan_id]
        return deleted

    add(BackupResponse, update_backup_plan)


@gap
def backup_tags():
    """ListTags finds no tags where the path does not end in a slash, as the provider's does not."""

    def list_tags(self):
        arn = unquote(self.path.partition("/tags/")[2].strip("/"))
        return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})

    BackupResponse.list_tags = list_tags


@gap
def backup_recovery_points():
    """StartBackupJob, ListRecoveryPointsByBackupVault, DeleteRecoveryPoint: no vault is deleted before
    what is in it. A job is complete at once."""
    for path in (
        "backup-jobs/?$",
        "backup-vaults/(?P<name>[^/]+)/recovery-points/?$",
        "backup-vaults/(?P<name>[^/]+)/recovery-points/(?P<arn>.+)$",
    ):
        backup_urls.url_paths[f"{{0}}/{path}"] = backup_urls.response.dispatch

    def points(self):
        return store(self.backup_backend, "recovery_points")

    def start_backup_job(self):
        given = json.loads(self.body)
        backend = self.backup_backend
        prefix = f"arn:aws:backup:{backend.region_name}:{backend.account_id}"
        point = {
            "RecoveryPointArn": f"{prefix}:recovery-point:{uuid4()}",
            "BackupVaultName": given["BackupVaultName"],
            "ResourceArn": given["ResourceArn"],
            "IamRoleArn": given["IamRoleArn"],
            "Status": "COMPLETED",
            "CreationDate": unix_time(),
        }
        points(self)[point["RecoveryPointArn"]] = point
        return json.dumps({"BackupJobId": str(uuid4()), **point})

    def list_recovery_points_by_backup_vault(self):
        vault = unquote(self.path.split("/")[2])
        found = [point for point in points(self).values() if point["BackupVaultName"] == vault]
        return json.dumps({"RecoveryPoints": found})

    def delete_recovery_point(self):
        arn = unquote(self.path.partition("/recovery-points/")[2])
        if points(self).pop(arn, None) is None:
            raise ResourceNotFoundException(f"There is no recovery point {arn}")
        return json.dumps({})

    add(
        BackupResponse,
        start_backup_job,
        list_recovery_points_by_backup_vault,
        delete_recovery_point,
    )


@gap
def backup_restore_testing():
    """Restore testing plans and their selections."""
    for path in (
        "plans/?$",
        "plans/(?P<name>[^/]+)/?$",
        "plans/(?P<name>[^/]+)/selections/?$",
        "plans/(?P<name>[^/]+)/selections/(?P<selection>[^/]+)$",
    ):
        backup_urls.url_paths[f"{{0}}/restore-testing/{path}"] = backup_urls.response.dispatch

    def names(self):
        _, _, rest = self.path.partition("/plans")
        plan, _, selection = rest.strip("/").partition("/selections")
        return plan, selection.strip("/")

    def plans(self):
        return store(self.backup_backend, "restore_testing_plans")

    def selections(self):
        return store(self.backup_backend, "restore_testing_selections")

    def find(found, name):
        if name not in found:
            raise ResourceNotFoundException(f"There is no restore testing {name}")
        return found[name]

    def create_restore_testing_plan(self):
        parameters = json.loads(self.body)
        plan = parameters["RestoreTestingPlan"]
        name = plan["RestoreTestingPlanName"]
        backend = self.backup_backend
        arn = f"arn:aws:backup:{backend.region_name}:{backend.account_id}:restore-testing-plan:{name}-{uuid4()}"
        plans(self)[name] = {
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": 24,
            **plan,
            "RestoreTestingPlanArn": arn,
            "CreationTime": unix_time(),
        }
        backend.tag_resource(arn, parameters.get("Tags") or {})
        return 201, {}, json.dumps(plans(self)[name])

    def get_restore_testing_plan(self):
        return json.dumps({"RestoreTestingPlan": find(plans(self), names(self)[0])})

    def update_restore_testing_plan(self):
        plan = find(plans(self), names(self)[0])
        plan.update(json.loads(self.body)["RestoreTestingPlan"])
        return json.dumps({**plan, "UpdateTime": unix_time()})

    def delete_restore_testing_plan(self):
        find(plans(self), names(self)[0])
        del plans(self)[names(self)[0]]
        return 204, {}, ""

    def create_restore_testing_selection(self):
        plan, _ = names(self)
        selection = json.loads(self.body)["RestoreTestingSelection"]
        created = {
            "ValidationWindowHours": 0,
            **selection,
            "RestoreTestingPlanName": plan,
            "RestoreTestingPlanArn": find(plans(self), plan)["RestoreTestingPlanArn"],
            "CreationTime": unix_time(),
        }
        selections(self)[(plan, selection["RestoreTestingSelectionName"])] = created
        return 201, {}, json.dumps(created)

    def get_restore_testing_selection(self):
        return json.dumps({"RestoreTestingSelection": find(selections(self), names(self))})

    def update_restore_testing_selection(self):
        selection = find(selections(self), names(self))
        selection.update(json.loads(self.body)["RestoreTestingSelection"])
        return json.dumps({**selection, "UpdateTime": unix_time()})

    def delete_restore_testing_selection(self):
        find(selections(self), names(self))
        del selections(self)[names(self)]
        return 204, {}, ""

    add(
        BackupResponse,
        create_restore_testing_plan,
        get_restore_testing_plan,
        update_restore_testing_plan,
        delete_restore_testing_plan,
        create_restore_testing_selection,
        get_restore_testing_selection,
        update_restore_testing_selection,
        delete_restore_testing_selection,
    )
