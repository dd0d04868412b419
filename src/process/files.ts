import { constants } from "node:buffer";
import {
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ActionRequired } from "./errors";

/**
 * Writes a file so that a reader, or an interruption, finds either all of it or the one before. Where two
 * programs write the same file, the later one's text stays. A file keeps its mode; a link's target is
 * written, and a device or a pipe is written to.
 * @throws the file system's error, which names that file
 */
export function writeWhole(file: string, text: string | Uint8Array): void {
  naming(file, () => {
    const before = statSync(file, { throwIfNoEntry: false });
    if (before && !before.isFile()) return writeFileSync(file, text);
    const target = before ? realpathSync(file) : file;
    const unfinished = `${target}.${process.pid}.unfinished`;
    try {
      writeFileSync(unfinished, text, before && { mode: before.mode });
      renameSync(unfinished, target);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  });
}

/** Tests whether there is a folder of that path. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder, and those that it is in, where they do not exist. Node.js's own way never ends for a path
 * below /proc.
 * @throws the file system's error
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another program may have been faster.
    if (!isFolder(path)) throw error;
  }
}

/**
 * Reads a text file, without the byte order mark that some editors begin it with.
 * @throws the file system's error, which names that file also where it is a folder
 * @throws ActionRequired if it is larger than a string can be
 */
export function readText(file: string): string {
  return naming(file, () => {
    // Node.js would first read all of it.
    if (statSync(file).size > constants.MAX_STRING_LENGTH) {
      throw new ActionRequired(`${file} is too large to be read`);
    }
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  });
}

/**
 * Reads a file of JSON.
 * @param what the file must hold, such as "a plan", and how to get one
 * @throws ActionRequired if it does not hold JSON
 */
export function readJson(file: string, what: string, ...advice: readonly string[]): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new ActionRequired(`${file} is not ${what}: it is not JSON`, ...advice);
  }
}

/** Has each error of the file system name the file. */
function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !message.startsWith(`${code}: `)) throw error;
    const [reason] = message.slice(code.length + 2).split(",");
    throw Object.assign(error as Error, {
      path: file,
      message: `${code}: ${reason}, ${syscall} '${file}'`,
    });
  }
}
