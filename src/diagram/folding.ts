import { kinds } from "./kinds";
import { ownAttributes, type Resource, type Stack } from "../terraform/stack";

/**
 * What a resource is folded into: what one of its attributes names, or what names it, where the type
 * fits. A type that is not here is folded into what it names, or what names it, whichever is drawn.
 */
interface Fold {
  /** Name of the attribute. @default the resource is folded into what names it */
  readonly by?: string;
  /** Types of what it may be folded into. @default any */
  readonly type?: RegExp;
}

const folds: Readonly<Record<string, Fold>> = {
  aws_appautoscaling_policy: { by: "resource_id" },
  aws_appautoscaling_target: { by: "resource_id", type: /^aws_ecs_service$/ },
  aws_backup_plan: { by: "rule" },
  aws_db_parameter_group: { type: /^aws_db_instance$/ },
  aws_db_subnet_group: { type: /^aws_db_instance$/ },
  aws_ecs_task_definition: { type: /^aws_ecs_service$/ },
  aws_efs_access_point: { by: "file_system_id" },
  aws_eip: { type: /^aws_nat_gateway$/ },
  aws_flow_log: { by: "vpc_id" },
  aws_iam_role: { type: /^(?!aws_iam_)/ },
  aws_iam_role_policy: { by: "role" },
  aws_iam_role_policy_attachment: { by: "role" },
  aws_lb_listener: { by: "load_balancer_arn" },
  aws_lb_listener_rule: { by: "listener_arn" },
  aws_lb_target_group: { type: /^aws_lb_listener/ },
  aws_route_table: { type: /^aws_route_table_association$/ },
  aws_route_table_association: { by: "subnet_id" },
  aws_s3_bucket_policy: { by: "bucket" },
  aws_secretsmanager_secret_version: { by: "secret_id" },
  aws_security_group: {
    // The door to a file system stands in each of its mount targets, and belongs to them all.
    type: /^aws_(ecs_service|lb|db_instance|elasticache_\w+|vpc_endpoint)$/,
  },
  aws_security_group_rule: { by: "security_group_id" },
  aws_wafv2_web_acl_association: { by: "web_acl_arn" },
  aws_wafv2_web_acl_logging_configuration: { by: "resource_arn" },
  random_password: { type: /^aws_secretsmanager_secret_version$/ },
};

/** What is drawn as a frame, which takes in resources as cards do. */
export const framed: ReadonlySet<string> = new Set(["aws_vpc", "aws_subnet", "aws_ecs_cluster"]);

/** Which resources are drawn themselves, and what takes in each of the others. */
export class Folding {
  /** Every resource with a card or a frame of its own. */
  readonly drawn: readonly Resource[];
  /** Task definitions that a service runs; the others have cards of their own. */
  private readonly served: ReadonlySet<Resource>;
  private readonly takenIn = new Map<Resource, Resource[]>();

  /** Finds a host for every resource of a stack. */
  constructor(private readonly stack: Stack) {
    this.served = new Set(
      stack
        .ofType("aws_ecs_service")
        .flatMap(({ attributes }) => stack.references(attributes.task_definition)),
    );
    for (const resource of stack.resources) {
      const host = this.hostOf(resource);
      if (host === resource) continue;
      this.takenIn.set(host, [...(this.takenIn.get(host) ?? []), resource]);
    }
    this.drawn = stack.resources.filter((resource) => this.hostOf(resource) === resource);
  }

  /** Addresses of what is folded into these. */
  into(resources: readonly Resource[]): string[] {
    return resources
      .flatMap((resource) => this.takenIn.get(resource) ?? [])
      .map(({ address }) => address);
  }

  /** The drawn resource that takes this one in: itself, if it is drawn or nothing takes it in. */
  hostOf(resource: Resource): Resource {
    const search = (one: Resource, passed: ReadonlySet<Resource>): Resource | undefined => {
      if (this.isOfDrawnType(one)) return one;
      for (const candidate of this.candidates(one)) {
        if (passed.has(candidate)) continue;
        const found = search(candidate, new Set([...passed, candidate]));
        if (found) return found;
      }
      return undefined;
    };
    return search(resource, new Set([resource])) ?? resource;
  }

  private isOfDrawnType(resource: Resource): boolean {
    return (framed.has(resource.type) || resource.type in kinds) && !this.served.has(resource);
  }

  /** What may take a resource in, the most fitting first. */
  private candidates(resource: Resource): readonly Resource[] {
    const { stack } = this;
    const { type, attributes, module } = resource;
    const fold = folds[type];
    const fitting = (among: readonly Resource[]) =>
      among.filter((other) => !fold?.type || fold.type.test(other.type));
    const users = stack.referrersOf(resource);
    const inModule = stack.resources.filter(
      (other) =>
        other.module === module &&
        this.isOfDrawnType(other) &&
        kinds[other.type]?.together === undefined,
    );
    if (fold?.by) return [...fitting(stack.references(attributes[fold.by])), ...inModule];
    // What a type with a rule names, such as the groups that a security group lets talk, says nothing
    // of where it belongs.
    const named = fold ? [] : stack.references(ownAttributes(attributes));
    return [...fitting(users), ...named, ...inModule];
  }
}
