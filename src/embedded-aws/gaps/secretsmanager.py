"""Gaps of moto in secretsmanager."""

import copy
import json

from moto.secretsmanager.exceptions import InvalidRequestException, SecretNotFoundException
from moto.secretsmanager.models import ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from .registry import add, gap


@gap
def secretsmanager_promotion():
    """StopReplicationToReplica: a replica becomes a secret of its own."""
    def stop_replication_to_replica(self):
        secrets = self.backend.secrets
        replica = secrets.get(self._get_param("SecretId"))
        if replica is None:
            raise SecretNotFoundException()
        if not isinstance(replica, ReplicaSecret):
            raise InvalidRequestException("The secret is no replica.")
        secret = copy.copy(replica.source)
        secret.arn, secret.region, secret.replicas = replica.arn, replica.region, []
        secret.versions = copy.deepcopy(replica.source.versions)
        dict.pop(secrets, replica.arn)
        secrets[secret.secret_id] = secret
        replica.source.replicas.remove(replica)
        return json.dumps({"ARN": secret.arn})

    add(SecretsManagerResponse, stop_replication_to_replica)
