import { join } from "node:path";
import ts from "typescript";
import { dev } from "../../src/environments/dev";
import { local } from "../../src/environments/local";
import { production } from "../../src/environments/production";
import { environmentSchema } from "../../src/environments/settings";
import { code, table } from "./markdown";

const file = join(__dirname, "../../src/environments/settings.ts");
const program = ts.createProgram([file], {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
});
const checker = program.getTypeChecker();

/** More values than these are not listed. */
const MANY = 9;

/** One setting, as declared. */
interface Setting {
  /** Path below the environment, such as `network.zones[].publicCidr`. */
  readonly path: string;
  readonly what: string;
  readonly values: string;
  /** What it is where an environment leaves it out; `required` where it may not. */
  readonly default: string;
}

/**
 * The settings of an object's type; in place of an object within it, those of that one.
 * @param inherited what the object is for, said of a setting that does not say it itself
 */
function settingsOf(type: ts.Type, prefix = "", inherited = ""): Setting[] {
  return propertiesOf(type).flatMap(({ property, where }) => {
    const path = `${prefix}${property.name}`;
    const mayMiss = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const defaultTag = property.getJsDocTags(checker).find(({ name }) => name === "default");
    const { value, bounds } = schemaAt(path);
    const given =
      value ??
      (ts.displayPartsToString(defaultTag?.text) || (mayMiss ? "none" : `required${where}`));
    const what = ts.displayPartsToString(property.getDocumentationComment(checker)) || inherited;
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    const element = elementOf(inner);
    if (!isObject(element ?? inner))
      return [{ path, what, values: bounds ?? valuesOf(inner), default: given }];
    const name = element ? `${path}[]` : path;
    const parts = settingsOf(element ?? inner, `${name}.`, what);
    return mayMiss ? [{ path: name, what, values: "", default: given }, ...parts] : parts;
  });
}

/** A schema as valibot keeps it at run time. */
interface Node {
  readonly type: string;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly pipe?: readonly (Node & { readonly requirement?: number })[];
  readonly options?: readonly Node[];
  readonly wrapped?: Node;
  readonly item?: Node;
}

/** Default and bounds of a setting as the schema has them; undefined where it has none. */
function schemaAt(path: string): { value?: string; bounds?: string } {
  let nodes = [environmentSchema as unknown as Node];
  let value: unknown;
  const inner = ({ wrapped, item, ...node }: Node): Node[] =>
    wrapped || item
      ? inner((wrapped ?? item)!)
      : node.type === "variant"
        ? [...node.options!]
        : [node];
  for (const key of path.replaceAll("[]", "").split(".")) {
    const found = nodes.flatMap(inner).flatMap(({ entries }) => entries?.[key] ?? []);
    value = found[0]?.default;
    nodes = found;
  }
  const [node] = nodes.flatMap(inner);
  const actions = node ? actionsOf(node) : [];
  const bound = (type: string) => actions.find((action) => action.type === type)?.requirement;
  const [min, max = Infinity] = [bound("min_value"), bound("max_value")];
  const unbounded = max >= Number.MAX_SAFE_INTEGER || max === 2147483647;
  return {
    ...(value !== undefined && { value: code(value) }),
    ...(min !== undefined && { bounds: unbounded ? `${min} or more` : `${min} to ${max}` }),
  };
}

function actionsOf({ pipe = [] }: Node): NonNullable<Node["pipe"]> {
  const [base, ...actions] = pipe;
  return base ? [...actionsOf(base), ...actions] : [];
}

/** The properties of an object's type; of a union those of each part, and of which parts they are. */
function propertiesOf(type: ts.Type): { property: ts.Symbol; where: string }[] {
  const parts = type.isUnion() ? type.types : [type];
  const names = new Set(parts.flatMap((part) => part.getProperties().map(({ name }) => name)));
  return [...names].map((name) => {
    const common = type.getProperty(name);
    if (common) return { property: common, where: "" };
    const part = parts.find((one) => one.getProperty(name))!;
    const told = part.getProperties().find((one) => checker.getTypeOfSymbol(one).isLiteral())!;
    const { value } = checker.getTypeOfSymbol(told) as ts.LiteralType;
    return {
      property: part.getProperty(name)!,
      where: ` where ${code(told.name)} is ${code(value)}`,
    };
  });
}

function elementOf(type: ts.Type): ts.Type | undefined {
  return checker.isArrayType(type)
    ? checker.getTypeArguments(type as ts.TypeReference)[0]
    : undefined;
}

/** Whether settings stand within it: not so in a text, a number, a list, or a record of any names. */
function isObject(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.every(
    (part) =>
      (part.flags & ts.TypeFlags.Object) !== 0 &&
      !checker.isArrayType(part) &&
      part.getProperties().length > 0 &&
      !part.getStringIndexType(),
  );
}

/** Which values a setting takes. */
function valuesOf(type: ts.Type): string {
  if (type.flags & ts.TypeFlags.BooleanLike) return "`true`, `false`";
  if (type.isUnion()) {
    const values = type.types.map((part) => (part as ts.LiteralType).value as string | number);
    const sorted = values.every((one) => typeof one === "number")
      ? values.sort((a, b) => a - b)
      : values;
    const [first, second] = sorted;
    return sorted.length > MANY
      ? `${code(first)}, ${code(second)}, ... ${code(sorted.at(-1))}`
      : sorted.map(code).join(", ");
  }
  if (type.isStringLiteral()) return code(type.value);
  if (type.flags & ts.TypeFlags.Number) return "number";
  if (type.flags & ts.TypeFlags.String) return "text";
  if (elementOf(type)) return "texts";
  return "names and texts";
}

/** What an environment says of a setting; undefined where it leaves it out. */
function valueAt(settings: unknown, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const name = first.replace("[]", "");
  const value = (settings as Record<string, unknown> | undefined)?.[name];
  if (rest.length === 0 || value === undefined) return first.endsWith("[]") ? undefined : value;
  if (Array.isArray(value)) return value.map((one) => valueAt(one, rest.join(".")));
  return valueAt(value, rest.join("."));
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "object" ? "" : code(value);
}

function environmentSettings(): { root: ts.Type; shared: Map<string, string[]> } {
  const source = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const symbol = checker
    .getExportsOfModule(source)
    .find(({ name }) => name === "EnvironmentSettings")!;
  const root = checker.getDeclaredTypeOfSymbol(symbol);
  // Objects of one type are told of together: the API server and the web app.
  const shared = new Map<string, string[]>();
  for (const property of root.getProperties()) {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    if (!isObject(type)) continue;
    const name = checker.typeToString(type);
    shared.set(name, [...(shared.get(name) ?? []), property.name]);
  }
  return { root, shared };
}

/** Every setting of an environment, with what dev and production say. */
export function settingsTables(): string {
  const { root, shared } = environmentSettings();
  const all = settingsOf(root);
  const environments = [dev, production];
  const columns = ["setting", "what", "values", ...environments.map(({ name }) => name), "default"];
  const rows = (settings: readonly Setting[], groups: readonly string[]) =>
    table(
      columns,
      settings.map(({ path, what, values, default: given }) => {
        const cells = environments.map((settings) => {
          const said = (groups.length === 0 ? [""] : groups.map((group) => `${group}.`)).map(
            (prefix) => shown(valueAt(settings, `${prefix}${path}`)),
          );
          return new Set(said).size === 1 ? said[0]! : said.map((one) => one || "-").join(" / ");
        });
        return [code(path), what, values, ...cells, given];
      }),
    );
  const below = (group: string) =>
    all
      .filter(({ path }) => path === group || path.startsWith(`${group}.`))
      .map((setting) => ({ ...setting, path: setting.path.slice(group.length + 1) }));
  const groups = [...shared.values()];
  const top = all.filter(({ path }) => !path.includes("."));
  const ungrouped = top.filter(({ path }) => !groups.flat().includes(path));
  return [
    "### The environment",
    rows(ungrouped, []),
    ...groups.flatMap((names) => {
      const whole = top.find(({ path }) => path === names[0]);
      const text = names.length > 1 ? `Two values: ${names.map(code).join(" / ")}.` : undefined;
      return [
        `### ${names.map(code).join(", ")}`,
        ...(whole ? [`Optional: ${whole.what} Default: ${whole.default}.`] : []),
        ...(text ? [text] : []),
        rows(
          below(names[0]!).filter(({ path }) => path !== ""),
          names,
        ),
      ];
    }),
  ].join("\n\n");
}

/** In which settings local differs from dev. */
export function localDifferences(): string {
  const { root, shared } = environmentSettings();
  const groups = [...shared.values()].flat();
  const paths = settingsOf(root).map(({ path }) => path);
  const different = paths.filter(
    (path) =>
      path !== "name" &&
      !groups.includes(path) &&
      JSON.stringify(valueAt(local, path)) !== JSON.stringify(valueAt(dev, path)),
  );
  return table(
    ["setting", "local", "dev"],
    different.map((path) => [
      code(path),
      shown(valueAt(local, path)) || "-",
      shown(valueAt(dev, path)) || "-",
    ]),
  );
}
