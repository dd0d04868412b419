import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The project's docker/ directory. */
export const DOCKER_DIR = path.resolve(__dirname, "../../../docker");

/**
 * A new directory that any user may enter.
 */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "plue-docker-"));
  chmodSync(directory, 0o755);
  return directory;
}
