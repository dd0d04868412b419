/** A block of Terraform's JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A synthesized stack (`cdk.tf.json`), as far as it is read here. */
export interface TemplateJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly variable?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly provider?: Readonly<
    Record<string, readonly { readonly alias?: string; readonly region?: unknown }[]>
  >;
}

/** One resource of a stack. */
export interface Resource {
  readonly address: string;
  readonly type: string;
  /** The construct right below the stack that holds it. */
  readonly module: string;
  readonly attributes: Attributes;
}

/** Values of the stack's variables, by name. */
export type VariableValues = Readonly<Record<string, unknown>>;

/** A synthesized stack, read for its resources and for what they refer to. */
export class Template {
  /** Every resource that the variables let exist, in the order of addresses. */
  readonly resources: readonly Resource[];
  private readonly byAddress: ReadonlyMap<string, Resource>;
  private readonly variables: VariableValues;
  private readonly referrers = new Map<string, Resource[]>();
  private readonly providers: NonNullable<TemplateJson["provider"]>;

  /**
   * @param json the synthesized stack
   * @param values of variables, where they are known. @default the variables' own defaults
   */
  constructor(json: TemplateJson, values: VariableValues = {}) {
    const defaults = Object.entries(json.variable ?? {}).map(([name, variable]) => [
      name,
      variable.default,
    ]);
    this.variables = { ...(Object.fromEntries(defaults) as VariableValues), ...values };
    this.providers = json.provider ?? {};
    this.resources = Object.entries(json.resource)
      .flatMap(([type, resources]) =>
        Object.entries(resources).map(([name, attributes]) => ({
          address: `${type}.${name}`,
          type,
          module: moduleOf(attributes),
          attributes,
        })),
      )
      .filter(({ attributes }) => this.exists(attributes))
      .sort((a, b) => compare(a.address, b.address));
    this.byAddress = new Map(this.resources.map((resource) => [resource.address, resource]));
    for (const resource of this.resources) {
      for (const { address } of this.references(ownAttributes(resource.attributes))) {
        this.referrers.set(address, [...(this.referrers.get(address) ?? []), resource]);
      }
    }
  }

  /** All resources of a type. */
  ofType(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The resource with that address. */
  find(address: string): Resource | undefined {
    return this.byAddress.get(address);
  }

  /** The resources that some attribute's value refers to, in the order in which it names them. */
  references(value: unknown): readonly Resource[] {
    if (value === undefined || value === null) return [];
    const found = new Set<Resource>();
    for (const [, before, address = ""] of JSON.stringify(value).matchAll(reference)) {
      const resource = before === "data." ? undefined : this.byAddress.get(address);
      if (resource) found.add(resource);
    }
    return [...found];
  }

  /** The resources that refer to this one; the order in which they are made counts for nothing. */
  referrersOf({ address }: Resource): readonly Resource[] {
    return this.referrers.get(address) ?? [];
  }

  /** The value of a variable; undefined where only a plan knows it. */
  variable(name: string): unknown {
    return this.variables[name];
  }

  /** The region of a resource whose provider is not the stack's own; undefined for all others. */
  otherRegionOf({ attributes: { provider } }: Resource): string | undefined {
    if (typeof provider !== "string") return undefined;
    const [name = "", alias] = provider.split(".");
    const region = this.evaluate(this.providers[name]?.find((one) => one.alias === alias)?.region);
    return typeof region === "string" && region !== this.variable("aws_region")
      ? region
      : undefined;
  }

  /**
   * What an expression such as `${local.enable_https ? 1 : 0}` comes to: the stack's variables are read
   * by locals of their names; text that is none of the kind
   * stays as it is.
   */
  evaluate(value: unknown): unknown {
    if (typeof value !== "string") return value;
    const plain = /^\$\{local\.(\w+)\}$/.exec(value);
    if (plain) return this.variables[plain[1]!] ?? value;
    const [, name, yes, no] = /^\$\{local\.(\w+) \? (.+?) : (.+)\}$/.exec(value) ?? [];
    if (name === undefined) return value;
    return parse((this.isOn(name) ? yes : no)!);
  }

  /** Whether a variable is set to `true`. */
  isOn(variable: string): boolean {
    return this.variables[variable] === true || this.variables[variable] === "true";
  }

  private exists({ count }: Attributes): boolean {
    return count === undefined || this.evaluate(count) !== 0;
  }
}

const reference = /(data\.)?\b([a-z][a-z0-9_]*\.[A-Za-z0-9_-]+)/g;

function moduleOf(attributes: Attributes): string {
  const comment = attributes["//"] as { metadata?: { path?: string } } | undefined;
  return comment?.metadata?.path?.split("/")[1] ?? "";
}

/** What a resource says of itself, without the order in which it is made. */
export function ownAttributes(attributes: Attributes): Attributes {
  const about = new Set(["depends_on", "lifecycle", "//"]);
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !about.has(name)));
}

/** The blocks of an argument that may have several. */
export function blocks(value: unknown): readonly Attributes[] {
  return (Array.isArray(value) ? value : []) as readonly Attributes[];
}

/** The block of an argument, or the first of several; empty where there is none. */
export function block(value: unknown): Attributes {
  return ((Array.isArray(value) ? value[0] : value) ?? {}) as Attributes;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Orders text the same on every machine, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
