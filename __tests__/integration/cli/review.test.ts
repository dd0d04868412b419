import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient, PutImageScanningConfigurationCommand } from "@aws-sdk/client-ecr";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { plueEnds } from "../../support/plue";

// A pipeline plans, waits for an approval and plans again. Only the image repositories, which are fast.
describeEmbeddedAws("only the reviewed plan is deployed", () => {
  let folder: string;
  let aws: EmbeddedAws;
  let ends: (code: number, ...args: string[]) => ReturnType<typeof plueEnds>;
  const only = ["local", "--target-module", "ecr"];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plue-review-"));
    aws = await startEmbeddedAws();
    const env = { ...aws.env, CDKTF_OUTDIR: join(folder, "out") };
    ends = (code, ...args) => plueEnds(code, args, env);
    await ends(0, "bootstrap", "local");
  });

  afterAll(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("an approved plan is applied without a prompt, and only once", async () => {
    const file = join(folder, "first.json");
    await ends(0, "plan", ...only, "--review", file);
    await ends(0, "deploy", ...only, "--reviewed", file);
    const { stderr } = await ends(2, "deploy", ...only, "--reviewed", file);
    expect(stderr).toContain("create was reviewed and is not planned");
    expect(stderr).not.toContain("terraform apply");
  });

  test("drift since the review stops the deploy, and a new review reverts the drift", async () => {
    const stale = join(folder, "stale.json");
    const fresh = join(folder, "fresh.json");
    await ends(0, "plan", ...only, "--review", stale);
    expect(JSON.parse(readFileSync(stale, "utf8"))).toMatchObject({ resources: [] });
    await new ECRClient(aws.client).send(
      new PutImageScanningConfigurationCommand({
        repositoryName: "local-plue-api-server",
        imageScanningConfiguration: { scanOnPush: true },
      }),
    );
    const { stderr } = await ends(2, "deploy", ...only, "--reviewed", stale);
    expect(stderr).toContain(
      "aws_ecr_repository.ecr_api_server: update, which nobody has reviewed",
    );
    await ends(0, "plan", ...only, "--review", fresh);
    await ends(0, "deploy", ...only, "--reviewed", fresh);
  });

  test("the review of another environment, or an invalid one, is refused before the plan", async () => {
    const { stderr } = await ends(2, "deploy", "local", "--reviewed", join(folder, "missing.json"));
    expect(stderr).toContain("missing.json' is invalid. There is no such file.");
  });
});
