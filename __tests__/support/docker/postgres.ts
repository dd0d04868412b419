import path from "node:path";

import { makeAuthority } from "./authority";
import { docker, pinned } from "./engine";
import { freePort, until } from "./program";
import { temporaryDirectory } from "./tools";

const HBA = "/var/lib/postgresql/data/pg_hba.conf";

/**
 * A PostgreSQL server of the test's own in a container, by default on the host's loopback. It asks for
 * passwords over TCP, as RDS does; the test itself comes in by the socket.
 */
export class Postgres {
  private constructor(
    readonly name: string,
    readonly port: number,
    /** The certificate authority of the server's certificate, which is for `localhost` and `postgres`. */
    readonly authority: string,
  ) {}

  /** Makes and starts a server, and waits until it takes connections. */
  static async create(network = "host"): Promise<Postgres> {
    const directory = temporaryDirectory();
    const authority = makeAuthority(directory);
    const port = network === "host" ? await freePort() : 5432;
    const name = path.basename(directory);
    const script = `cp /tls/tls.* /tmp; chown postgres /tmp/tls.*; chmod 0600 /tmp/tls.key
      exec docker-entrypoint.sh postgres -c port=${port} -c fsync=off -c ssl=on \
        -c ssl_cert_file=/tmp/tls.crt -c ssl_key_file=/tmp/tls.key`;
    docker(
      ...["run", "--detach", "--name", name, "--network", network],
      ...(network === "host" ? [] : ["--network-alias", "postgres"]),
      ...[
        "--env",
        "POSTGRES_PASSWORD=owner",
        "--env",
        "POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256",
      ],
      ...["--volume", `${directory}:/tls:ro`, "--entrypoint", "sh", pinned.postgres, "-ec", script],
    );
    const postgres = new Postgres(name, port, authority);
    await postgres.ready();
    return postgres;
  }

  /** Waits until it takes connections by TCP; while it first sets itself up, it has its socket only. */
  async ready(): Promise<void> {
    const ask = ["pg_isready", "--quiet", "--host=127.0.0.1", `--port=${this.port}`];
    await until(() => docker.succeeds("exec", this.name, ...ask));
  }

  /** Takes no connection over TCP without TLS, as RDS does. */
  requireTls(): void {
    docker("exec", this.name, "sed", "-i", "s/^host /hostssl /", HBA);
    this.sql("postgres", "SELECT pg_reload_conf()");
  }

  /** Makes a user of that password with a database of its own of the same name. */
  createUser(name: string, password: string): void {
    this.sql("postgres", `CREATE ROLE "${name}" LOGIN PASSWORD $password$${password}$password$;`);
    this.sql("postgres", `CREATE DATABASE "${name}" OWNER "${name}";`);
  }

  /** Returns what a query answers, a line a row. */
  sql(database: string, statements: string): string {
    const psql = ["psql", "-h", "/var/run/postgresql", "-p", `${this.port}`, "-U", "postgres"];
    return docker.input(statements, "exec", "-i", this.name, ...psql, "-d", database, "-qAtX");
  }

  /** The number of connections that a user has, and whether all are by TLS. */
  connections(user: string): string {
    return this.sql(
      "postgres",
      `SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE usename = '${user}'`,
    );
  }

  /** Stops it; {@link start} runs it again. */
  stop(): void {
    docker("stop", "--time", "5", this.name);
  }

  /** Runs it again, and waits until it takes connections. */
  async start(): Promise<void> {
    docker("start", this.name);
    await this.ready();
  }

  /** Stops it and removes all of it. */
  remove(): void {
    docker("rm", "--force", "--volumes", this.name);
  }
}
