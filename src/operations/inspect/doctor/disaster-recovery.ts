import { describeCopies } from "../../../aws/copies";
import { components } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the second region has the copies that a rebuild needs. */
export async function checkDisasterRecovery(environment: Environment): Promise<Check[]> {
  const { name, settings } = environment;
  if (!settings.disasterRecovery) return [];
  const { region } = settings.disasterRecovery;
  const { database, fileSystem, repositories, secrets } = await describeCopies(environment, region);
  const fix = `plue deploy ${name}`;
  const since = (latest?: Date) => (latest ? `as of ${latest.toISOString()}` : "not complete yet");
  const check = (what: string) => `${region} has ${what}`;
  return [
    database && ["replicating", "active"].includes(database.status)
      ? ok(check("the database's backups"), `${database.status}, ${since(database.latest)}`)
      : database
        ? failed(
            check("the database's backups"),
            `${database.status}, ${since(database.latest)}: RDS does not renew them`,
            fix,
          )
        : failed(check("the database's backups"), "there are no backups", fix),
    fileSystem && fileSystem.status === "ENABLED" && fileSystem.latest
      ? ok(check("a copy of the file system"), `${fileSystem.status}, ${since(fileSystem.latest)}`)
      : failed(
          check("a copy of the file system"),
          fileSystem ? `${fileSystem.status}, ${since(fileSystem.latest)}` : "there is no copy",
          fileSystem
            ? "see the replication in the console of EFS; the first copy takes hours"
            : fix,
        ),
    repositories.length === components.length
      ? ok(check("the images"), repositories.map((repository) => repository.name).join(", "))
      : failed(
          check("the images"),
          `${repositories.length} of ${components.length} repositories`,
          `ECR copies only images that are pushed from now on: push each image again, then ${fix}`,
        ),
    secrets.length === 2
      ? ok(check("the secrets"), secrets.join(", "))
      : failed(check("the secrets"), `${secrets.length} of 2`, fix),
  ];
}
