import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stacks } from "../support/stack";

const project = join(__dirname, "../..");

test("cdktf synth writes the stack of each environment", async () => {
  const output = mkdtempSync(join(tmpdir(), "plue-cdktf-"));
  try {
    await promisify(execFile)("npx", ["cdktf", "synth", "--output", output], {
      cwd: project,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", CI: "true" },
    });
    const withoutComments = (json: string) =>
      JSON.parse(json, (key, value: unknown) => (key === "//" ? undefined : value)) as unknown;
    for (const [name, { json }] of Object.entries(stacks)) {
      const written = readFileSync(join(output, "stacks", name, "cdk.tf.json"), "utf8");
      expect(withoutComments(written)).toEqual(withoutComments(json));
    }
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
