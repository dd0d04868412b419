import { InvalidArgumentError } from "commander";
import semver from "semver";
import { argument, collect, Command, Option, option, platform, type Context } from "../command";
import { stackFolderOf } from "../../operations/environment";
import { lockProviders } from "../../operations/setup/providers";
import { data, json, next, table } from "../../terminal/output";

/** `plue providers`. */
export const command = ({ projectDir }: Context) =>
  new Command("providers")
    .summary("choose the exact provider versions of an environment")
    .description(
      "lock: write the environment's lock file, with the versions that are in use and checksums for all platforms. upgrade: take the latest versions that the code accepts. Commit the file.",
    )
    .addArgument(argument.action(["lock", "upgrade"]))
    .addArgument(argument.environment())
    .addOption(
      new Option("--aws <version>", "take this version of hashicorp/aws").argParser((given) => {
        const version = semver.valid(given);
        if (version === null) throw new InvalidArgumentError("Write a version such as 6.5.0.");
        return version;
      }),
    )
    .addOption(
      new Option(
        "--platform <platform>",
        "hold checksums for this platform, such as linux_amd64 (repeatable)",
      ).argParser((given, before?: string[]) => collect(platform("linux_amd64")(given), before)),
    )
    .addOption(option.json())
    .action(async (action, { name }, { json: asJson, ...options }) => {
      const folder = { name, projectDir, stackDir: stackFolderOf(name, projectDir) };
      const locked = await lockProviders(folder, { ...options, upgrade: action === "upgrade" });
      if (asJson) json(locked);
      else {
        const rows = locked.changes.map(({ address, before, after }) => [address, before, after]);
        data(table(["provider", "before", "now"], rows));
        data(`Checksums for ${locked.platforms.join(", ")}.`);
      }
      next(`commit ${locked.file}, then \`plue plan ${name}\`.`);
    });
