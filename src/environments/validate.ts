import { checkAll } from "./faults";
import { githubSchema, type GithubSettings } from "./github";
import { strange } from "./schema";
import { environmentSchema, nameOf, type EnvironmentSettings } from "./settings";
import { stateBackend, stateBackendSchema } from "./state-backend";
import { usage, usageSchema } from "./usage";

/**
 * Checks environments, GitHub's settings, and what the project has beside them: state backend and usage.
 * @throws SettingsError with every fault of all of them
 */
export function validate(
  environments: readonly EnvironmentSettings[],
  github?: GithubSettings,
): void {
  const names = environments.map(nameOf);
  const doubles = names.filter((name, index) => names.indexOf(name) < index);
  // A value of another type is a fault of the schema's.
  const deployed: unknown = github?.environments;
  const others = Array.isArray(deployed) ? deployed.map(String) : [];
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
      ...others.flatMap((name, index) =>
        names.includes(name)
          ? []
          : [
              {
                path: `github.environments[${index}]`,
                value: name,
                fix: strange(name, names, "an environment"),
              },
            ],
      ),
    ],
  );
}
