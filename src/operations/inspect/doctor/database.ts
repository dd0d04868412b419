import { describeDatabase } from "../../../aws/rds";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the database is available. */
export async function checkDatabase(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  const found = await describeDatabase(environment);
  const state = found?.DBInstanceStatus ?? "missing";
  const check = "database is available";
  if (state === "available") return [ok(check, `${found?.Engine} ${found?.EngineVersion}`)];
  const fix = found
    ? `wait if it is being changed; plue logs ${name} database`
    : `plue deploy ${name}`;
  return [failed(check, state, fix)];
}
