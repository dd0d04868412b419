import { describeFileSystem } from "../../../aws/efs";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the file system can be mounted in every zone. */
export async function checkFileSystem(environment: Environment): Promise<Check[]> {
  const found = await describeFileSystem(environment);
  const wanted = environment.settings.network.zones.length;
  const ready = found?.mountTargets.filter((state) => state === "available").length ?? 0;
  const check = "file system can be mounted";
  if (found?.state === "available" && ready === wanted)
    return [ok(check, `${ready} mount targets`)];
  const saw = found ? `${found.state}, ${ready} of ${wanted} mount targets available` : "missing";
  return [failed(check, saw, `plue deploy ${environment.name}`)];
}
