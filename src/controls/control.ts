import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { PolicyDocument, Statement } from "../iam";
import { block, blocks, type Attributes, type Resource, type Stack } from "../terraform/stack";

/** Reason why a control fails, or cannot be checked in a template. */
export interface Explanation {
  /** One sentence or two, true for the stack that it is about. */
  readonly reason: string | ((stack: Stack) => string);
  /** Settings with which the control passes: `PATH=VALUE`, as `plue cost --if` reads them. @default none pass it */
  readonly settings?: readonly string[];
  /** Flag: AWS can only create the objects so, not change them. @default false */
  readonly isOnlyForNew?: boolean;
  /** Price of passing it, if no setting does: a sentence. @default what `settings` cost */
  readonly price?: string;
}

/** A check of one resource, or of the whole stack. */
export type Check = (values: Attributes, resource: Resource, stack: Stack) => boolean;

/** A control that a template can answer. */
export interface Control extends Partial<Explanation> {
  /** The source's own id of it. */
  readonly id: string;
  /** Its demand, in a few words. */
  readonly title: string;
  /** Terraform type of the resources that it is about. */
  readonly type: string;
  /** Tests a resource. */
  readonly passes: Check;
  /** Tests whether a failure is RED, in a source with ratings. @default all are AMBER */
  readonly isRed?: Check;
}

/** A control that no template can answer. */
export interface OutsideControl {
  /** The source's own id of it. */
  readonly id: string;
  /** Its demand, in a few words. */
  readonly title: string;
  /** Why no template can answer it, and who can. */
  readonly outside: string;
}

/** A list of controls that somebody publishes. */
export interface Source {
  /** Its name. */
  readonly name: string;
  /** Its page. */
  readonly url: string;
  /** Flag: it rates failures. @default false */
  readonly isRated?: boolean;
  /** Its controls. */
  readonly controls: readonly (Control | OutsideControl)[];
}

/** A control of a type of resource: its demand in a few words, its check, and why it fails. */
type Row = readonly [
  title: string,
  passes: Check,
  explanation?: Explanation & Pick<Control, "isRed">,
];

/** The controls of a type of resource, by their ids. */
export const controlsOf = (type: string, rows: Readonly<Record<string, Row>>): Control[] =>
  Object.entries(rows).map(([id, [title, passes, explanation]]) => ({
    id,
    title,
    type,
    passes,
    ...explanation,
  }));

const idsOf = (text: string) => text.split(/, | (?=\w+\.)/);

/** Controls that no template can answer, for the same reason: their ids by their subject. */
export const outside = (reason: string, subjects: Readonly<Record<string, string>>) =>
  Object.entries(subjects).flatMap(([title, ids]) =>
    idsOf(ids).map((id): OutsideControl => ({ id, title, outside: reason })),
  );

/** Controls of types of resources that no stack has: their subject and their ids by the type. */
export const unused = (
  types: Readonly<Record<string, readonly [title: string, ids: string]>>,
): Control[] =>
  Object.entries(types).flatMap(([type, [title, ids]]) =>
    idsOf(ids).map((id) => ({ id, title, type, passes: () => false })),
  );

/** The controls of another source, by their ids here. */
export const sameAs = (source: Source, ids: Readonly<Record<string, string>>): Control[] =>
  Object.entries(ids).map(([id, other]) => {
    const found = source.controls.find((control) => control.id === other);
    if (found === undefined || "outside" in found) throw new Error(`there is no check ${other}`);
    return { ...found, id };
  });

/** Tests an argument for one of several values. */
export const is =
  (argument: string, ...allowed: readonly unknown[]): Check =>
  (values) =>
    allowed.includes(values[argument]);

/** Tests that an argument is set. */
export const has =
  (argument: string): Check =>
  (values) =>
    values[argument] !== undefined && values[argument] !== null;

/** Tests that an argument is a number, and at least this one. */
export const atLeast =
  (argument: string, least: number): Check =>
  (values) =>
    Number(values[argument]) >= least;

/** Tests that a resource of a type refers to this one, and passes. */
export const referredBy =
  (type: string, passes: Check = () => true): Check =>
  (_, resource, stack) =>
    stack
      .referrersOf(resource)
      .some((other) => other.type === type && passes(other.values, other, stack));

/** Tests that the stack has a resource of a type that passes. */
export const exists =
  (type: string, passes: Check = () => true): Check =>
  (_, __, stack) =>
    stack.ofType(type).some((other) => passes(other.values, other, stack));

/** Tests that a service turns a failed deployment back. */
export const rollsBack: Check = ({
  deployment_circuit_breaker: breaker,
  deployment_configuration: strategy,
}) => block(breaker).rollback === true || strategy !== undefined;

/** Tests that a listener uses TLS, or redirects to one that does. */
export const redirects = ({ protocol, default_action: action }: Attributes) =>
  protocol === "HTTPS" || block(action).type === "redirect";

/** Tests that a repository scans each image that is pushed. */
export const isScanned = ({ image_scanning_configuration: scanning }: Attributes) =>
  block(scanning).scan_on_push === true;

/** Tests that a cluster has one of these levels of Container Insights. */
export const insights =
  (...allowed: readonly string[]): Check =>
  ({ setting }) =>
    blocks(setting).some(
      ({ name, value }) => name === "containerInsights" && allowed.includes(String(value)),
    );

/** Tests that the stack has an endpoint for a service of AWS. */
export const hasEndpoint = (service: string) =>
  exists("aws_vpc_endpoint", ({ service_name: name }) => String(name).endsWith(`.${service}`));

/** Tests that a file system has backups, its own or those of AWS Backup. */
export const hasBackups: Check = (...resource) =>
  referredBy("aws_efs_backup_policy")(...resource) || exists("aws_backup_selection")(...resource);

/** Tests that GuardDuty adds its agent to the tasks of a cluster. */
export const hasAgent: Check = ({ tags }) =>
  (tags as Attributes | undefined)?.GuardDutyManaged === "true";

/** Tests every container of a task definition. */
export const eachContainer =
  (passes: (container: ContainerDefinition) => boolean): Check =>
  (_, { attributes }) =>
    (JSON.parse(attributes.container_definitions as string) as ContainerDefinition[]).every(passes);

/** The statements of a policy document. */
export const statements = (policy: unknown) =>
  policy === undefined ? [] : (JSON.parse(policy as string) as PolicyDocument).Statement;

/** Tests every statement of a policy that allows something. */
export const eachAllowed =
  (passes: (statement: Statement) => boolean): Check =>
  (_, { attributes }) =>
    statements(attributes.policy).every((one) => one.Effect !== "Allow" || passes(one));

/** Tests that no statement of a policy allows an action by a wildcard alone. */
export const namesActions = eachAllowed(({ Action }) => !JSON.stringify(Action).includes('"*"'));

/** Tests that a security group opens no other ports to any address than those of HTTP and HTTPS. */
export const opensOnlyWeb: Check = (values) =>
  openPorts(values).every((port) => [80, 443].includes(port));

/** Ports that a security group opens to any address. */
export function openPorts({ ingress }: Attributes): readonly number[] {
  // The list of the load balancer is an expression, which contains its ports.
  if (typeof ingress === "string") {
    return [...ingress.matchAll(/\[([\d, ]+)\]/g)].flatMap(([, list = ""]) =>
      list.split(",").map(Number),
    );
  }
  return blocks(ingress)
    .filter(({ cidr_blocks: blocks }) => (blocks as string[] | null)?.includes("0.0.0.0/0"))
    .map(({ from_port: port }) => Number(port));
}
