import { checkAll } from "./faults";
import { githubSchema, type GithubSettings } from "./github";
import { strange } from "./schema";
import { environmentSchema, nameOf, type EnvironmentSettings } from "./settings";
import { stateBackend, stateBackendSchema, stateKeyOf } from "./state-backend";
import { usageSchema } from "./usage";

/**
 * Checks environments, GitHub's settings, and what the project has beside them: state backend and usage.
 * @param usage by the name of the environment
 * @throws SettingsError with every fault of all of them
 */
export function validate(
  environments: readonly EnvironmentSettings[],
  github?: GithubSettings,
  usage: Readonly<Record<string, unknown>> = {},
): void {
  const names = environments.map(nameOf);
  const doubles = names.filter((name, index) => names.indexOf(name) < index);
  const sharing = environments.filter(
    (one) =>
      one.stateKey !== undefined &&
      environments.some((other) => other !== one && stateKeyOf(other) === one.stateKey),
  );
  // A value of another type is a fault of the schema's.
  const namesIn = (key: "environments" | "pullRequests") => {
    const given: unknown = github?.[key];
    return Array.isArray(given) ? given.map(String) : [];
  };
  const inGithub = environments.filter((one) => namesIn("environments").includes(one.name));
  const accounts = [...new Set(inGithub.map(({ accountId }) => accountId))];
  const origins = environments.flatMap(({ recovery }) => recovery?.of ?? []);
  const unknown = (name: string, path: string, value: unknown) =>
    names.includes(name) ? [] : [{ path, value, fix: strange(name, names, "an environment") }];
  checkAll(
    [
      ...environments.map((settings) => [environmentSchema, settings, nameOf(settings)] as const),
      ...(github ? [[githubSchema, github, "github"] as const] : []),
      [stateBackendSchema, stateBackend, "stateBackend"],
      ...Object.entries(usage).map(
        ([name, given]) => [usageSchema, given, `usage.${name}`] as const,
      ),
    ],
    [
      ...doubles.map((name) => ({
        path: `${name}.name`,
        value: name,
        fix: "another environment has that name",
      })),
      ...sharing.map(({ name, stateKey: value }) => ({
        path: `${name}.stateKey`,
        value,
        fix: "another environment has its state there",
      })),
      ...(["environments", "pullRequests"] as const).flatMap((key) =>
        namesIn(key).flatMap((name, index) => unknown(name, `github.${key}[${index}]`, name)),
      ),
      ...inGithub
        .filter(({ permissionsBoundary }) => permissionsBoundary !== true)
        .map(({ name, permissionsBoundary: value }) => ({
          path: `${name}.permissionsBoundary`,
          value,
          fix: "must be true, because github.environments names this environment",
        })),
      ...(accounts.length > 1
        ? [
            {
              path: "github.environments",
              value: github?.environments,
              fix: "must name environments of one account: see accountId of each",
            },
          ]
        : []),
      ...Object.entries(usage)
        .filter(([name]) => !origins.includes(name))
        .flatMap(([name, given]) => unknown(name, `usage.${name}`, given)),
    ],
  );
}
