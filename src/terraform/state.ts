/** A state as `terraform state pull` prints it, as far as it is read here. */
export interface StateJson {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly schema_version?: number;
      readonly attributes?: Readonly<Record<string, unknown>> | null;
    }[];
  }[];
}

/** The region of an environment's network, as its state has it; undefined if there is none. */
export function regionIn({ resources = [] }: StateJson): string | undefined {
  const vpc = resources.find(({ mode, type }) => mode === "managed" && type === "aws_vpc");
  const arn = vpc?.instances[0]?.attributes?.arn;
  return typeof arn === "string" ? arn.split(":")[3] : undefined;
}

/** The AWS provider that has written a state, as far as it is known. */
export interface StateWriter {
  /** The earliest version that it can be. */
  readonly least: "5.0.0" | "6.0.0" | "6.13.0";
  /** The evidence for it. */
  readonly evidence: string;
}

/**
 * Types that every Plue has and of which only provider 6 knows a `region`. Seen in the schemas of
 * 5.100.0, 6.5.0 and 6.47.0.
 */
const WITHOUT_REGION_IN_5 = /^aws_(vpc|subnet|security_group|lb|ecs_cluster|cloudwatch_log_group)$/;

/**
 * Finds out which AWS provider has written a state. The state names none, but holds what only later
 * ones write.
 * @returns undefined if it has no object that shows it
 */
export function writerOf({ resources = [] }: StateJson): StateWriter | undefined {
  const all = resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ type, name, instances }) =>
      instances.map((instance) => ({ type, address: `${type}.${name}`, ...instance })),
    );
  // Raised at 6.13.0; a provider refuses a state of a later schema than its own.
  const flowLog = all.find(
    ({ type, schema_version: schema = 0 }) => type === "aws_flow_log" && schema >= 1,
  );
  if (flowLog) {
    return { least: "6.13.0", evidence: `${flowLog.address} has the schema of 6.13.0 or later` };
  }
  const relevant = all.filter(({ type }) => WITHOUT_REGION_IN_5.test(type));
  const regional = relevant.find(({ attributes }) => typeof attributes?.region === "string");
  if (regional) {
    return { least: "6.0.0", evidence: `${regional.address} has a region of its own` };
  }
  const [first] = relevant;
  return first && { least: "5.0.0", evidence: `${first.address} has no region of its own` };
}
