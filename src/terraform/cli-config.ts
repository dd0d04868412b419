import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { PlueError } from "../process/errors";
import { proxyAgent } from "../process/proxy";
import { capture } from "../process/run";

/** What {@link terraformCliConfig} looks at; each has the machine's own value as default. */
export interface CliConfigOptions {
  /** File to write a configuration to, if one is needed. */
  readonly file: string;
  /** Operating system and architecture as Terraform names them: `linux_amd64`. */
  readonly platform: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Directories whose children may be mirrors. @default /opt and /usr/local/share */
  readonly roots?: readonly string[];
  /** Tells whether the registry answers. @default a request with three seconds to answer */
  readonly registryAnswers?: () => Promise<boolean>;
}

/** Where Terraform gets its providers from. */
export interface CliConfig {
  /** For the user: the registry, the user's own configuration or the mirror's path. */
  readonly source: string;
  /** For Terraform's environment: none, or TF_CLI_CONFIG_FILE. */
  readonly variables: Record<string, string>;
  /** Set if the registry does not answer and no mirror stands in for it: what to do about it. */
  readonly unreachable?: string;
}

const registry: CliConfig = { source: "the registry", variables: {} };

/** The provider whose presence makes a directory a mirror for this project. */
const provider = join("registry.terraform.io", "hashicorp", "aws");

/**
 * Tells Terraform where its providers are.
 *
 * The user's own CLI configuration wins if it works and says where providers come from, or if the
 * registry answers. Otherwise the first unpacked mirror found is used, on top of whatever else the
 * user has configured.
 * @throws PlueError if PLUE_PROVIDER_MIRROR names a directory that is no such mirror
 */
export async function terraformCliConfig(options: CliConfigOptions): Promise<CliConfig> {
  const { environment = process.env, registryAnswers = probeRegistry, file } = options;
  const own = await ownConfig(environment);
  if (own !== undefined && /^\s*provider_installation\b/m.test(own)) {
    return { source: "as your own CLI configuration says", variables: {} };
  }

  const named = environment.PLUE_PROVIDER_MIRROR;
  if (named && !isMirror(named, options.platform)) {
    throw new PlueError(
      `PLUE_PROVIDER_MIRROR is ${named}, which holds no ` +
        `${join(provider, "VERSION", options.platform)}. Name the directory above ` +
        `registry.terraform.io, or unset the variable to use the registry.`,
    );
  }
  const mirror = named ? resolve(named) : undefined;
  if (mirror === undefined && (await registryAnswers())) return registry;
  const path = mirror ?? places(options).find((place) => isMirror(place, options.platform));
  if (path === undefined) {
    return {
      ...registry,
      unreachable:
        "registry.terraform.io does not answer and no unpacked provider mirror was found: " +
        "PLUE_PROVIDER_MIRROR may name one.",
    };
  }

  const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(path)}\n  }\n}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, own ? `${own}\n${installation}` : installation);
  return { source: path, variables: { TF_CLI_CONFIG_FILE: resolve(file) } };
}

/** The user's configuration; undefined if there is none or Terraform cannot read it. */
async function ownConfig(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file =
    environment.TF_CLI_CONFIG_FILE ||
    environment.TERRAFORM_CONFIG ||
    join(environment.HOME ?? homedir(), ".terraformrc");
  if (!existsSync(file)) return undefined;
  const { stderr } = await capture("terraform", ["version"], {
    env: { ...(environment as Record<string, string>), TF_CLI_CONFIG_FILE: file },
  });
  return stderr.includes("problems with the CLI configuration")
    ? undefined
    : readFileSync(file, "utf8");
}

function probeRegistry(): Promise<boolean> {
  const url = "https://registry.terraform.io/.well-known/terraform.json";
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

function isMirror(directory: string, platform: string): boolean {
  const versions = children(join(directory, provider));
  return versions.some((version) => existsSync(join(version, platform)));
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
