import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { RDS } from "@aws-sdk/client-rds";
import fc from "fast-check";
import { providerNeeds } from "../../src/environments/provider-needs";
import { isRecord, type Path, type Schema } from "../../src/environments/schema";
import {
  complete,
  environmentSchema,
  type EnvironmentSettings,
} from "../../src/environments/settings";
import { names, services } from "../../src/names";
import { valuesOf } from "../support/arbitrary";
import type { EmbeddedAws } from "../support/embedded-aws";
import { faults } from "../support/faults";
import { full } from "../support/full";

/** A way of a deployed environment through other settings, from where it began and back. */
export interface Change {
  /** Name of the change in the report. */
  readonly name: string;
  /** Lets AWS change something by itself after the first apply. @default nothing */
  readonly byAws?: (client: EmbeddedAws["client"], environment: string) => Promise<unknown>;
  /** The settings, one apply each. The last ones are those of the beginning. */
  readonly steps: readonly EnvironmentSettings[];
  /** Changes that a batch consists of, to find the one that fails. @default none */
  readonly parts?: readonly Change[];
}

/** A schema as valibot keeps it at run time. */
interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly options?: readonly Node[];
  readonly wrapped?: Node;
  readonly literal?: unknown;
}

/** Settings that say which environment it is, where its state is or what it was made from. */
const IDENTITY =
  /^(name|region|accountId|adopts|recovery|stateKey|statePathStyle|formerRegions|domain|encryption)\b/;
/** HTTPS needs a certificate; the random provider is not installed everywhere; CIDRs have changes of their own. */
const ELSEWHERE = /^(loadBalancer\.https|database\.masterPassword(\.mode)?$|network\.(cidr|zones))/;

/** The settings with another value at a path; undefined removes it. */
export function withValue(
  settings: EnvironmentSettings,
  path: Path,
  value: unknown,
): EnvironmentSettings {
  const [key, ...rest] = path;
  const at = (Array.isArray(settings) ? [...(settings as unknown[])] : { ...settings }) as never;
  Object.assign(at, {
    [key!]: rest.length > 0 ? withValue((settings as never)[key!], rest, value) : value,
  });
  return at;
}

const accepted = (settings: EnvironmentSettings) =>
  faults(settings).length === 0 && providerNeeds(settings).length === 0;

/** The settings of a value that have no settings below them, each with its schema. */
function leavesOf(node: Node, value: unknown, path: Path = []): { path: Path; node: Node }[] {
  if (node.type === "optional") {
    return value === undefined && node.wrapped?.entries ? [] : leavesOf(node.wrapped!, value, path);
  }
  if (node.type === "variant" && isRecord(value)) {
    const own = node.options!.find(({ entries = {} }) =>
      Object.entries(entries).every(
        ([key, { type, literal }]) => type !== "literal" || value[key] === literal,
      ),
    );
    return own ? [{ path, node }, ...leavesOf(own, value, path)] : [];
  }
  const { entries } = node;
  if (!entries || !isRecord(value)) return [{ path, node }];
  return Object.entries(entries).flatMap(([key, entry]) =>
    leavesOf(entry, value[key], [...path, key]),
  );
}

/** Changes of an environment, in an order that depends on the seed. */
export class Changes {
  private readonly random: () => number;

  /**
   * @param base settings of the deployed environment
   * @param seed of all that is left to chance
   */
  constructor(
    private readonly base: EnvironmentSettings,
    private readonly seed: number,
  ) {
    let state = seed >>> 0;
    // Source: the generator of Numerical Recipes, "quick and dirty".
    this.random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  }

  /** Everything that the schema allows to change, in batches, and each option. */
  all(): Change[] {
    return [
      ...this.batches(12),
      ...this.options(),
      ...this.pairs(3),
      ...this.zones(),
      ...this.byAws(),
    ];
  }

  /** Every setting at another value, a few at a time. */
  batches(size: number): Change[] {
    const single = this.shuffled(
      leavesOf(environmentSchema as unknown as Node, complete(this.base)),
    )
      .filter(({ path }) => !IDENTITY.test(path.join(".")) && !ELSEWHERE.test(path.join(".")))
      .flatMap((leaf) => this.another(this.base, leaf));
    const batches: { path: Path; value: unknown }[][] = [];
    const settingsOf = (batch: readonly { path: Path; value: unknown }[]) =>
      batch.reduce((settings, { path, value }) => withValue(settings, path, value), this.base);
    for (const leaf of single) {
      const last = batches.find(
        (batch) => batch.length < size && accepted(settingsOf([...batch, leaf])),
      );
      if (last) last.push(leaf);
      else batches.push([leaf]);
    }
    const change = (batch: readonly { path: Path; value: unknown }[]): Change => ({
      name: batch.map(({ path, value }) => `${path.join(".")} ${JSON.stringify(value)}`).join(", "),
      steps: [settingsOf(batch), this.base],
    });
    return batches.map((batch) => ({
      ...change(batch),
      parts: batch.map((leaf) => change([leaf])),
    }));
  }

  /** Each option on, with its settings changed, and off. */
  options(): Change[] {
    return this.shuffled(optionPaths).flatMap((path) => {
      const on = withValue(this.base, path, valueAt(full, path));
      if (!accepted(on)) return [];
      return {
        name: `${path.join(".")} on, changed and off`,
        steps: [on, this.changed(on, path), ...this.off(on, [path])],
      };
    });
  }

  /** Two options at once; the first one goes first. */
  pairs(count: number): Change[] {
    const pairs = optionPaths.flatMap((one) =>
      optionPaths.flatMap((other) => (one === other ? [] : [[one, other] as const])),
    );
    return this.shuffled(pairs)
      .slice(0, count)
      .map(([one, other]) => {
        const both = [one, other].reduce(
          (settings, path) => withValue(settings, path, valueAt(full, path)),
          this.base,
        );
        return {
          name: `${one.join(".")} and ${other.join(".")}`,
          steps: [both, ...this.off(both, [one]), ...this.off(both, [one, other])],
        };
      });
  }

  /** Zones that are added, removed, moved and put in another order. */
  zones(): Change[] {
    const { network } = this.base;
    const [first, ...others] = network.zones as [(typeof network.zones)[number]];
    const third = { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" };
    const fourth = { publicCidr: "10.0.4.0/24", privateCidr: "10.0.40.0/24" };
    const zones = (
      changed: readonly (typeof first)[],
      natGateways = network.natGateways,
    ): EnvironmentSettings => ({
      ...this.base,
      network: { ...network, zones: changed, natGateways },
    });
    const back = (name: string, ...steps: EnvironmentSettings[]): Change => ({
      name,
      steps: [...steps, this.base],
    });
    return [
      back(
        "two zones more, a NAT gateway each, one zone less",
        zones([first, ...others, third, fourth], "per-zone"),
        zones([first, ...others, third], "per-zone"),
      ),
      back("another public CIDR", zones([{ ...first, publicCidr: "10.0.101.0/24" }, ...others])),
      back("a wider public CIDR", zones([{ ...first, publicCidr: "10.0.0.0/23" }, ...others])),
      back("another private CIDR", zones([{ ...first, privateCidr: "10.0.110.0/24" }, ...others])),
      back("a wider private CIDR", zones([{ ...first, privateCidr: "10.0.10.0/23" }, ...others])),
      back("zones in another order", zones([...others, first])),
      back("the first zone removed, another one added", zones([...others, third])),
    ];
  }

  /** Changes by AWS itself, with or without a change of the settings afterwards. */
  byAws(): Change[] {
    const { database } = this.base;
    const [batch] = this.batches(12);
    const grown: Change["byAws"] = (client, environment) =>
      new RDS(client).modifyDBInstance({
        DBInstanceIdentifier: names.database(environment),
        AllocatedStorage: 30,
        ApplyImmediately: true,
      });
    const changed = (values: Partial<typeof database>) => ({
      ...this.base,
      database: { ...database, ...values },
    });
    return [
      { name: "RDS grew the storage", byAws: grown, steps: [this.base] },
      {
        name: "RDS grew the storage, then it must not grow",
        byAws: grown,
        steps: [changed({ maxAllocatedStorage: 0 }), this.base],
      },
      {
        name: "RDS grew the storage, then a lower maximum",
        byAws: grown,
        steps: [changed({ maxAllocatedStorage: 31 }), this.base],
      },
      {
        name: "RDS raised the minor version",
        byAws: async (client, environment) => {
          const rds = new RDS(client);
          const DBInstanceIdentifier = names.database(environment);
          await rds.modifyDBInstance({
            DBInstanceIdentifier,
            EngineVersion: "16.10",
            ApplyImmediately: true,
          });
        },
        steps: [batch!.steps[0]!, this.base],
      },
      {
        name: "autoscaling changed the number of tasks",
        byAws: async (client, environment) => {
          const ecs = new ECS(client);
          for (const service of services) {
            await ecs.updateService({
              cluster: names.cluster(environment),
              service: names.task(environment, service),
              desiredCount: 2,
            });
          }
        },
        steps: [batch!.steps[0]!, this.base],
      },
      {
        name: "a tagging policy added a tag",
        byAws: async (client) => {
          const ec2 = new EC2(client);
          const { Vpcs, Subnets, SecurityGroups } = {
            ...(await ec2.describeVpcs({})),
            ...(await ec2.describeSubnets({})),
            ...(await ec2.describeSecurityGroups({})),
          };
          const ids = [
            ...Vpcs!.map(({ VpcId }) => VpcId!),
            ...Subnets!.map(({ SubnetId }) => SubnetId!),
            ...SecurityGroups!.map(({ GroupId }) => GroupId!),
          ];
          await ec2.createTags({ Resources: ids, Tags: [{ Key: "CostCenter", Value: "1" }] });
        },
        steps: [this.base],
      },
    ];
  }

  /** An option with all of its settings at another value that is allowed together with the others. */
  private changed(on: EnvironmentSettings, option: Path): EnvironmentSettings {
    return leavesOf(environmentSchema as unknown as Node, complete(on))
      .filter(({ path }) => path.join(".").startsWith(`${option.join(".")}.`))
      .filter(({ path }) => path.at(-1) !== "region")
      .reduce((settings, leaf) => {
        const [found] = this.another(settings, leaf);
        return found ? withValue(settings, found.path, found.value) : settings;
      }, on);
  }

  /** The steps that switch options off: a region needs its provider until nothing is left in it. */
  private off(on: EnvironmentSettings, paths: readonly Path[]): EnvironmentSettings[] {
    const off = paths.reduce(
      (settings, path) => withValue(settings, path, valueAt(this.base, path)),
      on,
    );
    const regionsOf = ({ backup, disasterRecovery }: EnvironmentSettings) =>
      [backup?.copyTo?.region, disasterRecovery?.region].filter((one) => one !== undefined);
    const formerRegions = [...new Set(regionsOf(on))].filter(
      (one) => !regionsOf(off).includes(one),
    );
    return formerRegions.length > 0 ? [{ ...off, formerRegions }, off] : [off];
  }

  /** Another value for a setting, if there is one that is allowed. */
  private another(
    settings: EnvironmentSettings,
    { path, node }: { readonly path: Path; readonly node: Node },
  ): { path: Path; value: unknown }[] {
    const now = JSON.stringify(valueAt(complete(settings), path));
    const sample = fc.sample(valuesOf(node as unknown as Schema, undefined, 0), {
      numRuns: 40,
      seed: this.seed + path.join(".").length,
    });
    const value = sample.find(
      (one) => JSON.stringify(one) !== now && accepted(withValue(settings, path, one)),
    );
    return value === undefined ? [] : [{ path, value }];
  }

  private shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, at: this.random() }))
      .sort((one, other) => one.at - other.at)
      .map(({ item }) => item);
  }
}

/** The options that can be switched off again. */
const optionPaths: readonly Path[] = [
  ["loadBalancer", "waf"],
  ["loadBalancer", "accessLogs"],
  ["apiServer", "scaling"],
  ["cache"],
  ["backup"],
  ["disasterRecovery"],
  ["dashboard"],
];

function valueAt(settings: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    settings,
  );
}
