import { describeCopies } from "../../aws/copies";
import { components } from "../../names";
import type { Environment } from "../environment";
import { failed, ok, type Check } from "./check";

/** Whether the second region has what the environment would be rebuilt from. */
export async function checkDisasterRecovery(environment: Environment): Promise<Check[]> {
  const { name, settings } = environment;
  if (!settings.disasterRecovery) return [];
  const { region } = settings.disasterRecovery;
  const { database, fileSystem, repositories, secrets } = await describeCopies(environment, region);
  const fix = `plue deploy ${name}`;
  const since = (latest?: Date) => (latest ? `as of ${latest.toISOString()}` : "not complete yet");
  const check = (what: string) => `${region} has ${what}`;
  return [
    database
      ? ok(check("the database's backups"), `${database.status}, ${since(database.latest)}`)
      : failed(check("the database's backups"), "there are none", fix),
    fileSystem
      ? ok(check("a copy of the file system"), `${fileSystem.status}, ${since(fileSystem.latest)}`)
      : failed(check("a copy of the file system"), "there is none", fix),
    repositories.length === components.length
      ? ok(check("the images"), repositories.map((repository) => repository.name).join(", "))
      : failed(
          check("the images"),
          `${repositories.length} of ${components.length} repositories`,
          `ECR copies what is pushed from now on: push each image again, then ${fix}`,
        ),
    secrets.length === 2
      ? ok(check("the secrets"), secrets.join(", "))
      : failed(check("the secrets"), `${secrets.length} of 2`, fix),
  ];
}
