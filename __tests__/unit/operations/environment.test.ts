import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEnvironment } from "../../../src/operations/environment";
import { dev } from "../../../src/environments/dev";
import { local } from "../../../src/environments/local";

describe("opening an environment", () => {
  const before = { ...process.env };
  let sts: Server;
  let folder: string;

  beforeAll(async () => {
    // The account that the credentials belong to, as STS tells it.
    sts = createServer((_, response) =>
      response
        .writeHead(200, { "content-type": "text/xml" })
        .end(
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
    );
    await new Promise<void>((done) => sts.listen(0, "127.0.0.1", done));
    folder = mkdtempSync(join(tmpdir(), "plue-environment-"));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    });
  });

  afterAll(() => {
    process.env = before;
    sts.closeAllConnections();
    sts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("in another account than its own is refused", async () => {
    const settings = { ...dev, accountId: "222222222222" };
    await expect(openEnvironment(settings, folder)).rejects.toMatchObject({
      exitCode: 2,
      message: "dev belongs to the account 222222222222, and these credentials to 111111111111",
    });
  });

  test("in its own account, or without one, is not", async () => {
    const settings = { ...dev, accountId: "111111111111" };
    expect((await openEnvironment(settings, folder)).accountId).toBe("111111111111");
    expect((await openEnvironment(dev, folder)).accountId).toBe("111111111111");
  });

  test("local, without an embedded AWS, never reaches for AWS itself", async () => {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    delete process.env.AWS_ENDPOINT_URL;
    await expect(openEnvironment(local, folder)).rejects.toMatchObject({
      exitCode: 2,
      advice: [expect.stringContaining("npm run local")],
    });
    process.env.AWS_ENDPOINT_URL = endpoint;
  });

  test("takes the region that Terraform takes", async () => {
    expect((await openEnvironment(dev, folder)).region).toBe("us-east-1");
    expect((await openEnvironment({ ...dev, region: "eu-west-1" }, folder)).region).toBe(
      "eu-west-1",
    );
    process.env.TF_VAR_aws_region = "eu-west-2";
    expect((await openEnvironment(dev, folder)).region).toBe("eu-west-2");
    writeFileSync(join(folder, "dev.tfvars"), 'aws_region = "eu-west-3"\n');
    expect((await openEnvironment(dev, folder)).region).toBe("eu-west-3");
    const varFile = [join(folder, "given.tfvars"), join(folder, "given.tfvars.json")];
    writeFileSync(
      varFile[0]!,
      '/* aws_region = "eu-west-9" */\n aws_region="eu-central-1" # mine\n',
    );
    writeFileSync(varFile[1]!, '{ "aws_region": "eu-north-1" }');
    const regionWith = async (variables: object) =>
      (await openEnvironment(dev, folder, variables)).region;
    expect(await regionWith({ varFile: [varFile[0]!] })).toBe("eu-central-1");
    expect(await regionWith({ varFile })).toBe("eu-north-1");
    expect(await regionWith({ varFile, var: ["aws_region=eu-south-1"] })).toBe("eu-south-1");
    expect(await regionWith({ var: ["aws_region="] })).toBe("us-east-1");
    delete process.env.TF_VAR_aws_region;
  });

  test("takes the region of the files that Terraform loads by itself", async () => {
    rmSync(join(folder, "dev.tfvars"));
    const stackDir = join(folder, "cdktf.out", "stacks", "dev");
    mkdirSync(stackDir, { recursive: true });
    writeFileSync(join(stackDir, "terraform.tfvars"), 'aws_region = "eu-west-1"\n');
    expect((await openEnvironment(dev, folder)).region).toBe("eu-west-1");
    writeFileSync(join(stackDir, "b.auto.tfvars"), 'aws_region = "eu-west-2"\n');
    writeFileSync(join(stackDir, "a.auto.tfvars.json"), '{ "aws_region": "eu-west-3" }');
    expect((await openEnvironment(dev, folder)).region).toBe("eu-west-2");
  });
});
