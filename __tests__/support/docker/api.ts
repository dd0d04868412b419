import { chmodSync, cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { Program } from "./program";
import { DOCKER_DIR, temporaryDirectory } from "./tools";

/** A stand-in for Plue's API, as a program named `plue`. */
const PLUE = path.resolve(__dirname, "../../fixtures/docker/bin");

/**
 * The API image's files laid out as in the image, with a stand-in for Plue.
 */
export class ApiImage {
  readonly directory = temporaryDirectory();
  private runs = 0;

  constructor() {
    for (const part of ["api", "nginx"]) {
      cpSync(path.join(DOCKER_DIR, part), path.join(this.directory, "plue-api"), {
        recursive: true,
      });
    }
  }

  /** Start one of the image's commands, in a process group of its own. */
  start(command: "proxy" | "server", environment: Record<string, string>): Program {
    const writable = path.join(this.directory, `tmp-${(this.runs += 1)}`);
    mkdirSync(writable);
    chmodSync(writable, 0o777);
    return new Program(
      path.join(this.directory, `log-${this.runs}`),
      [path.join(this.directory, "plue-api/entrypoint.sh"), command],
      {
        detached: true,
        env: { PATH: `${PLUE}:${process.env.PATH}:/usr/sbin`, TMPDIR: writable, ...environment },
      },
    );
  }

  /** Remove all of it. */
  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
