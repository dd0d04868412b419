import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findings } from "../../../src/controls";
import { checkov as source, checkovVersion } from "../../../src/controls/checkov";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { Stack } from "../../../src/terraform/stack";
import { deployment } from "../../support/deployment";
import { startEmbeddedAws, type EmbeddedAws } from "../../support/embedded-aws";
import { full } from "../../support/full";
import { describeWith, machine, pathOf } from "../../support/machine";
import { pythonProgram } from "../../support/programs";
import { synthesize } from "../../support/stack";

const checkov = pythonProgram("checkov", `checkov==${checkovVersion}`);

/** How many objects fail each check, by `plue review`. */
function reviewed(settings: EnvironmentSettings): Record<string, number> {
  const stack = new Stack(synthesize(settings).template);
  const failed = findings(source, stack).filter(({ status }) => status === "failed");
  return Object.fromEntries(failed.map(({ id, failures }) => [id, failures]));
}

// hashicorp/random cannot be installed everywhere, and makes no difference to checkov.
const writeOnly = (settings: EnvironmentSettings): EnvironmentSettings => ({
  ...settings,
  database: { ...settings.database, masterPassword: { mode: "write-only", version: 1 } },
});

describeWith([machine().embeddedAws, checkov])(
  "plue review explains each failure of checkov",
  () => {
    let aws: EmbeddedAws;
    beforeAll(async () => {
      aws = await startEmbeddedAws({ twoRegions: true });
    });
    afterAll(() => aws?.stop());

    test.each([dev, production, full].map(writeOnly))("$name", async (settings) => {
      const stack = await deployment(aws, settings, {
        certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/abc",
        sns_alert_email: "alerts@example.com",
      });
      try {
        await stack.succeed("plan", "-out=checked.tfplan");
        const file = join(stack.folder, "plan.json");
        writeFileSync(file, await stack.succeed("show", "-json", "checked.tfplan"));
        const { stdout } = spawnSync(
          pathOf(checkov),
          [
            ...["-f", file, "--framework", "terraform_plan", "--quiet"],
            ...["--output", "json", "--skip-download"],
          ],
          { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
        );
        const report = JSON.parse(stdout) as {
          results: { failed_checks: { check_id: string }[] };
        };
        const counts: Record<string, number> = {};
        for (const { check_id } of report.results.failed_checks) {
          counts[check_id] = (counts[check_id] ?? 0) + 1;
        }
        expect(counts).toEqual(reviewed(settings));
      } finally {
        stack.remove();
      }
    });
  },
);
