import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../../../src/cdktf";
import { environments } from "../../../src/environments";
import { local } from "../../../src/environments/local";
import { PlueStack } from "../../../src/stack/plue-stack";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { startAwsProvider, type AwsProvider } from "../../support/aws-provider";
import { examples } from "../../support/examples";
import { describeEmbeddedAws, offlineEnvironment, terraform } from "../../support/embedded-aws";

const writeOnly = (settings: EnvironmentSettings): EnvironmentSettings => ({
  ...settings,
  database: { ...settings.database, masterPassword: { mode: "write-only", version: 1 } },
});
/** Terraform would look for what the text names. */
const withExpressions: EnvironmentSettings = {
  ...local,
  webApp: {
    ...local.webApp,
    egress: [{ description: "${aws_vpc.none.id}", port: 443, cidrBlocks: ["10.0.0.0/8"] }],
  },
};

describeEmbeddedAws("Terraform itself takes", () => {
  let provider: AwsProvider;
  let outdir: string;
  beforeAll(async () => {
    provider = await startAwsProvider(offlineEnvironment());
  });
  afterAll(() => provider?.stop());
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), "plue-validate-"));
  });
  afterEach(() => rmSync(outdir, { recursive: true, force: true }));

  async function initialize(settings: EnvironmentSettings) {
    const app = new App({ outdir, stackTraces: false });
    new PlueStack(app, settings);
    app.synth();
    const folder = join(outdir, "stacks", settings.name);
    const env = { ...offlineEnvironment(), ...provider.variables };
    return { folder, env, init: await terraform(folder, ["init", "-backend=false"], env) };
  }

  const stacks = [
    ...environments.map((settings) => [settings.name, settings] as const),
    ...examples.map(([file, settings]) => [`examples/${file}`, settings] as const),
    ["local, with text that looks like an expression", withExpressions] as const,
  ];
  test.each(stacks)("the stack of %s", async (name, settings) => {
    let { folder, env, init } = await initialize(settings);
    if (init.code !== 0 && settings.database.masterPassword.mode === "random") {
      console.warn(
        `Left out of the validation of ${name}: the random password, whose provider hashicorp/random cannot be installed here.`,
      );
      ({ folder, env, init } = await initialize(writeOnly(settings)));
    }
    expect(init).toMatchObject({ code: 0 });
    expect(await terraform(folder, ["validate"], env)).toMatchObject({ code: 0 });
  });
});
