import { renameSync, writeFileSync } from "node:fs";

/** Writes a file so that a reader, or an interruption, finds all of it or the one before. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
