import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { freePort, NOBODY } from "./program";
import { temporaryDirectory } from "./tools";

/**
 * A PostgreSQL server of the test's own, in a directory of its own, on loopback only. It asks for
 * passwords over TCP, as RDS does; the test itself comes in by the socket.
 */
export class Postgres {
  private constructor(
    private readonly programs: string,
    readonly directory: string,
    readonly port: number,
  ) {}

  /** Make a cluster; {@link start} runs it. */
  static async create(programs: string): Promise<Postgres> {
    const directory = temporaryDirectory();
    const postgres = new Postgres(programs, directory, await freePort());
    const data = path.join(directory, "data");
    mkdirSync(data);
    if (NOBODY.uid !== undefined) {
      chownSync(directory, NOBODY.uid, NOBODY.gid);
      chownSync(data, NOBODY.uid, NOBODY.gid);
    }
    postgres.run("initdb", "--pgdata", data, "--username", "owner", "--encoding", "UTF8", [
      "--auth-local=trust",
      "--auth-host=scram-sha-256",
      "--no-sync",
    ]);
    appendFileSync(
      path.join(data, "postgresql.conf"),
      `port = ${postgres.port}\nlisten_addresses = '127.0.0.1, ::1'\nfsync = off\n` +
        `unix_socket_directories = '${directory}'\n`,
    );
    return postgres;
  }

  /** Start it, and wait until it takes connections. */
  start(): void {
    this.run("pg_ctl", "start", "--wait", "--pgdata", path.join(this.directory, "data"), [
      "--log",
      path.join(this.directory, "server.log"),
    ]);
  }

  /** Let it take TLS, with a certificate for `localhost`. Returns the authority's file. */
  enableTls(): string {
    const authority = makeAuthority(this.directory);
    const file = (name: string) => path.join(this.directory, name);
    openssl("req -newkey rsa:2048 -noenc -subj /CN=localhost -keyout", file("tls.key"), "-out", [
      file("tls.csr"),
    ]);
    writeFileSync(file("tls.ext"), "subjectAltName=DNS:localhost\n");
    openssl("x509 -req -days 1 -set_serial 2 -in", file("tls.csr"), "-extfile", [
      file("tls.ext"),
      "-CA",
      authority,
      "-CAkey",
      `${authority}.key`,
      "-out",
      file("tls.crt"),
    ]);
    if (NOBODY.uid !== undefined) chownSync(file("tls.key"), NOBODY.uid, NOBODY.gid);
    this.sql(
      "postgres",
      `ALTER SYSTEM SET ssl_cert_file = '${file("tls.crt")}';
       ALTER SYSTEM SET ssl_key_file = '${file("tls.key")}';
       ALTER SYSTEM SET ssl = on;
       SELECT pg_reload_conf();`,
    );
    return authority;
  }

  /** Take no connection over TCP without TLS, as RDS does; after {@link enableTls}. */
  requireTls(): void {
    writeFileSync(
      path.join(this.directory, "data/pg_hba.conf"),
      "local all all trust\nhostssl all all all scram-sha-256\n",
    );
    this.sql("postgres", "SELECT pg_reload_conf()");
  }

  /** A user of that password with a database of its own of the same name. */
  createUser(name: string, password: string): void {
    this.sql("postgres", `CREATE ROLE "${name}" LOGIN PASSWORD $password$${password}$password$;`);
    this.sql("postgres", `CREATE DATABASE "${name}" OWNER "${name}";`);
  }

  /** What a query answers, a line a row. */
  sql(database: string, statements: string): string {
    return execFileSync(
      path.join(this.programs, "psql"),
      ["-h", this.directory, "-p", `${this.port}`, "-U", "owner", "-d", database, "-qAtX"],
      { input: statements, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] },
    ).trim();
  }

  /** Stop it; {@link start} runs it again. */
  stop(): void {
    this.run("pg_ctl", "stop", "--mode=immediate", "--pgdata", path.join(this.directory, "data"));
  }

  /** Stop it and remove all of it. */
  remove(): void {
    if (existsSync(path.join(this.directory, "data/postmaster.pid"))) this.stop();
    rmSync(this.directory, { recursive: true });
  }

  private run(program: string, ...parameters: (string | string[])[]): void {
    const result = spawnSync(path.join(this.programs, program), parameters.flat(), {
      ...NOBODY,
      cwd: this.directory,
      // A server inherits its starter's output, and a pipe would stay open for as long.
      stdio: "ignore",
    });
    if (result.status !== 0) throw new Error(`${program} failed with exit code ${result.status}`);
  }
}

/**
 * A new certificate authority in a directory; its key stands beside it as `.key`.
 */
export function makeAuthority(directory: string, name = "authority"): string {
  const file = path.join(directory, `${name}.crt`);
  openssl(
    `req -x509 -newkey rsa:2048 -noenc -days 1 -subj /CN=${name} -keyout`,
    `${file}.key`,
    "-out",
    [file],
  );
  return file;
}

function openssl(options: string, ...files: (string | string[])[]): void {
  execFileSync("openssl", [...options.split(" "), ...files.flat()], { stdio: "pipe" });
}
