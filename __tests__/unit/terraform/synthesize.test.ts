import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../../src/terraform/synthesize";

// A project of two environments, whose synthesis writes both.
const app = `
const { mkdirSync, writeFileSync } = require("node:fs");
if (process.env.WRONG) { console.error("dev.network.cidr is wrong"); process.exit(1); }
for (const name of ["dev", "production"]) {
  const folder = process.env.CDKTF_OUTDIR + "/stacks/" + name;
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + "/.terraform.lock.hcl", "# lock of " + name);
  writeFileSync(folder + "/cdk.tf.json", JSON.stringify({
    terraform: { backend: { s3: { bucket: "states", key: name } }, required_providers: {} },
    resource: {},
  }));
}
`;

describe("an environment's stack", () => {
  let projectDir: string;
  const folderOf = (name: string) => join(projectDir, "cdktf.out", "stacks", name);
  const synthesizeOne = (name: string) =>
    synthesize({ name, projectDir, stackDir: folderOf(name) });

  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), "plue-project-"));
    mkdirSync(join(projectDir, "bin"));
    writeFileSync(join(projectDir, "bin", "synth.js"), app);
  });
  afterEach(() => rmSync(projectDir, { recursive: true }));

  test("is written with its lock file, and no other's, which a second command may be reading", async () => {
    expect((await synthesizeOne("dev")).backend.key).toBe("dev");
    expect(readdirSync(join(projectDir, "cdktf.out", "stacks"))).toEqual(["dev"]);
    expect(readdirSync(folderOf("dev")).sort()).toEqual([".terraform.lock.hcl", "cdk.tf.json"]);
  });

  test("stays as it was where the settings are wrong", async () => {
    await synthesizeOne("dev");
    const before = readFileSync(join(folderOf("dev"), "cdk.tf.json"), "utf8");
    process.env.WRONG = "1";
    await expect(synthesizeOne("dev")).rejects.toThrow("dev.network.cidr is wrong");
    delete process.env.WRONG;
    expect(readFileSync(join(folderOf("dev"), "cdk.tf.json"), "utf8")).toBe(before);
  });
});
