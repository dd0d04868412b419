import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import type { PolicyDocument } from "../../src/iam";
import { environments } from "../../src/environments";
import { policiesFolder, purposes } from "../../scripts/policies/make";
import { GithubStack } from "../../src/stack/github-stack";
import { full } from "./full";
import { synthesize, type Block } from "./stack";

/** A policy document, its expressions replaced by what they stand for on AWS. */
export interface Document extends PolicyDocument {
  /** Its place: stack, address and argument; or its file. */
  readonly name: string;
  /** The object that it belongs to: a role, a bucket, a key. Undefined for a file. */
  readonly owner?: string;
}

/** Account and region of all documents. */
export const account = "123456789012";
export const region = "us-east-1";

/** The ARNs of what the documents name, by the resource's type. */
const arns: Readonly<Record<string, (name: string) => string>> = {
  aws_cloudwatch_log_group: (name) => `logs:${region}:${account}:log-group:${name}`,
  aws_ecr_repository: (name) => `ecr:${region}:${account}:repository/${name}`,
  aws_efs_access_point: () =>
    `elasticfilesystem:${region}:${account}:access-point/fsap-0123456789abcdef0`,
  aws_efs_file_system: () =>
    `elasticfilesystem:${region}:${account}:file-system/fs-0123456789abcdef0`,
  aws_elasticache_serverless_cache: (name) =>
    `elasticache:${region}:${account}:serverlesscache:${name}`,
  aws_elasticache_replication_group: (name) =>
    `elasticache:${region}:${account}:replicationgroup:${name}`,
  aws_elasticache_user: (name) => `elasticache:${region}:${account}:user:${name}`,
  aws_iam_openid_connect_provider: () =>
    `iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
  aws_kms_key: () => `kms:${region}:${account}:key/12345678-90ab-cdef-1234-567890abcdef`,
  aws_s3_bucket: (name) => `s3:::${name}`,
  aws_secretsmanager_secret: (name) => `secretsmanager:${region}:${account}:secret:${name}-AbCdEf`,
  aws_sns_topic: (name) => `sns:${region}:${account}:${name}`,
};

/** The ARN of a stack's resource: of its address. */
export function arnOf(address: string, template: Block): string {
  const [type = "", id = ""] = address.split(".");
  const { name, bucket, user_id } = (template.resource[type]?.[id] ?? {}) as Block;
  const arn = arns[type];
  if (arn === undefined)
    throw new Error(`__tests__/support/policy-documents.ts: no ARN for ${type}`);
  return `arn:aws:${arn(resolved((name ?? bucket ?? user_id ?? id) as string, template))}`;
}

/** A text with its expressions replaced. */
function resolved(text: string, template: Block): string {
  const values: Record<string, string> = {
    "data.aws_caller_identity.current.account_id": account,
    "data.aws_partition.current.partition": "aws",
    "local.aws_region": region,
  };
  const found = text.replace(/(?<!\$)\$\{([^}]+)\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value !== undefined) return value;
    const [, address] = /^(\w+\.\w+)\.arn$/.exec(expression) ?? [];
    if (address !== undefined) return arnOf(address, template);
    throw new Error(`__tests__/support/policy-documents.ts: what is ${expression}?`);
  });
  return found.replaceAll("$${", "${");
}

/** All policy documents of a synthesized stack, by their address and argument. */
export function documentsOf(stack: string, template: Block): Document[] {
  const types = Object.entries(template.resource as Record<string, Record<string, Block>>);
  return types.flatMap(([type, resources]) =>
    Object.entries(resources).flatMap(([name, block]) =>
      Object.entries(block)
        .filter(([, value]) => typeof value === "string" && /^\{.*"Statement":/.test(value))
        .map(([argument, value]) => {
          const { Statement } = JSON.parse(resolved(value as string, template)) as Document;
          const owner = ownerOf(`${type}.${name}`, block);
          return { name: `${stack} ${type}.${name}.${argument}`, owner, Statement };
        }),
    ),
  );
}

/** The address of what a document belongs to: a policy's role, or the resource itself. */
function ownerOf(address: string, block: Block): string {
  const of = (block.role ?? block.bucket ?? block.file_system_id ?? block.arn) as
    string | undefined;
  return /^\$\{(\w+\.\w+)\./.exec(of ?? "")?.[1] ?? address;
}

/** The stacks that have documents, as Terraform JSON. */
export function templates(): Record<string, Block> {
  const github = new GithubStack(Testing.app({ stackTraces: false }), {
    repository: "acme/infra",
    environments: ["dev", "production"],
    options: true,
  });
  return {
    ...Object.fromEntries(
      [...environments, full].map((settings) => [settings.name, synthesize(settings).template]),
    ),
    github: JSON.parse(Testing.synth(github)) as Block,
  };
}

/** All documents: of all stacks, and the files in `policies/`. */
export function allDocuments(): Document[] {
  const files = purposes.map((name) => ({
    ...(JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as Document),
    name: `policies ${name}.json`,
  }));
  const stacks = Object.entries(templates());
  return [...stacks.flatMap(([name, template]) => documentsOf(name, template)), ...files];
}
