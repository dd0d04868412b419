import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies the project, so that it imports the provider from its root and runs with ts-node, as the TypeScript
 * template of cdktf does.
 * @returns the folder of the copy
 */
export function makeTemplateCopy(project: string): string {
  const copy = join(project, ".cache", "bench-template");
  rmSync(copy, { recursive: true, force: true });
  for (const part of ["main.ts", "src"])
    cpSync(join(project, part), join(copy, part), { recursive: true });
  for (const unused of ["cli", "operations", "terraform", "aws", "embedded-aws", "terminal"]) {
    rmSync(join(copy, "src", unused), { recursive: true, force: true });
  }
  writeFileSync(
    join(copy, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "CommonJS",
        moduleResolution: "Node10",
        strict: true,
        esModuleInterop: true,
        skipLibCheck: true,
        types: ["node"],
      },
    }),
  );
  for (const file of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const path = join(copy, file);
    writeFileSync(path, importFromRoot(readFileSync(path, "utf8")));
  }
  return copy;
}

function importFromRoot(source: string): string {
  const fromOwnPath =
    /import (?:type )?\{([^}]*)\} from "@cdktf\/provider-(aws|random)\/lib\/([a-z0-9-]+)";/g;
  return source.replace(fromOwnPath, (_, names: string, provider: string, path: string) => {
    const namespace = path.replace(/-(\w)/g, (__, letter: string) => letter.toUpperCase());
    const root = `${namespace}Of${provider}`;
    const aliases = names
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name) => {
        const [exported, local = exported] = name.split(" as ");
        return `import ${local} = ${root}.${exported};`;
      });
    return [
      `import { ${namespace} as ${root} } from "@cdktf/provider-${provider}";`,
      ...aliases,
    ].join(" ");
  });
}
