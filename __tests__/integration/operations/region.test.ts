import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dev } from "../../../src/environments/dev";
import { regionOf } from "../../../src/operations/environment";
import type { VariableOptions } from "../../../src/terraform/variables";
import { describeEmbeddedAws } from "../../support/embedded-aws";

// Terraform itself reads the files.
describeEmbeddedAws("the region of an environment is the one that Terraform takes", () => {
  const before = process.env;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plue-region-"));
    process.env = { ...before };
  });
  afterEach(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const region = (variables?: VariableOptions) => regionOf(dev, folder, variables);

  test("settings, environment, the environment's file, given files, single values", async () => {
    expect(await region()).toBe("us-east-1");
    expect(await regionOf({ ...dev, region: "eu-west-1" }, folder)).toBe("eu-west-1");
    process.env.TF_VAR_aws_region = "eu-west-2";
    expect(await region()).toBe("eu-west-2");
    write("dev.tfvars", 'aws_region = "eu-west-3"\nsomething_else = "x"\n');
    expect(await region()).toBe("eu-west-3");
    const varFile = [
      write("a.tfvars", '/* aws_region = "eu-west-9" */\n aws_region="eu-central-1" # mine\n'),
      write("b.tfvars.json", '{ "aws_region": "eu-north-1" }'),
    ];
    expect(await region({ varFile: [varFile[0]!] })).toBe("eu-central-1");
    expect(await region({ varFile })).toBe("eu-north-1");
    expect(await region({ varFile, var: ["aws_region=eu-south-1"] })).toBe("eu-south-1");
    expect(await region({ var: ["aws_region="] })).toBe("us-east-1");
  });

  test("files that Terraform loads by itself", async () => {
    const stack = join(folder, "cdktf.out", "stacks", "dev");
    mkdirSync(stack, { recursive: true });
    writeFileSync(join(stack, "terraform.tfvars"), 'aws_region = "eu-west-1"\n');
    expect(await region()).toBe("eu-west-1");
    writeFileSync(join(stack, "b.auto.tfvars"), 'aws_region = "eu-west-2"\n');
    writeFileSync(join(stack, "a.auto.tfvars.json"), '{ "aws_region": "eu-west-3" }');
    expect(await region()).toBe("eu-west-2");
  });

  test("a comment that begins within a string is none", async () => {
    write("dev.tfvars", 'x = "http://a/*"\naws_region = "eu-west-1"\ny = "b*/"\n');
    expect(await region()).toBe("eu-west-1");
  });

  test.each([
    ["no region", 'aws_region = "mars-1"', 'aws_region is "mars-1", which is not the code'],
    ["no HCL", 'aws_region = "eu-west-1', "dev.tfvars line 1"],
  ])("%s is refused", async (_, text, message) => {
    write("dev.tfvars", text);
    await expect(region()).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  test("a folder in the place of a file is named", async () => {
    mkdirSync(join(folder, "dev.tfvars"));
    await expect(region()).rejects.toThrow(join(folder, "dev.tfvars"));
  });
});
