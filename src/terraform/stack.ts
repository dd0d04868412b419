import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ActionRequired } from "../process/errors";

/** The S3 backend of a synthesized stack: the content of `terraform.backend.s3`. */
export interface S3Backend {
  readonly bucket: string;
  /** The state's key in the bucket. */
  readonly key: string;
  readonly region: string;
  /** Table of the lock. */
  readonly dynamodb_table: string;
  /** True if a file beside the state locks it too. */
  readonly use_lockfile?: boolean;
}

/** Where an environment's stack is synthesized and Terraform works on it. */
export interface StackFolder {
  /** Name of the environment and of its stack. */
  readonly name: string;
  /** Directory of this project. */
  readonly projectDir: string;
  /** Directory of the synthesized stack. */
  readonly stackDir: string;
}

/** A block of Terraform's JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A synthesized stack, `cdk.tf.json`, as far as it is read here. */
export interface StackJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly variable?: Readonly<
    Record<string, { readonly default?: unknown; readonly type?: string }>
  >;
  readonly provider?: Readonly<
    Record<string, readonly { readonly alias?: string; readonly region?: unknown }[]>
  >;
  readonly terraform?: {
    readonly backend: { readonly s3: S3Backend };
    readonly required_version?: string;
    readonly required_providers: RequiredProviders;
  };
  /** The addresses of the old project's state, by the addresses in an adopting stack. */
  readonly "//"?: { readonly legacy_addresses?: Readonly<Record<string, string>> };
}

/** The providers that a stack needs, by name. */
export type RequiredProviders = Readonly<
  Record<string, { readonly source: string; readonly version: string }>
>;

/** One resource of a stack. */
export interface Resource {
  /** Its Terraform address, without an index. */
  readonly address: string;
  /** Its Terraform type. */
  readonly type: string;
  /** The construct directly below the stack that holds it; `stack` for a resource of the stack itself. */
  readonly module: string;
  /** Its arguments as they are written, expressions included. */
  readonly attributes: Attributes;
  /** Its arguments with every expression that the stack itself can evaluate replaced by its value. */
  readonly values: Attributes;
  /** How many instances there are. */
  readonly count: number;
  /** Its region, where a provider of its own sets another one. @default the stack's region */
  readonly region?: string;
}

/** Values of the stack's variables, by name. */
export type VariableValues = Readonly<Record<string, unknown>>;

/** Reads the stack that is synthesized in a folder. */
export function readStack(stackDir: string): Stack {
  return new Stack(JSON.parse(readFileSync(join(stackDir, "cdk.tf.json"), "utf8")));
}

/** A synthesized stack: its resources, what they refer to, and the values of their arguments. */
export class Stack {
  /** Every resource whose count is not 0, ordered by address. */
  readonly resources: readonly Resource[];
  /** The modules: the constructs directly below the stack. */
  readonly modules: readonly string[];
  private readonly json: StackJson;
  private readonly declared: ReadonlyMap<string, Resource>;
  private readonly existing: ReadonlySet<Resource>;
  private readonly variables: VariableValues;
  private readonly referrers = new Map<string, Resource[]>();

  /**
   * Reads a stack.
   * @param json the parsed `cdk.tf.json`
   * @param values values of variables. @default the variables' own defaults
   */
  constructor(json: unknown, values: VariableValues = {}) {
    this.json = json as StackJson;
    const { variable, resource = {} } = this.json;
    const defaults = Object.entries(variable ?? {}).map(([name, one]) => [name, one.default]);
    this.variables = { ...(Object.fromEntries(defaults) as VariableValues), ...values };
    const all = Object.entries(resource)
      .flatMap(([type, resources]) =>
        Object.entries(resources).map(([name, attributes]) => this.read(type, name, attributes)),
      )
      .sort((a, b) => compare(a.address, b.address));
    this.declared = new Map(all.map((resource) => [resource.address, resource]));
    this.modules = [...new Set(all.map(({ module }) => module))];
    this.resources = all.filter(({ count }) => count > 0);
    this.existing = new Set(this.resources);
    for (const resource of this.resources) {
      for (const { address } of this.references(ownAttributes(resource.attributes))) {
        this.referrers.set(address, [...(this.referrers.get(address) ?? []), resource]);
      }
    }
  }

  /** The same stack with other values of its variables. */
  withValues(values: VariableValues): Stack {
    return new Stack(this.json, values);
  }

  /** Where its state is stored. */
  get backend(): S3Backend {
    return this.terraform.backend.s3;
  }

  /** The versions of Terraform that it runs on. */
  get requiredVersion(): string {
    return this.terraform.required_version ?? "*";
  }

  /** Its variables, as they are declared. */
  get declaredVariables(): NonNullable<StackJson["variable"]> {
    return this.json.variable ?? {};
  }

  /** The providers that it needs, with the accepted versions. */
  get requiredProviders(): RequiredProviders {
    return this.terraform.required_providers;
  }

  private get terraform(): NonNullable<StackJson["terraform"]> {
    if (this.json.terraform === undefined) throw new Error("the stack has no terraform block");
    return this.json.terraform;
  }

  /** True if the stack adopts an object of the old project at that address. */
  readonly isAdopted = (address: string): boolean =>
    withoutIndex(address) in (this.json["//"]?.legacy_addresses ?? {});

  /** A resource by its address, with or without an index, be its count 0; undefined if it is not in the code. */
  declaredAt(address: string): Resource | undefined {
    return this.declared.get(withoutIndex(address));
  }

  /** The module of a resource, by its address; undefined if it is not in the code. */
  moduleOf(address: string): string | undefined {
    return this.declaredAt(address)?.module;
  }

  /**
   * The addresses of all resources of some modules.
   * @throws ActionRequired if there is no such module
   */
  addressesOf(wanted: readonly string[]): string[] {
    const unknown = wanted.find((module) => !this.modules.includes(module));
    if (unknown !== undefined) {
      throw new ActionRequired(
        `there is no module "${unknown}"`,
        `The modules are ${this.modules.toSorted().join(", ")}.`,
      );
    }
    return [...this.declared.values()]
      .filter(({ module }) => wanted.includes(module))
      .map(({ address }) => address);
  }

  /** All resources of a type. */
  ofType(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The resource with that address; undefined if there is none, or its count is 0. */
  find(address: string): Resource | undefined {
    const resource = this.declared.get(address);
    return resource && this.existing.has(resource) ? resource : undefined;
  }

  /** The resources that a value refers to, in the order in which it names them. */
  references(value: unknown): readonly Resource[] {
    if (value === undefined || value === null) return [];
    const found = new Set<Resource>();
    for (const [, data, address = ""] of JSON.stringify(value).matchAll(REFERENCE)) {
      const resource = data === undefined ? this.find(address) : undefined;
      if (resource) found.add(resource);
    }
    return [...found];
  }

  /** The resources whose arguments refer to this one; `depends_on` does not count. */
  referrersOf({ address }: Resource): readonly Resource[] {
    return this.referrers.get(address) ?? [];
  }

  /** The value of a variable; undefined if only a plan knows it. */
  variable(name: string): unknown {
    return this.variables[name];
  }

  /**
   * A value with its expressions replaced, as far as the stack itself can evaluate them: variables, which
   * the stack reads by locals of the same names, choices by a variable, and literal arguments of other
   * resources. Other expressions stay as they are.
   */
  evaluate(value: unknown, depth = 0): unknown {
    if (Array.isArray(value)) return value.map((one) => this.evaluate(one, depth));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, this.evaluate(one, depth)]),
      );
    }
    // A reference that leads back to itself must end somewhere.
    if (typeof value !== "string" || depth > 5) return value;
    const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
    if (whole !== undefined) return this.valueOf(whole, depth) ?? value;
    return value.replace(/\$\{([^{}]+)\}/g, (text, expression: string) => {
      const found = this.valueOf(expression, depth);
      return ["string", "number", "boolean"].includes(typeof found) ? String(found) : text;
    });
  }

  /** The value of an expression such as `local.enable_https ? 1 : 0`; undefined if it is not known. */
  private valueOf(expression: string, depth: number): unknown {
    const [, condition, yes, no] = /^local\.(\w+) \? (.+?) : (.+)$/.exec(expression) ?? [];
    if (condition !== undefined) {
      const isOn = [true, "true"].includes(this.variables[condition] as boolean);
      return parse((isOn ? yes : no)!);
    }
    const [type = "", name = "", attribute, ...deeper] = expression.split(".");
    if (deeper.length > 0) return undefined;
    if (attribute === undefined) return type === "local" ? this.variables[name] : undefined;
    return this.evaluate(this.json.resource?.[type]?.[name]?.[attribute], depth + 1);
  }

  private read(type: string, name: string, attributes: Attributes): Resource {
    const { count, provider, "//": comment } = attributes;
    const { metadata } = (comment ?? {}) as { metadata?: { path?: string } };
    const [, module = "", ...rest] = (metadata?.path ?? "").split("/");
    const instances = this.evaluate(count ?? 1);
    const evaluated = () => this.evaluate(attributes) as Attributes;
    let values: Attributes | undefined;
    return {
      address: `${type}.${name}`,
      type,
      module: rest.length > 0 ? module : "stack",
      attributes,
      get values() {
        return (values ??= evaluated());
      },
      count: typeof instances === "number" ? instances : 1,
      region: this.otherRegion(provider),
    };
  }

  /** The region of a provider such as `aws.us_west_2`; undefined if it is the stack's own. */
  private otherRegion(provider: unknown): string | undefined {
    if (typeof provider !== "string") return undefined;
    const [name = "", alias] = provider.split(".");
    const configured = this.json.provider?.[name]?.find((one) => one.alias === alias)?.region;
    const region = this.evaluate(configured);
    const isOther = typeof region === "string" && !region.includes("$");
    return isOther && region !== this.variable("aws_region") ? region : undefined;
  }
}

const REFERENCE = /(data\.)?\b([a-z][a-z0-9_]*\.[A-Za-z0-9_-]+)/g;

/** An address without the index of an instance. */
export const withoutIndex = (address: string) => address.replace(/\[.*\]$/, "");

/** The arguments of a resource itself, without the order in which it is created. */
export function ownAttributes(attributes: Attributes): Attributes {
  const about = new Set(["depends_on", "lifecycle", "//"]);
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !about.has(name)));
}

/** The blocks of an argument, be it one or several. */
export function blocks(value: unknown): readonly Attributes[] {
  return (Array.isArray(value) ? value : value ? [value] : []) as readonly Attributes[];
}

/** The first block of an argument; empty if there is none. */
export const block = (value: unknown): Attributes => blocks(value)[0] ?? {};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Orders text in the same way on every machine, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
