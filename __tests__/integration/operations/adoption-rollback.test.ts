import { dirname } from "node:path";
import { ECS } from "@aws-sdk/client-ecs";
import { S3 } from "@aws-sdk/client-s3";
import { stateBackend } from "../../../src/environments/state-backend";
import { names, services } from "../../../src/names";
import { capture } from "../../../src/process/run";
import { onCopy } from "../../support/copies";
import { fork, describeEmbeddedAws, type Fork } from "../../support/embedded-aws";
import { describeWith } from "../../support/machine";
import { adoptionOf, argumentsOf, commandsOf } from "../../support/old-project";
import { plue } from "../../support/plue";
import { pythonProgram } from "../../support/programs";

/** Commands of docs/adopting.md that these tests run, in its order. */
const STEPS = {
  adopt: "npx plue adopt dev --apply --tag TAG",
  plan: "npx plue plan dev",
  back: "npx plue adopt dev --back",
  apply: "terraform apply",
};

/** How its other commands begin, and why they are left out. */
const LEFT_OUT = {
  "cp ": "the tests have their own provider",
  "cd ": "the test knows the folder",
  "npx plue providers": "asks a registry; providers.test.ts tests it",
  "aws ": "run on a copy, where they change nothing for the steps after them",
  "terraform state pull": "copies the state",
  "npm run adopt": "adoption-dev.test.ts runs it",
  "npx plue images": "needs a Docker engine",
  "npx plue deploy": "needs the images",
  "npx plue doctor": "operation.test.ts tests it",
  "terraform init": "the backend of the fixture is not in its code",
  "terraform plan": "the apply plans too",
};

const awsCli = pythonProgram("aws", "awscli==1.46.3");

/** With ADOPTION_OF=dev,production it also goes back from an interrupted adoption, which takes minutes more. */
const { ADOPTION_OF: environments } = process.env;

describeEmbeddedAws("adopting with a key of its own, and going back", () => {
  describe.each((environments ?? "dev").split(","))("%s", (name) => {
    const adoption = adoptionOf(name);
    const { start, startAdopting, unlock } = adoption;
    /** The state that a kill after the update of a service would leave. */
    let interrupted: Fork | undefined;
    const back = () =>
      plue([...argumentsOf(STEPS.back, name), "--yes"], adoption.here.env, adoption.here.project);
    const applyOldCode = async () => {
      const applied = await adoption.old.terraform("apply", "-auto-approve");
      expect([applied.code, applied.stderr]).toEqual([0, ""]);
      const plan = await adoption.old.terraform("plan", "-detailed-exitcode");
      // In production, the old code names the final snapshot by the time.
      const changes = /^ *[-~+/]+ (?!resource|create|update|destroy|final_snapshot_identifier).*/gm;
      expect([plan.stderr, plan.stdout.match(changes)]).toEqual(["", null]);
    };

    test("docs/adopting.md shows the commands that run here, in the same order", () => {
      const shown = commandsOf("docs/adopting.md").filter(
        (command) => !Object.keys(LEFT_OUT).some((beginning) => command.startsWith(beginning)),
      );
      // The second plan follows the commands of the AWS CLI.
      expect(shown.filter((command, index) => command !== shown[index - 1])).toEqual(
        Object.values(STEPS),
      );
    });

    test("before the adoption a deploy is refused, and names the command that adopts", async () => {
      const { code, stderr } = await start(argumentsOf(STEPS.plan, name)).result;
      expect([code, stderr]).toEqual([2, expect.stringContaining(`plue adopt ${name} --apply`)]);
    });

    test.each([
      ["another state at the new key", "cdktf/", '{ "version": 4 }', "there is another state at"],
      ["a format of the old state that is not known", "", '{ "version": 5 }', "has the format 5"],
      ["half an old state", "", '{ "version": 4', "is not JSON"],
    ])("%s is named, before Terraform runs", async (_, folder, other, message) => {
      const s3 = new S3({ ...adoption.old.aws.client, forcePathStyle: true });
      const place = {
        Bucket: stateBackend.bucket,
        Key: `plue/${name}/${folder}terraform.tfstate`,
      };
      const before = await s3.getObject(place).catch(() => undefined);
      const Body = await before?.Body?.transformToByteArray();
      await s3.putObject({ ...place, Body: other });
      const { code, stderr } = await start(["adopt", name]).result;
      if (Body) await s3.putObject({ ...place, Body });
      else await s3.deleteObject(place);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).toContain(`${place.Bucket}/${place.Key}`);
    });

    test("one command adopts, and the next plan is empty", async () => {
      const { proxy } = adoption.old.aws;
      proxy!.after = async (operation) => {
        if (operation === "UpdateService") interrupted ??= await fork(proxy!.target);
      };
      const { code, stderr } = await startAdopting().result;
      proxy!.after = undefined;
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      proxy!.operations.length = 0;
      const plan = await start(argumentsOf(STEPS.plan, name)).result;
      expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
      // CI's roles can read the state at its new key only.
      const states = proxy!.operations.filter((operation) => operation.endsWith(".tfstate"));
      const key = `/${stateBackend.bucket}/plue/${name}/cdktf/terraform.tfstate`;
      expect(new Set(states.map((operation) => operation.split(" ")[1]))).toEqual(new Set([key]));
    });

    /** Runs commands of the AWS CLI that the page shows, and returns what each printed. */
    const runShown = async (commands: readonly string[]) => {
      const { bucket } = stateBackend;
      // Without the option, its first version asks AWS's own RDS in us-east-1, whatever endpoint the environment names.
      const aws = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';
      const folder = "path" in awsCli ? dirname(awsCli.path) : "";
      const env = { ...adoption.here.env, PATH: `${folder}:${process.env.PATH}` };
      const printed: string[] = [];
      // Without containers no task runs, and the service is never stable.
      for (const command of commands.filter((one) => /^aws (?!ecs wait)/.test(one))) {
        const { code, stdout, stderr } = await capture(
          "bash",
          ["-c", `${aws}; ${command.replaceAll("BUCKET", bucket)}`],
          { cwd: adoption.here.project, env },
        );
        expect([command, code, stderr]).toEqual([command, 0, ""]);
        printed.push(stdout);
      }
      return printed;
    };

    const describeAwsCli = () => {
      const page = commandsOf("docs/adopting.md");
      const [before, after] = [
        page.slice(0, page.indexOf(STEPS.adopt)),
        page.slice(page.indexOf(STEPS.adopt), page.indexOf(STEPS.back)),
      ];
      test("runs the commands that the page shows after the adoption, and the plan stays empty", () =>
        onCopy(adoption.old.aws, async (client) => {
          const ecs = new ECS(client);
          const describeServices = async () => {
            const named = services.map((component) => names.task(name, component));
            return (await ecs.describeServices({ cluster: names.cluster(name), services: named }))
              .services!;
          };
          const running = await describeServices();
          const [versioning] = await runShown(before);
          expect(versioning).toContain("Enabled");
          const [permissions] = await runShown(after);
          const onSpot = await describeServices();
          expect(onSpot.map(({ createdAt }) => createdAt)).toEqual(
            running.map(({ createdAt }) => createdAt),
          );
          const fromGroup = { IpRanges: [], UserIdGroupPairs: [expect.anything()] };
          expect(JSON.parse(permissions!)).toMatchObject([[fromGroup, fromGroup]]);
          const plan = await start(argumentsOf(STEPS.plan, name)).result;
          expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
        }));
    };
    // The page shows dev's commands.
    if (name === "dev") describeWith([awsCli])("the AWS CLI", describeAwsCli);

    test.each(["plan", "apply", "destroy"])(
      "the old code's %s stops and shows why",
      async (command) => {
        const { code, stderr } = await adoption.old.terraform(
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
      const { code, stderr } = await startAdopting().result;
      expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
      const plan = await start(argumentsOf(STEPS.plan, name)).result;
      expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining("No changes.")]);
    });

    (environments ? test : test.skip)(
      "so it does in the middle of an adoption, once the lock of the killed Terraform is gone",
      async () => {
        adoption.old.aws.proxy!.target = interrupted!.endpoint;
        const locked = await back();
        expect([locked.code, locked.stderr]).toEqual([2, expect.stringContaining("is locked")]);
        await unlock(locked.stderr);
        const { code, stderr } = await back();
        expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
        await applyOldCode();
      },
    );
  });
});
