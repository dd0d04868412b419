import { PlueError } from "../process/errors";
import type { Server } from "./server";

/** A database or a file system of an embedded AWS. */
export interface Holder {
  /** What it is. */
  readonly service: "rds" | "efs";
  readonly region: string;
  /** Identifier of the database, or id of the file system. */
  readonly id: string;
}

type At = Pick<Server, "endpoint">;

/** Puts a content into a database or a file system; a copy that is being replicated takes none. */
export async function writeContent(server: At, holder: Holder, content: string): Promise<void> {
  await ask(server, pathOf(holder), { method: "PUT", body: content });
}

/** The content of a database or a file system. */
export function readContent(server: At, holder: Holder): Promise<string> {
  return ask(server, pathOf(holder), { method: "GET" });
}

/** Brings every copy in another region up to date, as AWS does every few minutes. */
export async function replicate(server: At): Promise<void> {
  await ask(server, "replication", { method: "POST" });
}

/** Lets a region answer no more calls; what all regions share goes on. */
export async function loseRegion(server: At, region: string): Promise<void> {
  await ask(server, "lost-region", { method: "PUT", body: region });
}

const pathOf = ({ service, region, id }: Holder) => `contents/${service}/${region}/${id}`;

async function ask({ endpoint }: At, path: string, request: RequestInit): Promise<string> {
  const response = await fetch(`${endpoint}/embedded-aws/${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new PlueError(`the embedded AWS refuses ${path}: ${text}`);
  return text;
}
