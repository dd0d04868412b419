import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { RDS } from "@aws-sdk/client-rds";
import fc from "fast-check";
import type { Node } from "../../scripts/schema-node";
import { local } from "../../src/environments/local";
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
  /**
   * Smaller changes that are tried and count instead of this one, if it failed or was refused.
   * @param message what Terraform reported
   */
  smaller?(message: string): readonly Change[];
}

/** Another value of a setting. */
export interface Leaf {
  /** Where the setting is. */
  readonly path: Path;
  /** Its other value. */
  readonly value: unknown;
}

/** The environment whose changes are tried: the embedded AWS of a copy has the zone, by which HTTPS gets a certificate. */
export const base: EnvironmentSettings = {
  ...local,
  domain: { name: "plue.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" },
};

/** Settings that say which environment it is, where its state is or what it was made from. */
const IDENTITY = /^(name|region|accountId|adopts|recovery|stateKey|statePathStyle|formerRegions)\b/;
/** CIDRs have changes of their own. */
const ELSEWHERE = /^network\.(cidr|zones)/;

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

/** HTTPS without a zone needs the variable `certificate_arn`, which is not given. */
const accepted = (settings: EnvironmentSettings) =>
  faults(settings).length === 0 &&
  providerNeeds(settings).length === 0 &&
  (!settings.loadBalancer.https || settings.domain?.hostedZoneId !== undefined);

/** The settings of a value that have no settings below them, each with its schema. */
function leavesOf(node: Node, value: unknown, path: Path = []): { path: Path; node: Node }[] {
  if (node.type === "optional") {
    return value === undefined && node.wrapped?.entries ? [] : leavesOf(node.wrapped!, value, path);
  }
  if (node.type === "variant" && isRecord(value)) {
    const own = (node.options as readonly Node[]).find(({ entries = {} }) =>
      Object.entries(entries).every(
        ([key, { type, literal }]) => type !== "literal" || value[key] === literal,
      ),
    );
    const others = node.options!.filter((option) => option !== own);
    return own ? [{ path, node: { ...node, options: others } }, ...leavesOf(own, value, path)] : [];
  }
  const { entries } = node;
  if (!entries || !isRecord(value)) return [{ path, node }];
  return Object.entries(entries).flatMap(([key, entry]) =>
    leavesOf(entry, value[key], [...path, key]),
  );
}

/** A group of settings that may be left out, and switches something on. */
interface Option {
  readonly path: Path;
  readonly node: Node;
}

function optionsOf({ entries = {} }: Node, path: Path = []): Option[] {
  return Object.entries(entries).flatMap(([key, node]) => {
    const at = [...path, key];
    const { type, wrapped } = node;
    if (IDENTITY.test(at.join("."))) return [];
    if (type !== "optional") return optionsOf(node, at);
    return wrapped!.entries || wrapped!.type === "variant" ? [{ path: at, node: wrapped! }] : [];
  });
}

const schema = environmentSchema as unknown as Node;

/** Changes of an environment, in an order that depends on the seed. */
export class Changes {
  private readonly random: () => number;

  /** @param seed of all that is left to chance */
  constructor(private readonly seed: number) {
    let state = seed >>> 0;
    // Source: the generator of Numerical Recipes, "quick and dirty".
    this.random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  }

  /** Everything that the schema allows to change, in batches, and each option. */
  each(): Change[] {
    const batches = this.batches();
    return [
      ...batches.map((leaves) => this.batch(leaves)),
      ...this.options(3),
      ...this.zones(),
      ...this.byAws(batches[0]!),
    ];
  }

  /** Every setting at another value, as many at a time as are allowed together. */
  private batches(): Leaf[][] {
    const single = this.shuffled(leavesOf(schema, complete(base)))
      .filter(({ path }) => !IDENTITY.test(path.join(".")) && !ELSEWHERE.test(path.join(".")))
      .flatMap((leaf) => this.another(base, leaf));
    const off = optionsOf(schema).filter(({ path }) => valueAt(base, path) !== undefined);
    single.push(...off.map(({ path }) => ({ path, value: undefined })));
    const within = (one: Path, other: Path) =>
      `${other.join(".")}.`.startsWith(`${one.join(".")}.`);
    const separate = (leaves: readonly Leaf[]) =>
      leaves.every((one) =>
        leaves.every((other) => one === other || !within(one.path, other.path)),
      );
    return this.together(single, (leaves) => separate(leaves) && accepted(this.with(leaves)));
  }

  /** Some settings at another value, and back. */
  private batch(leaves: readonly Leaf[]): Change {
    return {
      name: leaves
        .map(({ path, value }) => `${path.join(".")} ${JSON.stringify(value)}`)
        .join(", "),
      steps: [this.with(leaves), base],
      smaller: (message) => {
        if (leaves.length < 2) return [];
        const named = leaves.filter(({ path, value }) =>
          [path.at(-1), ...(isRecord(value) ? Object.values(value) : [])].some(
            (text) => typeof text === "string" && message.includes(text),
          ),
        );
        const others = leaves.filter((leaf) => !named.includes(leaf));
        const half = Math.ceil(leaves.length / 2);
        return (
          others.length < leaves.length
            ? [others, ...named.map((leaf) => [leaf])]
            : [leaves.slice(0, half), leaves.slice(half)]
        )
          .filter(({ length }) => length > 0)
          .map((some) => this.batch(some));
      },
    };
  }

  /** Puts items into as few lists as are allowed. */
  private together<T>(
    items: readonly T[],
    allowed: (list: readonly T[]) => boolean,
    most = Infinity,
  ): T[][] {
    const lists: T[][] = [];
    for (const item of items) {
      const list = lists.find((one) => one.length < most && allowed([...one, item]));
      if (list) list.push(item);
      else lists.push([item]);
    }
    return lists;
  }

  private with(leaves: readonly Leaf[]): EnvironmentSettings {
    return leaves.reduce((settings, { path, value }) => withValue(settings, path, value), base);
  }

  /** Options that are off: on together, with their settings changed, and off. @param most how many at a time */
  options(most: number): Change[] {
    const off = this.shuffled(optionsOf(schema)).filter(
      ({ path }) => valueAt(base, path) === undefined,
    );
    const possible = off.filter((option) => this.on(option) !== undefined);
    return this.together(possible, (some) => this.on(...some) !== undefined, most).map((some) =>
      this.switched(some),
    );
  }

  private switched(options: readonly Option[]): Change {
    const on = this.on(...options)!;
    const paths = options.map(({ path }) => path);
    return {
      name: `${paths.map((path) => path.join(".")).join(", ")} on, changed and off`,
      steps: [on, this.changed(on, paths), ...this.off(on, paths)],
      smaller: () => (options.length < 2 ? [] : options.map((option) => this.switched([option]))),
    };
  }

  /** Two options at once; the first one goes first. */
  pairs(count: number): Change[] {
    const options = optionsOf(schema);
    const pairs = options.flatMap((one) =>
      options.flatMap((other) => (one === other ? [] : [[one, other] as const])),
    );
    return this.shuffled(pairs)
      .flatMap((pair) => {
        const both = this.on(...pair);
        const [first, second] = pair.map(({ path }) => path) as [Path, Path];
        if (!both || pair.some(({ path }) => valueAt(base, path) !== undefined)) return [];
        return {
          name: `${first.join(".")} and ${second.join(".")}`,
          steps: [both, ...this.off(both, [first]), ...this.off(both, [first, second])],
        };
      })
      .slice(0, count);
  }

  /** Zones that are added, removed, moved and put in another order. */
  zones(): Change[] {
    const { network } = base;
    const [first, ...others] = network.zones as [(typeof network.zones)[number]];
    const third = { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" };
    const fourth = { publicCidr: "10.0.4.0/24", privateCidr: "10.0.40.0/24" };
    const zones = (
      changed: readonly (typeof first)[],
      natGateways = network.natGateways,
    ): EnvironmentSettings => ({
      ...base,
      network: { ...network, zones: changed, natGateways },
    });
    const back = (name: string, ...steps: EnvironmentSettings[]): Change => ({
      name,
      steps: [...steps, base],
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
  private byAws(batch: readonly Leaf[]): Change[] {
    const { database } = base;
    const events: Record<string, NonNullable<Change["byAws"]>> = {
      "RDS grew the storage": (client, environment) =>
        new RDS(client).modifyDBInstance({
          DBInstanceIdentifier: names.database(environment),
          AllocatedStorage: 30,
          ApplyImmediately: true,
        }),
      "RDS raised the minor version": (client, environment) =>
        new RDS(client).modifyDBInstance({
          DBInstanceIdentifier: names.database(environment),
          EngineVersion: "16.10",
          ApplyImmediately: true,
        }),
      "autoscaling changed the number of tasks": async (client, environment) => {
        const ecs = new ECS(client);
        for (const service of services) {
          await ecs.updateService({
            cluster: names.cluster(environment),
            service: names.task(environment, service),
            desiredCount: 2,
          });
        }
      },
      "a tagging policy added a tag": async (client) => {
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
    };
    const all = Object.entries(events).map(([name, byAws]) => ({ name, byAws }));
    const [grown] = all;
    const changed = (what: string, values: Partial<typeof database>) => ({
      ...grown!,
      name: `${grown!.name}, then ${what}`,
      steps: [{ ...base, database: { ...database, ...values } }, base],
    });
    const others = batch.filter(({ path }) => !/Storage$/.test(String(path.at(-1))));
    return [
      {
        name: all.map(({ name }) => name).join(", "),
        byAws: async (...given) => {
          for (const { byAws } of all) await byAws(...given);
        },
        steps: [this.with(others.slice(0, 12)), base],
        smaller: () => all.map((event) => ({ ...event, steps: [base] })),
      },
      changed("it must not grow", { maxAllocatedStorage: 0 }),
      changed("a lower maximum", { maxAllocatedStorage: 31 }),
    ];
  }

  /** Options with all of their settings at another value that is allowed together with the others. */
  private changed(on: EnvironmentSettings, options: readonly Path[]): EnvironmentSettings {
    return leavesOf(schema, complete(on))
      .filter(({ path }) =>
        options.some((option) => path.join(".").startsWith(`${option.join(".")}.`)),
      )
      .filter(({ path }) => path.at(-1) !== "region")
      .reduce((settings, leaf) => {
        const [found] = this.another(settings, leaf);
        return found ? withValue(settings, found.path, found.value) : settings;
      }, on);
  }

  /**
   * Options on: as in the environment that has all of them, otherwise with as many settings as the schema allows;
   * undefined if they are not allowed.
   */
  private on(...options: readonly Option[]): EnvironmentSettings | undefined {
    return options.reduce<EnvironmentSettings | undefined>(
      (settings, { path, node }) =>
        settings &&
        [valueAt(full, path), ...this.sample(path, node)]
          .filter(defined)
          .map((value) => withValue(settings, path, value))
          .find(accepted),
      base,
    );
  }

  /** The steps that switch options off: a region needs its provider until nothing is left in it. */
  private off(on: EnvironmentSettings, paths: readonly Path[]): EnvironmentSettings[] {
    const off = paths.reduce(
      (settings, path) => withValue(settings, path, valueAt(base, path)),
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
  ): Leaf[] {
    const now = JSON.stringify(valueAt(complete(settings), path));
    const value = this.sample(path, node).find(
      (one) => JSON.stringify(one) !== now && accepted(withValue(settings, path, one)),
    );
    return value === undefined ? [] : [{ path, value }];
  }

  /** Values for a setting, those with most settings first. */
  private sample(path: Path, node: Node): unknown[] {
    const seed = this.seed + path.join(".").length;
    const count = (value: unknown) =>
      (isRecord(value) ? Object.values(value).filter(defined) : []).length;
    return fc
      .sample(valuesOf(node as unknown as Schema, undefined, 0), { numRuns: 40, seed })
      .sort((one, other) => count(other) - count(one));
  }

  private shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, at: this.random() }))
      .sort((one, other) => one.at - other.at)
      .map(({ item }) => item);
  }
}

const defined = (value: unknown) => value !== undefined;

function valueAt(settings: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    settings,
  );
}
