import { existsSync, readFileSync } from "node:fs";

/** A provider of a dependency lock file. */
export interface LockedProvider {
  /** `HOST/NAMESPACE/TYPE` */
  readonly address: string;
  /** The one version that is used. */
  readonly version: string;
}

const block = /^provider "([^"]+)" \{\n([\s\S]*?)^\}\n?/gm;

/** The providers of a dependency lock file; none if there is no such file. */
export function readLockFile(file: string): LockedProvider[] {
  return existsSync(file) ? lockedProviders(readFileSync(file, "utf8")) : [];
}

/**
 * The providers of a lock file's text.
 * @see https://developer.hashicorp.com/terraform/language/files/dependency-lock
 */
export function lockedProviders(text: string): LockedProvider[] {
  return [...text.matchAll(block)].flatMap(([, address = "", body = ""]) => {
    const version = /^\s*version\s*=\s*"([^"]+)"/m.exec(body)?.[1];
    return version === undefined ? [] : [{ address, version }];
  });
}

/** A lock file's text without a provider, whatever its registry: `hashicorp/aws`. */
export function withoutProvider(text: string, name: string): string {
  return text.replace(block, (all, address: string) => (address.endsWith(`/${name}`) ? "" : all));
}
