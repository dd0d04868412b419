import { rmSync } from "node:fs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { fork, describeEmbeddedAws, type Fork } from "../../support/embedded-aws";
import { adoptingProject, applyOldProject, type OldProject } from "../../support/old-project";
import { plue } from "../../support/plue";

/** With ADOPTION_OF=dev,production it also goes back from an interrupted adoption, which takes minutes more. */
const { ADOPTION_OF: environments } = process.env;

describeEmbeddedAws("adopting with a key of its own, and going back", () => {
  describe.each((environments ?? "dev").split(","))("%s", (name) => {
    let old: OldProject;
    let project: string;
    /** The state that a kill after the update of a service would leave. */
    let interrupted: Fork | undefined;
    const run = (...args: string[]) =>
      plue([...args, ...old.variableArguments], old.aws.env, project);
    // Without hashicorp/random the fixture's fixed password becomes a write-only one: that is agreed to.
    const adopt = ["adopt", name, "--apply", "--yes", "--accept", "aws_db_instance.database_main"];
    const back = () => plue(["adopt", name, "--back", "--yes"], old.aws.env, project);
    const applyOldCode = async () => {
      const applied = await old.terraform("apply", "-auto-approve");
      expect([applied.code, applied.stderr]).toEqual([0, ""]);
      const plan = await old.terraform("plan", "-detailed-exitcode");
      // In production, the old code names the final snapshot by the time.
      const changes = /^ *[-~+/]+ (?!resource|create|update|destroy|final_snapshot_identifier).*/gm;
      expect([plan.stderr, plan.stdout.match(changes)]).toEqual(["", null]);
    };

    beforeAll(async () => {
      old = await applyOldProject(name, { proxied: true });
      project = adoptingProject(name, old);
    });
    afterAll(async () => {
      if (project) rmSync(project, { recursive: true, force: true });
      await old?.stop();
    });

    test("before the adoption a deploy is refused, and names the command that adopts", async () => {
      const { code, stderr } = await run("plan", name);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`plue adopt ${name} --apply`)]);
    });

    test("one command adopts, and the next plan is empty", async () => {
      const { proxy } = old.aws;
      proxy!.after = async (operation) => {
        if (operation === "UpdateService") interrupted ??= await fork(proxy!.target);
      };
      const { code, stderr } = await run(...adopt);
      proxy!.after = undefined;
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      const plan = await run("plan", name);
      expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
    });

    test.each(["plan", "apply", "destroy"])(
      "the old code's %s stops and shows why",
      async (command) => {
        const { code, stderr } = await old.terraform(
          command,
          ...(command === "plan" ? [] : ["-auto-approve"]),
        );
        expect(code).toBe(1);
        expect(stderr.replaceAll(/\s+/g, " ")).toContain(
          `the-new-project-has-adopted-this-state.it-is-at.plue.${name}.cdktf.terraform.tfstate`,
        );
      },
    );

    test("one command gives the state back, and the old code applies to an empty plan", async () => {
      const { code, stderr } = await back();
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      await applyOldCode();
    });

    test("what was rolled back can be adopted again: what exists already is imported", async () => {
      const { code, stderr } = await run(...adopt);
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      const plan = await run("plan", name);
      expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
    });

    (environments ? test : test.skip)(
      "so it does in the middle of an adoption, once the lock of the killed Terraform is gone",
      async () => {
        const { proxy, client } = old.aws;
        proxy!.target = interrupted!.endpoint;
        const locked = await back();
        expect([locked.code, locked.stderr]).toEqual([2, expect.stringContaining("is locked")]);
        const [, TableName, key] = /--table-name (\S+) --key '(.*)'/.exec(locked.stderr)!;
        const dynamodb = new DynamoDB({ ...client, endpoint: interrupted!.endpoint });
        await dynamodb.deleteItem({ TableName, Key: JSON.parse(key!) as never });
        const { code, stderr } = await back();
        expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
        await applyOldCode();
      },
    );
  });
});
