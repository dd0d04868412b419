import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { production } from "../../../src/environments/production";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { deployment } from "../../support/deployment";
import { startEmbeddedAws, type EmbeddedAws } from "../../support/embedded-aws";
import { full } from "../../support/full";
import { describeWith, machine, pathOf } from "../../support/machine";
import { project } from "../../support/plue";
import { pythonProgram } from "../../support/python-program";

const page = readFileSync(join(project, "docs/audit.md"), "utf8");
const version = /checkov (\d+\.\d+\.\d+)/.exec(page)![1]!;
const checkov = pythonProgram("checkov", version);
/** The page's count of failures for each check, from its first or second column. */
function explained(column: "plain" | "audited"): Record<string, number> {
  const rows = [...page.matchAll(/^\| (CKV\w+) +\| (\d+) +\| (\d+) +\|/gm)];
  const counts = rows.map(([, check, plain, audited]) => [
    check!,
    Number(column === "plain" ? plain : audited),
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Record<string, number>;
}

// hashicorp/random cannot be installed everywhere, and makes no difference to checkov.
const plain: EnvironmentSettings = {
  ...production,
  database: { ...production.database, masterPassword: { mode: "write-only", version: 1 } },
};
const audited: EnvironmentSettings = {
  ...plain,
  adopts: undefined,
  encryption: full.encryption,
  loadBalancer: {
    ...plain.loadBalancer,
    waf: full.loadBalancer.waf,
    accessLogs: full.loadBalancer.accessLogs,
  },
  backup: full.backup,
  dashboard: true,
};

describeWith([machine().embeddedAws, checkov])(
  "docs/audit.md explains each failure of checkov",
  () => {
    let aws: EmbeddedAws;
    beforeAll(async () => {
      aws = await startEmbeddedAws();
    });
    afterAll(() => aws?.stop());

    test.each([
      { column: "plain" as const, settings: plain },
      { column: "audited" as const, settings: audited },
    ])("$column production", async ({ column, settings }) => {
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
            "-f",
            file,
            "--framework",
            "terraform_plan",
            "--quiet",
            "--output",
            "json",
            "--skip-download",
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
        expect(counts).toEqual(explained(column));
      } finally {
        stack.remove();
      }
    });
  },
);
