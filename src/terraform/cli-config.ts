import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:https";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { PlueError } from "../process/errors";
import { proxyAgent } from "../process/proxy";
import { capture } from "../process/run";
import { registryOf, type TerraformProgram } from "./program";

/** Sources of {@link terraformCliConfig}; each has the machine's own value as default. */
export interface CliConfigOptions {
  /** File to write a configuration to, if one is needed. */
  readonly file: string;
  /** The program that will use the configuration. */
  readonly program: TerraformProgram;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Directories whose children may be mirrors. @default /opt and /usr/local/share */
  readonly roots?: readonly string[];
  /** Finds out whether the registry responds. @default a request with three seconds to answer */
  readonly registryAnswers?: () => Promise<boolean>;
}

/** Where Terraform gets its providers from. */
export interface CliConfig {
  /** For the user: the registry, the user's own configuration or the mirror's path. */
  readonly source: string;
  /** For Terraform's environment: none, or TF_CLI_CONFIG_FILE. */
  readonly variables: Record<string, string>;
  /** The mirror's path, if it is this function that chose one. */
  readonly mirror?: string;
  /** Set if the registry does not answer and no mirror replaces it: the advice. */
  readonly unreachable?: string;
}

const registry: CliConfig = { source: "the registry", variables: {} };

/** The provider whose presence makes a directory a mirror for this project. */
const provider = join("hashicorp", "aws");

/**
 * Configures where Terraform, or OpenTofu, finds its providers.
 *
 * The user's own CLI configuration wins if it works and configures providers, or if the
 * registry answers. Otherwise the first unpacked mirror found is used, on top of whatever else the
 * user has configured.
 * @throws PlueError if PLUE_PROVIDER_MIRROR names a directory that is no such mirror
 */
export async function terraformCliConfig(options: CliConfigOptions): Promise<CliConfig> {
  const { environment = process.env, program, file } = options;
  const host = registryOf[program.product];
  const { registryAnswers = () => probeRegistry(host) } = options;
  const own = await ownConfig(environment, program);
  if (own !== undefined && /^\s*provider_installation\b/m.test(own)) {
    return { source: "as in your own CLI configuration", variables: {} };
  }

  const named = environment.PLUE_PROVIDER_MIRROR;
  if (named && !isMirror(named, program)) {
    throw new PlueError(
      `PLUE_PROVIDER_MIRROR is ${named}, which holds no ` +
        `${join(host, provider, "VERSION", program.platform)}. Name the directory above ` +
        `${host}, or unset the variable to use the registry.`,
    );
  }
  const mirror = named ? resolve(named) : undefined;
  if (mirror === undefined && (await registryAnswers())) return registry;
  const found = mirror ?? places(options).find((place) => isMirror(place, program));
  if (found === undefined) {
    return {
      ...registry,
      unreachable:
        `${host} does not answer and no unpacked provider mirror was found: ` +
        "PLUE_PROVIDER_MIRROR may name one.",
    };
  }
  const path = hasProvider(found, host, program.platform)
    ? found
    : linkMirror(found, program, join(dirname(resolve(file)), "opentofu-mirror"));

  const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(path)}\n  }\n}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, own ? `${own}\n${installation}` : installation);
  return { source: found, mirror: path, variables: { TF_CLI_CONFIG_FILE: resolve(file) } };
}

/** The user's configuration; undefined if there is none or the program cannot read it. */
async function ownConfig(
  environment: NodeJS.ProcessEnv,
  { command, product }: TerraformProgram,
): Promise<string | undefined> {
  const home = environment.HOME ?? homedir();
  // OpenTofu reads Terraform's file where it has none of its own.
  const defaults = [...(product === "OpenTofu" ? [".tofurc"] : []), ".terraformrc"];
  const file =
    environment.TF_CLI_CONFIG_FILE ||
    environment.TERRAFORM_CONFIG ||
    defaults.map((name) => join(home, name)).find((path) => existsSync(path));
  if (file === undefined || !existsSync(file)) return undefined;
  const { stderr } = await capture(command, ["version"], {
    env: { ...(environment as Record<string, string>), TF_CLI_CONFIG_FILE: file },
  });
  return stderr.includes("problems with the CLI configuration")
    ? undefined
    : readFileSync(file, "utf8");
}

function probeRegistry(host: string): Promise<boolean> {
  const url = `https://${host}/.well-known/terraform.json`;
  return new Promise((resolve) => {
    const no = () => resolve(false);
    const request = get(url, { agent: proxyAgent(url), timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("error", no).once("timeout", () => request.destroy());
  });
}

/** Where a mirror may be: Terraform's own plug-in folders, then one level under the roots. */
function places({ environment = process.env, roots }: CliConfigOptions): string[] {
  const home = environment.HOME ?? homedir();
  const data = environment.XDG_DATA_HOME || join(home, ".local", "share");
  const shared = (environment.XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":");
  const support = join("Library", "Application Support", "io.terraform", "plugins");
  return [
    join(home, ".terraform.d", "plugins"),
    ...[data, ...shared].map((directory) => join(directory, "terraform", "plugins")),
    join(home, support),
    join("/", support),
    ...(roots ?? ["/opt", "/usr/local/share"]).flatMap(children),
  ];
}

/** True if a directory has providers for the program, if only under Terraform's registry. */
function isMirror(directory: string, { product, platform }: TerraformProgram): boolean {
  const hosts = [registryOf[product], registryOf.Terraform];
  return hosts.some((host) => hasProvider(directory, host, platform));
}

function hasProvider(directory: string, host: string, platform: string): boolean {
  const versions = children(join(directory, host, provider));
  return versions.some((version) => existsSync(join(version, platform)));
}

/**
 * A mirror that offers Terraform's providers under OpenTofu's registry: they are the same programs.
 * Folders are made and the last level linked, for OpenTofu follows no other link.
 */
function linkMirror(mirror: string, { product, platform }: TerraformProgram, to: string): string {
  rmSync(to, { recursive: true, force: true });
  const from = join(mirror, registryOf.Terraform);
  for (const version of children(from).flatMap(children).flatMap(children)) {
    const program = join(version, platform);
    if (!existsSync(program)) continue;
    const folder = join(to, registryOf[product], relative(from, version));
    mkdirSync(folder, { recursive: true });
    symlinkSync(resolve(program), join(folder, platform));
  }
  return to;
}

function children(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
