import path from "node:path";

import { docker, images } from "./engine";
import { Program } from "./program";
import { temporaryDirectory } from "./tools";

/** How a container runs beyond what all of the tests' containers have. */
export interface ContainerOptions {
  /** Options of `docker run`. */
  readonly run?: readonly string[];
  /** Environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of its entry point. */
  readonly arguments?: readonly string[];
  /** @default "host", so that everything is on this machine's loopback */
  readonly network?: string;
}

/**
 * A container of one of the images, in the foreground: signals and exit code are the container's. It has
 * no right, a root file system that it cannot write to, and a `/tmp` that it can.
 */
export class Container extends Program {
  readonly name: string;

  constructor(image: keyof typeof images, options: ContainerOptions = {}) {
    const directory = temporaryDirectory();
    const name = path.basename(directory);
    const environment = Object.entries(options.environment ?? {});
    super(path.join(directory, "log"), [
      "docker",
      ...["run", "--rm", "--name", name, "--network", options.network ?? "host"],
      ...["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"],
      ...environment.flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...(options.run ?? []),
      images[image],
      ...(options.arguments ?? []),
    ]);
    this.name = name;
  }

  /** Ends the programs of a name in it. */
  endProgram(program: string): void {
    docker("exec", this.name, "sh", "-c", `kill $(pidof ${program})`);
  }

  /** Kills it with all that runs in it. */
  kill(): void {
    docker.succeeds("kill", this.name);
  }
}
