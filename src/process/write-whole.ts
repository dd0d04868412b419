import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Writes a file so that a reader, or an interruption, finds all of it or the one before. Of two programs
 * that write the same file at once, the later one's stays. A file keeps its mode; what a link leads to is
 * written, and what is no file, such as a pipe, is written to.
 * @throws the file system's error, about that file
 */
export function writeWhole(file: string, text: string | Uint8Array): void {
  const before = statSync(file, { throwIfNoEntry: false });
  if (before && !before.isFile()) return writeFileSync(file, text);
  const target = before ? realpathSync(file) : file;
  const unfinished = `${target}.${process.pid}.unfinished`;
  try {
    writeFileSync(unfinished, text, before && { mode: before.mode });
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const { message, path } = error as NodeJS.ErrnoException;
    throw Object.assign(error as Error, {
      message: message.replaceAll(unfinished, file),
      ...(path === unfinished && { path: file }),
    });
  }
}
