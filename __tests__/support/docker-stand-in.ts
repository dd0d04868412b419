import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A stand-in for `docker` that records how it is called. There is no engine to build with here. */
export class RecordingDocker {
  private readonly record: string;
  private readonly bin: string;

  /** @param folder directory for the program and its record */
  constructor(folder: string) {
    this.bin = join(folder, "bin");
    this.record = join(folder, "docker.record");
    mkdirSync(this.bin, { recursive: true });
    const program = join(this.bin, "docker");
    writeFileSync(
      program,
      [
        "#!/bin/sh",
        `echo "$*" >> '${this.record}'`,
        `[ "$1" = login ] && cat > '${this.record}.password'`,
        // Fails at the call that its environment names.
        'case "$*" in $DOCKER_FAILS*) [ -n "$DOCKER_FAILS" ] && echo "docker failed" >&2 && exit 1 ;; esac',
        "exit 0",
      ].join("\n"),
    );
    chmodSync(program, 0o755);
  }

  /** The PATH on which it comes first. */
  get path(): string {
    return `${this.bin}${delimiter}${process.env.PATH}`;
  }

  /** Its calls since the last time, and the password that it was given. */
  take(): { calls: string[]; password: string | undefined } {
    const text = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
    const calls = text(this.record)?.trim().split("\n") ?? [];
    const password = text(`${this.record}.password`);
    for (const file of [this.record, `${this.record}.password`]) rmSync(file, { force: true });
    return { calls, password };
  }
}
