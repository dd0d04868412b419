"""Gaps of moto in iam."""

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from iam import decision

from .registry import add, gap


@gap
def iam_simulate_principal_policy():
    """SimulatePrincipalPolicy of a role, by its own policies."""
    def simulate_principal_policy(self):
        role = self._get_param("PolicySourceArn")
        self.backend.get_role(role.split("/")[-1])
        context = {
            one["ContextKeyName"]: one["ContextKeyValues"][0]
            for one in self._get_param("ContextEntries") or []
        }
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision(role, action, resource, context),
            }
            for action in self._get_param("ActionNames")
            for resource in self._get_param("ResourceArns") or ["*"]
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    add(IamResponse, simulate_principal_policy)
