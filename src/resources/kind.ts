import type { AwsEnvironment } from "../aws/client";
import type { Attributes, Resource, Stack } from "../terraform/stack";
import type { Rule } from "./charges";
import type glyphs from "./glyphs.json";

/** Everything that the commands know about one type of resource. */
export interface ResourceKind {
  /** Its Terraform type. */
  readonly type: string;
  /** The type in words: `target group`. */
  readonly words: string;
  /** How it is drawn. */
  readonly drawing: Drawing;
  /** The charges of AWS for it, or why it costs nothing by itself. */
  readonly cost: Rule | string;
  /** How to find an object that an interrupted apply has left, or why there is no search for one. */
  readonly existing: Find | string;
  /**
   * How to ask AWS whether it still exists after a destroy, by the beginning of its ARN (`rds:db:`, the ARN
   * without partition, region and account), or why nobody asks.
   */
  readonly remaining: Readonly<Record<string, Ask>> | string;
  /** The data that a destroy loses. `none` if it holds no data. */
  readonly loses: string;
  /** The permissions that CI needs for it. */
  readonly permissions: Permissions;
}

/** A card of its own, a frame around other cards, or a part of another resource's card. */
export type Drawing =
  | ({ readonly as: "card"; readonly into?: Fold } & Card)
  | { readonly as: "frame" }
  | { readonly as: "part"; readonly into?: Fold };

/**
 * The resource whose card includes this one. Without it, that is whatever drawn resource it names or is
 * named by.
 */
export interface Fold {
  /** The argument that names it. @default the resource that names this one */
  readonly by?: string;
  /** Types that it can be. @default any */
  readonly type?: RegExp;
}

/** The subject of a card, which sets its colour. */
export type Family =
  "compute" | "network" | "database" | "storage" | "security" | "management" | "outside";

/** The drawing on a card: plain lines on a field of 24 by 24, our own, because no icon of AWS's is shipped. */
export type Glyph = keyof typeof glyphs;

/** The content of a card. */
export interface Card {
  readonly family: Family;
  readonly glyph: Glyph;
  readonly title: string;
  /** Title of one card for all resources of the type. @default each has a card of its own */
  readonly together?: string;
  /** True if the card has the title of the component whose tasks run. @default false */
  readonly runsTasks?: boolean;
  /** Its properties, a few words a line. @default none */
  readonly facts?: (values: Attributes, context: FactsContext) => readonly (string | undefined)[];
  /** The other region in which AWS creates copies for it. @default none */
  readonly copiesTo?: (values: Attributes) => unknown;
}

/** The sources of facts, beside the values of the resource. */
export interface FactsContext {
  readonly resource: Resource;
  readonly stack: Stack;
  /** The letters of the zones whose subnets have their route to the internet through a NAT gateway. */
  readonly zonesBehind: (nat: Resource) => readonly string[];
  /** The title of a type's card; undefined if it has none. */
  readonly titleOf: (type: string) => string | undefined;
}

/** An object that exists in AWS. */
export interface Existing {
  /** The id by which Terraform imports it. */
  readonly id: string;
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The planned arguments of an object that are texts or numbers. */
export type Planned = Readonly<Record<string, string | undefined>>;

/** Finds an object by its planned arguments. */
export type Find = (planned: Planned, environment: AwsEnvironment) => Promise<Existing | undefined>;

/** The answer to the question whether an object still exists. */
export interface Look {
  /** True if it is gone. @default false */
  readonly gone?: boolean;
  /** Why it exists on purpose. @default it must not exist */
  readonly reason?: string;
}

/** Asks AWS about one object. @param id the end of its ARN, after the beginning that identifies the kind */
export type Ask = (environment: AwsEnvironment, id: string, arn: string) => Promise<Look> | Look;

/** The parameters of a call of AWS's API. */
export type Parameters = Readonly<Record<string, unknown>>;

/** The permissions that CI needs for a kind, beside the actions of the calls that CI makes. */
export interface Permissions {
  /**
   * How a call names the object, by the type of the service authorization reference (`rds:db`): the ends of
   * its ARN, or the pattern of the id that AWS gives it.
   */
  readonly names?: Readonly<Record<string, ((parameters: Parameters) => unknown) | RegExp>>;
  /** The action that tags it when it is created. @default its creation needs none */
  readonly tagging?: string;
  /** The reference's type of what an action creates, where the action itself has no type or several. */
  readonly creates?: Readonly<Record<string, string>>;
  /**
   * The actions of KMS that AWS performs with a customer key in the caller's name, by action.
   * Sources: the chapters on encryption at rest of RDS, EFS, Secrets Manager, ECR, ElastiCache and AWS Backup.
   */
  readonly keyActions?: Readonly<Record<string, readonly string[]>>;
  /** The actions that AWS checks beside the action of a call, by action. */
  readonly also?: Readonly<Record<string, (parameters: Parameters) => readonly Also[]>>;
}

/** An action that AWS checks beside the action of a call. */
export interface Also {
  readonly action: string;
  /** `*`, ARNs, or services with the ends of ARNs: `ec2:subnet/*`. */
  readonly on: readonly string[];
  /** Condition keys with their values. @default none */
  readonly context?: Readonly<Record<string, string>>;
}

/** Why a resource costs nothing by itself. */
export const free = {
  /** AWS does not charge for it. */
  always: "free of charge",
  /** Its traffic is part of other charges. */
  byTraffic: "no charge of its own: the traffic is counted where it is charged",
  /** Another resource pays. */
  partOfAnother: "paid with what it belongs to",
} as const;

/** Why there is no search for an object that an interrupted apply has left. */
export const noSearch = {
  /** Creating it twice gives two objects. */
  newId: "AWS gives each a new id: a second one does not collide",
  /** Creating it again has the same result. */
  idempotent: "creating it again overwrites the same object",
} as const;

type Defaults = "drawing" | "loses" | "permissions";

/**
 * A kind of resource. Without more, it is a part of another card, holds no data, and needs no permission beside the
 * actions of the calls.
 */
export const resourceKind = (
  kind: Omit<ResourceKind, Defaults> & Partial<Pick<ResourceKind, Defaults>>,
): ResourceKind => ({ drawing: { as: "part" }, loses: "none", permissions: {}, ...kind });

/**
 * A setting of another resource: AWS deletes it with that one, and Terraform writes it again.
 * @param owner Terraform type of the other resource
 */
export const settingOf = (
  owner: string,
  kind: Pick<ResourceKind, "type" | "words"> & Partial<ResourceKind>,
): ResourceKind =>
  resourceKind({
    cost: free.partOfAnother,
    existing: noSearch.idempotent,
    remaining: `without tags: it is deleted with its ${owner}`,
    ...kind,
  });

/** A card of its own, with a title. */
export const card = (
  family: Family,
  glyph: Glyph,
  title: string,
  more: Omit<Extract<Drawing, { as: "card" }>, "as" | "family" | "glyph" | "title"> = {},
): Drawing => ({ as: "card", family, glyph, title, ...more });

/** A part of another card, named by one of its arguments. */
export const partBy = (by: string): Drawing => ({ as: "part", into: { by } });

/** A part of the card of a resource that names it. */
export const partOfType = (type: RegExp): Drawing => ({ as: "part", into: { type } });

/** A text or a number as text. */
export const shown = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

/** A name without the environment and the product, with which all names begin. */
export const shortName = (name: unknown): string | undefined =>
  shown(name)?.replace(/^[a-z0-9]+-plue-/, "");

/** A text with a capital first letter. */
export const capital = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** The strings of what can be one, several or none. */
export function strings(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}

/** ARN ends: a beginning before each name. */
export const after = (start: string, names: unknown): string[] =>
  strings(names).map((name) => start + name);

/** Names with the id that AWS puts behind them; ARNs are left out. */
export const withId = (names: unknown, id = "/*"): string[] =>
  strings(names)
    .filter((name) => !name.startsWith("arn:"))
    .map((name) => name + id);

/** The names at the ends of ARNs or paths. */
export const lastParts = (value: unknown): string[] =>
  strings(value).map((item) => item.split("/").at(-1)!);

/** The ARNs of all roles in a value. */
export const rolesIn = (value: unknown): string[] => {
  if (typeof value === "string") return /:role\//.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(rolesIn) : [];
};

/** The permission to pass roles to a service. */
export const passRole = (arns: readonly unknown[], service: string): Also => ({
  action: "iam:PassRole",
  on: arns.flatMap(strings),
  context: { "iam:PassedToService": service },
});

/** The permissions to create and to delete network interfaces, which some services need of their caller. */
export const networkInterfaces: readonly Also[] = [
  {
    action: "ec2:CreateNetworkInterface",
    on: ["ec2:network-interface/*", "ec2:subnet/*", "ec2:security-group/*"],
  },
  { action: "ec2:DeleteNetworkInterface", on: ["ec2:network-interface/*"] },
];

/** The permission to create a service's linked role. */
export const linkedRole = (service: string): Also => ({
  action: "iam:CreateServiceLinkedRole",
  on: [`iam:role/aws-service-role/${service}/*`],
  context: { "iam:AWSServiceName": service },
});
