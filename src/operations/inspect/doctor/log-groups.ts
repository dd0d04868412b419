import { logGroupExists } from "../../../aws/logs";
import { components, databaseLogs, names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the log groups of the tasks and of the database exist. */
export function checkLogGroups(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  const groups = [
    ...components.map((component) => names.logGroup(name, component)),
    ...databaseLogs.map((log) => names.databaseLogGroup(name, log)),
  ];
  return Promise.all(
    groups.map(async (group) => {
      const check = `log group ${group}`;
      return (await logGroupExists(environment, group))
        ? ok(check, "it exists")
        : failed(check, "it is missing", `plue deploy ${name}`);
    }),
  );
}
