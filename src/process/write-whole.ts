import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file so that a reader, or an interruption, finds all of it or the one before. Of two programs
 * that write the same file at once, the later one's stays.
 * @throws the file system's error; what was written is removed then
 */
export function writeWhole(file: string, text: string | Uint8Array): void {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
