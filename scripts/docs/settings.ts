import { join } from "node:path";
import ts from "typescript";
import { dev } from "../../src/environments/dev";
import { local } from "../../src/environments/local";
import { production } from "../../src/environments/production";
import { environmentSchema } from "../../src/environments/settings";
import { boundsOf, type Node } from "../schema-node";
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
  /** The value where an environment leaves it out; `required` where it may not. */
  readonly default: string;
}

/**
 * The settings of a group; in place of a group within it, those of that one. The schema has everything but the
 * descriptions, which are the comments of the type's properties.
 * @param inherited description of the group, for a setting without its own
 */
function settingsOf(nodes: readonly Node[], type: ts.Type, prefix = "", inherited = ""): Setting[] {
  const keys = new Set(nodes.flatMap(({ entries = {} }) => Object.keys(entries)));
  return [...keys].flatMap((key): Setting[] => {
    const path = `${prefix}${key}`;
    const having = nodes.filter(({ entries = {} }) => key in entries);
    const schemas = having.map(({ entries = {} }) => entries[key]!);
    const [node] = schemas as [Node];
    const property = propertyOf(type, key);
    const tag = property.getJsDocTags(checker).find(({ name }) => name === "default");
    const what = ts.displayPartsToString(property.getDocumentationComment(checker)) || inherited;
    const mayMiss = node.type === "optional";
    const given =
      node.default === undefined
        ? ts.displayPartsToString(tag?.text) ||
          (mayMiss ? "none" : `required${having.length < nodes.length ? where(having[0]!) : ""}`)
        : code(node.default);
    const inner = node.wrapped ?? node;
    const isList = inner.item?.entries !== undefined;
    const groups = groupsOf(isList ? inner.item : inner);
    if (groups.length === 0) {
      const values = valuesOf(schemas.map((one) => one.wrapped ?? one));
      return [{ path, what, values, default: given }];
    }
    const name = isList ? `${path}[]` : path;
    const parts = settingsOf(groups, typeOf(property), `${name}.`, what);
    return mayMiss ? [{ path: name, what, values: "", default: given }, ...parts] : parts;
  });
}

/** The groups of settings that a schema allows. */
const groupsOf = (node: Node): readonly Node[] =>
  node.entries ? [node] : node.type === "variant" ? (node.options as readonly Node[]) : [];

/** The group of a variant in which a setting is. */
function where({ entries }: Node): string {
  const [key, { literal }] = Object.entries(entries!).find(([, one]) => one.type === "literal")!;
  return ` where ${code(key)} is ${code(literal)}`;
}

function propertyOf(type: ts.Type, key: string): ts.Symbol {
  const parts = type.isUnion() ? type.types : [type];
  return type.getProperty(key) ?? parts.flatMap((part) => part.getProperty(key) ?? [])[0]!;
}

/** The type of a property; of a list that of its items. */
function typeOf(property: ts.Symbol): ts.Type {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
  return checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference)[0]! : type;
}

/** The values that a setting takes, in all groups that have it. */
function valuesOf(nodes: readonly Node[]): string {
  const values = [...new Set(nodes.flatMap(listedIn))];
  if (values.every((value) => typeof value === "number")) values.sort((a, b) => a - b);
  if (values.length > MANY)
    return `${code(values[0])}, ${code(values[1])}, ... ${code(values.at(-1))}`;
  if (values.length > 0) return values.map(code).join(", ");
  const { min, max = Infinity } = boundsOf(nodes[0]!);
  if (min !== undefined)
    return max >= Number.MAX_SAFE_INTEGER || max === 2147483647
      ? `${min} or more`
      : `${min} to ${max}`;
  return { number: "number", array: "texts", record: "names and texts" }[nodes[0]!.type] ?? "text";
}

/** The values that a schema lists. */
function listedIn(node: Node): readonly unknown[] {
  if (node.type === "boolean") return [true, false];
  if (node.type === "literal") return [node.literal];
  if (node.type === "picklist") return node.options!;
  return node.type === "union" ? (node.options as readonly Node[]).flatMap(listedIn) : [];
}

/** The value of a setting in an environment; undefined where it leaves it out. */
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

function environmentSettings(): { all: Setting[]; shared: readonly string[][] } {
  const source = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const symbol = checker
    .getExportsOfModule(source)
    .find(({ name }) => name === "EnvironmentSettings")!;
  const root = environmentSchema as unknown as Node;
  // Groups of one type are described together: the API server and the web app.
  const shared = new Map<string, string[]>();
  for (const property of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
    const node = root.entries![property.name]!;
    if (groupsOf(node.wrapped ?? node).length === 0) continue;
    const name = checker.typeToString(
      checker.getNonNullableType(checker.getTypeOfSymbol(property)),
    );
    shared.set(name, [...(shared.get(name) ?? []), property.name]);
  }
  return {
    all: settingsOf([root], checker.getDeclaredTypeOfSymbol(symbol)),
    shared: [...shared.values()],
  };
}

/** Every setting of an environment, with its values in dev and production. */
export function settingsTables(): string {
  const { all, shared: groups } = environmentSettings();
  const environments = [dev, production];
  const columns = ["setting", "what", "values", ...environments.map(({ name }) => name), "default"];
  const rows = (settings: readonly Setting[], groups: readonly string[]) =>
    table(
      columns,
      settings.map(({ path, what, values, default: given }) => {
        const cells = environments.map((settings) => {
          const given = (groups.length === 0 ? [""] : groups.map((group) => `${group}.`)).map(
            (prefix) => shown(valueAt(settings, `${prefix}${path}`)),
          );
          return new Set(given).size === 1 ? given[0]! : given.map((one) => one || "-").join(" / ");
        });
        return [code(path), what, values, ...cells, given];
      }),
    );
  const below = (group: string) =>
    all
      .filter(({ path }) => path === group || path.startsWith(`${group}.`))
      .map((setting) => ({ ...setting, path: setting.path.slice(group.length + 1) }));
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

/** The settings in which local differs from dev. */
export function localDifferences(): string {
  const { all, shared } = environmentSettings();
  const groups = shared.flat();
  const paths = all.map(({ path }) => path);
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
