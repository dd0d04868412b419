import { join } from "node:path";
import { startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";

/** A database or a file system of an embedded AWS. */
export interface Holder {
  readonly service: "rds" | "efs";
  readonly region: string;
  /** Identifier of the database, or id of the file system. */
  readonly id: string;
}

/** Starts an embedded AWS whose regions can be lost and whose databases and file systems have contents. */
export function startRecoveryAws(): Promise<EmbeddedAws> {
  return startEmbeddedAws({
    launcher: join(__dirname, "../fixtures/embedded-aws/recovery_aws.py"),
  });
}

type Server = Pick<EmbeddedAws, "endpoint">;

/** Writes the content of a database or a file system; the embedded AWS refuses it for a copy that is being replicated. */
export async function writeContent(server: Server, holder: Holder, content: string): Promise<void> {
  await ask(server, pathOf(holder), { method: "PUT", body: content });
}

/** The content of a database or a file system. */
export function readContent(server: Server, holder: Holder): Promise<string> {
  return ask(server, pathOf(holder), { method: "GET" });
}

/** Brings every copy in another region up to date, as AWS does every few minutes. */
export async function replicate(server: Server): Promise<void> {
  await ask(server, "replication", { method: "POST" });
}

/** Makes a region refuse all further calls; global services continue to answer. */
export async function loseRegion(server: Server, region: string): Promise<void> {
  await ask(server, "lost-region", { method: "PUT", body: region });
}

const pathOf = ({ service, region, id }: Holder) => `contents/${service}/${region}/${id}`;

async function ask({ endpoint }: Server, path: string, request: RequestInit): Promise<string> {
  const response = await fetch(`${endpoint}/embedded-aws/${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`the embedded AWS refuses ${path}: ${text}`);
  return text;
}
