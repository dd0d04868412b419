"""Database instances of RDS as PostgreSQL in containers, at the endpoint's own name."""

import asyncio
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from docker.models.containers import Container
from moto.core import DEFAULT_ACCOUNT_ID
from moto.rds.models import DBInstance, rds_backends

from .engine import Engine, Failed, quietly, remove
from .logs import LogFollower
from .volumes import prepare, remove_volume

if TYPE_CHECKING:
    from .reconciler import Runtime

# Names another image than the official one of the instance's major version, as in docker-compose.yml.
IMAGE = "POSTGRES_IMAGE"
# Seconds that PostgreSQL may take to create its files and answer.
START_TIMEOUT = 60
STOP_TIMEOUT = 30


class Databases:
    """Runs what RDS has of PostgreSQL."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime
        self.databases: dict[str, Database] = {}

    def reconcile(self) -> None:
        """Bring every database in line with its instance."""
        wanted = {
            instance.arn: instance
            for backend in list(rds_backends[DEFAULT_ACCOUNT_ID].values())
            for instance in list(backend.databases.values())
            if instance.engine == "postgres"
        }
        for arn, instance in wanted.items():
            if arn not in self.databases:
                instance.status = "creating"
                self.databases[arn] = Database(self.runtime, instance)
        for arn, database in list(self.databases.items()):
            database.deleted = arn not in wanted
            if database.differs() and not database.lock.locked():
                self.runtime.spawn(database.converge())

    def problems(self) -> list[str]:
        """Why databases do not run."""
        return [one.problem for one in self.databases.values() if one.problem]


class Database:
    """A database instance and its container."""

    def __init__(self, runtime: "Runtime", instance: DBInstance) -> None:
        self.runtime = runtime
        self.engine: Engine = runtime.engine
        self.instance = instance
        self.container: Container | None = None
        self.lock = asyncio.Lock()
        self.up = False
        self.deleted = False
        self.password: str | None = None
        self.problem: str | None = None
        # The files that PostgreSQL has read its settings from.
        self.files: dict[str, bytes] = {}
        name = self.engine.name("db", instance.region, instance.db_instance_identifier)
        self.volumes = {name: "/var/lib/postgresql/data", f"{name}-tls": "/tls"}

    def differs(self) -> bool:
        """Whether the container is not as the instance should be."""
        if self.deleted or self._rebooting():
            return True
        if self.problem:
            return False
        changed = self.password != self._wanted_password() or self.files != self._files()
        return self.up != self._wanted_up() or (self.up and changed)

    def on_event(self, event: dict[str, Any]) -> None:
        """Start the database again if its container has ended by itself."""
        if event["Action"] == "die":
            self.refresh()

    def refresh(self) -> None:
        """Start the database again if its container has ended: events may have been missed."""
        if self.up and not self.lock.locked():
            self.runtime.spawn(self.recover())

    async def recover(self) -> None:
        """Start a database whose container has ended, with the data that it had."""
        async with self.lock:
            self.up = self.up and await self._status() == "running"
        self.runtime.kick()

    async def _status(self) -> str:
        there = self.container is not None and await self.engine.call(quietly, self.container.reload)
        return self.container.status if there else "removing"

    def _rebooting(self) -> bool:
        return self.instance.status == "rebooting"

    def _wanted_up(self) -> bool:
        return self.instance.status not in ("stopping", "stopped")

    def _wanted_password(self) -> str:
        return getattr(self.instance, "_runtime_password", "")

    async def converge(self) -> None:
        """Create, start, stop, restart or delete the container."""
        async with self.lock:
            try:
                self.problem = None
                await self._converge()
            except Exception as error:
                reason = getattr(error, "explanation", None) or str(error) or "it does not answer"
                self.problem = f"{self.instance.db_instance_identifier}: {reason}"
                self.instance.status = "failed"
                print(f"The database {self.problem}", flush=True)
        self.runtime.kick()

    async def _converge(self) -> None:
        if self.deleted:
            return await self._delete()
        if await self._status() == "removing":
            if self.container is not None:
                await self.engine.call(quietly, self.container.wait, condition="removed")
            await self._create()
        if self.up and (self._rebooting() or not self._wanted_up()):
            await self._signal("INT")
            await self.engine.call(self.container.stop, timeout=STOP_TIMEOUT)
            self.up = False
        if not self.up and self._wanted_up():
            if self.instance.status == "available":
                self.instance.status = "starting"
            await self._configure()
            await self._start()
        if self.up and self.files != self._files():
            await self._configure()
            # PostgreSQL leaves alone what only a restart can change.
            await self._signal("HUP")
        if self.up and self.password != self._wanted_password():
            await self._set_password()

    async def _create(self) -> None:
        instance = self.instance
        major = str(instance.engine_version).split(".")[0]
        self.image = os.environ.get(IMAGE) or f"postgres:{major}-trixie"
        await self.engine.pull(self.image)
        for volume in self.volumes:
            await self.engine.call(
                self.engine.client.volumes.create, volume, labels=self.engine.labels
            )
        # The password that the files have, if there are any.
        self.password = self.password or self._wanted_password()
        endpoint = self.engine.client.api.create_endpoint_config(aliases=[instance.address])
        self.container = await self.engine.create(
            self.image,
            instance.arn,
            *("db", instance.region, instance.db_instance_identifier),
            command=["postgres", "-c", "config_file=/tls/postgresql.conf"],
            environment={
                "POSTGRES_USER": instance.master_username,
                "POSTGRES_PASSWORD": self.password,
                "POSTGRES_DB": instance.db_name or "postgres",
                "PGDATA": "/var/lib/postgresql/data",
            },
            volumes={volume: {"bind": path} for volume, path in self.volumes.items()},
            network=self.engine.network,
            networking_config={self.engine.network: endpoint},
        )

    async def _signal(self, name: str) -> None:
        # By its own process id: process 1 may be a program that starts it.
        command = ["sh", "-c", f'kill -{name} "$(head -n 1 "$PGDATA/postmaster.pid")"']
        await self.engine.call(self.container.exec_run, command)

    async def _configure(self) -> None:
        """Write what PostgreSQL reads at its start: certificate, parameters, who may connect."""
        certificate, key = self.runtime.authority.issue(self.instance.address)
        self.files = self._files()
        await self.engine.call(
            prepare,
            self.engine,
            [one for one in self.volumes if one.endswith("-tls")][0],
            self.image,
            "chown -R postgres: /volume && chmod 600 /volume/*",
            {"server.crt": certificate, "server.key": key, **self.files},
        )

    def _files(self) -> dict[str, bytes]:
        """PostgreSQL's settings and who may connect, by the parameters that the user has set."""
        parameters = {
            name: str(parameter.get("ParameterValue", ""))
            for group in self.instance.db_parameter_groups()
            for name, parameter in list(group.parameters.items())
            if isinstance(parameter, dict)
        }
        # Source: "Requiring an SSL connection to a PostgreSQL DB instance" in the Amazon RDS user guide.
        forced = parameters.pop("rds.force_ssl", "1") == "1"
        settings = {
            **{one: value for one, value in parameters.items() if not one.startswith("rds.")},
            "data_directory": "/var/lib/postgresql/data",
            "hba_file": "/tls/pg_hba.conf",
            "listen_addresses": "*",
            "port": str(self.instance.port),
            "ssl": "on",
            "ssl_cert_file": "/tls/server.crt",
            "ssl_key_file": "/tls/server.key",
            "log_line_prefix": "%t:%r:%u@%d:[%p]:",
        }
        lines = [f"{one} = '{quoted(value)}'" for one, value in settings.items()]
        access = ["local all all trust", f"{'hostssl' if forced else 'host'} all all all scram-sha-256"]
        files = {"postgresql.conf": lines, "pg_hba.conf": access}
        return {name: "".join(f"{line}\n" for line in content).encode() for name, content in files.items()}

    async def _start(self) -> None:
        await self.engine.call(self.container.start)
        await self.engine.call(self.container.reload)
        self._follow_log()
        await asyncio.wait_for(self._until_it_answers(), START_TIMEOUT)
        self.up = True
        if self.instance.status in ("creating", "starting", "rebooting"):
            self.instance.status = "available"

    async def _until_it_answers(self) -> None:
        # By TCP: while the image creates its files, PostgreSQL listens on a socket only.
        probe = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.instance.port)]
        while (await self.engine.call(self.container.exec_run, probe)).exit_code != 0:
            await self.engine.call(self.container.reload)
            if self.container.status == "exited":
                last = self.container.logs(tail=5).decode(errors="replace")
                raise Failed(f"PostgreSQL ended: {last.strip()}")
            await asyncio.sleep(0.5)

    def _follow_log(self) -> None:
        if "postgresql" not in self.instance.enabled_cloudwatch_logs_exports:
            return
        name = self.instance.db_instance_identifier
        group = f"/aws/rds/instance/{name}/postgresql"
        # The container's log has what was copied before its last start.
        started = datetime.fromisoformat(f"{self.container.attrs['State']['StartedAt'][:26]}+00:00")
        since = started.timestamp()
        follower = LogFollower(self.container, self.instance.region, group, f"{name}.0", since)
        follower.backend.ensure_log_group(group)
        follower.start()

    async def _set_password(self) -> None:
        password = self._wanted_password()
        user = self.instance.master_username
        statement = f"ALTER ROLE \"{user}\" PASSWORD '{quoted(password)}'"
        done = await self.engine.call(
            self.container.exec_run,
            ["psql", "-q", "-p", str(self.instance.port), "-U", user, "-d", "postgres", "-c", statement],
        )
        if done.exit_code != 0:
            raise Failed(done.output.decode(errors="replace"))
        self.password = password

    async def _delete(self) -> None:
        if self.container is not None:
            await self.engine.call(remove, self.container)
            for volume in self.volumes:
                await self.engine.call(quietly, remove_volume, self.engine, volume)
        self.runtime.databases.databases.pop(self.instance.arn, None)


def quoted(text: str) -> str:
    """Text within quotes of SQL or of a configuration file."""
    return text.replace("'", "''")
