import type { Copies } from "../../../../src/aws/copies";
import { local } from "../../../../src/environments/local";
import { production } from "../../../../src/environments/production";
import type { EnvironmentSettings } from "../../../../src/environments/settings";
import { api, components, migrate, web } from "../../../../src/names";
import { recoveryPlan, secondRegionOf } from "../../../../src/operations/recovery/plan";
import { planText } from "../../../../src/operations/recovery/report";
import { recoveryName, settingsFile } from "../../../../src/operations/recovery/settings";
import { tagOptions } from "../../../../src/operations/recovery/steps";
import { project } from "../../../support/plue";
import { recovery } from "../../../support/recovery";

const now = new Date("2030-01-31T07:00:00Z");
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const copies: Copies = {
  database: {
    arn: recovery.databaseBackupsArn,
    status: "replicating",
    latest: before(6),
    allocatedStorage: 50,
    keyArn: `arn:aws:kms:us-west-2:123456789012:key/${recovery.keyId}`,
  },
  fileSystem: {
    id: recovery.fileSystemId,
    sourceId: "fs-00000000000000001",
    status: "ENABLED",
    latest: before(14),
    bytes: 20 * 1024 ** 3,
  },
  repositories: components.map((component) => ({
    component,
    name: `production-plue-${component.image}`,
    tag: "v7",
    bytes: 1024 ** 3,
  })),
  secrets: ["production-plue-db-password", "production-plue-db-connection"],
  password: { arn: recovery.passwordSecretArn, isReplica: true },
};

/** A plan synthesizes stacks: tests share those of the same copies and settings. */
const plans = new Map<string, ReturnType<typeof recoveryPlan>>();
function plan(changed: Partial<Copies> = {}, settings: EnvironmentSettings = production) {
  const given = {
    ...{ settings, region: "us-east-1", secondRegion: "us-west-2" },
    ...{ copies: { ...copies, ...changed }, projectDir: project, now },
  };
  const key = JSON.stringify(given);
  if (!plans.has(key)) plans.set(key, recoveryPlan(given));
  return plans.get(key)!;
}
const commands = (of: ReturnType<typeof plan>) => of.steps.flatMap(({ how }) => how).join("\n");

describe("RPO and RTO", () => {
  test("RPO is the age of the older of the copies of database and files", () => {
    expect(plan().rpoSeconds).toBe(14 * 60);
    const late = { ...copies.database!, latest: before(90) };
    expect(plan({ database: late }).rpoSeconds).toBe(90 * 60);
    expect(planText(plan({ database: late }))).toMatch(
      /^RPO {2}1 h 30 min of data .* the copy of the database$/m,
    );
  });

  test("it is not known if AWS does not report one of the ages", () => {
    const ended = {
      ...copies.fileSystem!,
      sourceId: undefined,
      status: "ENDED",
      latest: undefined,
    };
    const result = plan({ fileSystem: ended });
    expect(result.rpoSeconds).toBeUndefined();
    expect(result.missing).toEqual([]);
    expect(planText(result)).toMatch(/^RPO {2}not known/m);
  });

  test("RTO is the sum of the steps, and each step has a source for its minutes", () => {
    const { steps, rtoMinutes } = plan();
    const sum = (of: 0 | 1) => steps.reduce((all, { minutes }) => all + minutes[of], 0);
    expect(rtoMinutes).toEqual([sum(0), sum(1)]);
    for (const { minutes, source } of steps) {
      expect(minutes[0]).toBeLessThanOrEqual(minutes[1]);
      expect(source).not.toBe("");
    }
  });
});

describe("the steps of the recovery", () => {
  test("contain the environment's values", () => {
    const shell = commands(plan());
    expect(shell).toContain(
      "aws efs delete-replication-configuration --region us-west-2 --source-file-system-id fs-00000000000000001",
    );
    expect(shell).toContain(
      "aws secretsmanager stop-replication-to-replica --region us-west-2 --secret-id production-plue-db-password",
    );
    expect(shell).toContain("plue deploy production-dr --tag v7");
  });

  test("omit steps that are done already", () => {
    const shell = commands(
      plan({
        fileSystem: { ...copies.fileSystem!, sourceId: undefined },
        password: { ...copies.password!, isReplica: false },
      }),
    );
    expect(shell).not.toContain("delete-replication-configuration");
    expect(shell).not.toContain("stop-replication-to-replica");
  });

  test("keep the state out of the lost region", () => {
    expect(commands(plan())).toContain(
      "export PLUE_STATE_REGION=us-west-2 PLUE_STATE_BUCKET=plue-terraform-state-us-west-2",
    );
  });

  test("ask for a certificate only if the stack cannot create its own", () => {
    const zone = { name: "plue.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" };
    expect(commands(plan())).toContain("aws acm request-certificate --region us-west-2");
    expect(commands(plan({}, { ...production, domain: zone }))).not.toContain("aws acm");
    expect(commands(plan({}, local))).not.toContain("aws acm");
  });

  test("end with the removal of the key from the first state, before anything is destroyed", () => {
    const { afterwards } = plan();
    const at = (text: string) => afterwards.findIndex((line) => line.includes(text));
    expect(at("state rm aws_kms_key.disaster_recovery_copies")).toBeGreaterThan(0);
    expect(at("plue destroy production")).toBeGreaterThan(at("state rm"));
  });

  test("each component gets the tag of its copied image", () => {
    const repositories = [api, web].map((component, index) => ({
      component,
      name: component.image,
      tag: `v${index}`,
      bytes: 0,
    }));
    expect(tagOptions({ ...copies, repositories })).toBe(
      `--var api_image_tag=v0 --var web_image_tag=v1 --var ${migrate.tagVariable}=TAG`,
    );
  });
});

test.each<[what: string, changed: Partial<Copies>]>([
  ["backups of the database", { database: undefined }],
  ["a complete copy of the file system", { fileSystem: undefined }],
  ["the secret of the database's password", { password: undefined }],
])("without %s there is no rebuild, and no settings are written", (what, changed) => {
  const result = plan(changed);
  expect(result.missing).toEqual([what]);
  expect(result.settings).toBeUndefined();
  expect(planText(result)).toContain(`A rebuild is not possible: us-west-2 does not have ${what}.`);
});

describe("warnings", () => {
  const about = (changed: Partial<Copies>) => plan(changed).warnings.slice(1);

  test("about us-east-1, where IAM makes its changes", () => {
    expect(plan().warnings).toEqual([expect.stringContaining("IAM and Route 53")]);
    const elsewhere = {
      settings: production,
      region: "eu-west-1",
      secondRegion: "us-west-2",
      copies,
      projectDir: project,
      now,
    };
    expect(recoveryPlan(elsewhere).warnings).toEqual([]);
  });

  test("about backups that are not renewed, and missing images", () => {
    expect(about({ database: { ...copies.database!, status: "stopped" } })).toEqual([
      expect.stringContaining("is stopped"),
    ]);
    const result = about({ repositories: copies.repositories.slice(1) });
    expect(result).toEqual([expect.stringContaining("no image of the API server")]);
    expect(planText(plan({ repositories: [] }))).toMatch(
      /^Beware: us-west-2 has no image of the web app/m,
    );
  });
});

describe("the price", () => {
  test("of the copies follows from their sizes, a key and two secrets", () => {
    // 50 GiB of backups, 20 GB of files, 3 GB of images.
    expect(plan().monthly.copies).toBeCloseTo(50 * 0.095 + 20 * 0.3 + 3 * 0.1 + 2 * 0.4 + 1);
  });

  test("of the rebuilt environment assumes the usage of the first one", () => {
    const { monthly } = plan();
    // Production at the prices of us-west-2, which are those of us-east-1, with a key, and with elastic throughput,
    // because it adopts no file system.
    expect(monthly.rebuilt).toBeGreaterThan(296);
    expect(monthly.rebuilt).toBeLessThan(297);
  });
});

describe("the settings", () => {
  test("are a separate file, without the settings that the second region does not have", () => {
    const settings: EnvironmentSettings = {
      ...production,
      name: "eu-production",
      adopts: undefined,
      encryption: "customer-key",
      disasterRecovery: { region: "us-west-2" },
      network: { ...production.network, excludeZoneIds: ["use1-az3"] },
      backup: {
        dailyRetentionDays: 7,
        copyTo: { region: "us-west-2", retentionDays: 7 },
        forceDestroy: false,
      },
    };
    const of = { ...recovery, of: "eu-production" };
    expect(settingsFile(settings, "us-west-2", of, now))
      .toBe(`import type { EnvironmentSettings } from "./settings";
import { euProduction } from "./eu-production";

/** eu-production, rebuilt from the copies in us-west-2 as of 2030-01-31T07:00:00.000Z. */
export const euProductionDr: EnvironmentSettings = {
  ...euProduction,
  name: "eu-production-dr",
  region: "us-west-2",
  encryption: undefined,
  disasterRecovery: undefined,
  recovery: {
    of: "eu-production",
    databaseBackupsArn: "${of.databaseBackupsArn}",
    fileSystemId: "${of.fileSystemId}",
    passwordSecretArn: "${of.passwordSecretArn}",
    keyId: "${of.keyId}",
    repositories: ["api", "web"],
  },
  network: { ...euProduction.network, excludeZoneIds: undefined },
  backup: { ...euProduction.backup!, copyTo: undefined },
};
`);
  });

  test("have a name that AWS accepts", () => {
    expect(recoveryName("dev")).toBe("dev-dr");
    expect(recoveryName("abcdefghijklmnop-rst")).toBe("abcdefghijklmnop-dr");
    expect(recoveryName("abcdefghijklmnopqrst")).toHaveLength(20);
  });
});

describe("the second region", () => {
  test("is the user's choice, or else the setting", () => {
    const disasterRecovery = { region: "eu-west-1" };
    const settings = { ...production, disasterRecovery };
    expect(secondRegionOf(settings, "us-east-1", undefined)).toBe("eu-west-1");
    expect(secondRegionOf(settings, "us-east-1", "us-west-2")).toBe("us-west-2");
  });

  test("must be set, and differ from the first", () => {
    expect(() => secondRegionOf(production, "us-east-1", undefined)).toThrow("no copies");
    expect(() => secondRegionOf(production, "us-east-1", "us-east-1")).toThrow(
      "is the region of production",
    );
  });
});

describe("special cases", () => {
  test("a copy of the file system that was never complete is missing", () => {
    for (const status of ["ENABLING", "ERROR"]) {
      const never = { ...copies.fileSystem!, status, latest: undefined };
      expect(plan({ fileSystem: never }).missing).toEqual(["a complete copy of the file system"]);
    }
  });

  test("a paused replication causes a warning", () => {
    const paused = plan({ fileSystem: { ...copies.fileSystem!, status: "PAUSED" } });
    expect(paused.missing).toEqual([]);
    expect(paused.warnings.join()).toContain("The copy of the file system is PAUSED");
  });

  test("backups without their key are not enough for a recovery", () => {
    const without = plan({ database: { ...copies.database!, keyArn: undefined } });
    expect(without.missing).toEqual(["the key of the database's backups"]);
  });

  test("no steps are printed if a copy is missing", () => {
    const result = plan({ password: undefined });
    expect([result.steps, result.rtoMinutes, result.settings]).toEqual([[], undefined, undefined]);
    expect(planText(result)).not.toMatch(/RTO|Recovery, as|Afterwards|stop-replication/);
  });

  test("an environment that was rebuilt before is rebuilt with the first one's names", () => {
    const again: EnvironmentSettings = {
      ...production,
      name: "production-dr",
      region: "us-west-2",
      adopts: undefined,
      recovery: { ...recovery, of: "production" },
    };
    const back = recoveryPlan({
      settings: again,
      region: "us-west-2",
      secondRegion: "us-east-1",
      copies: JSON.parse(
        JSON.stringify(copies).replaceAll("us-west-2", "us-east-1"),
        (key, value: unknown) => (key === "latest" ? new Date(value as string) : value),
      ) as Copies,
      projectDir: project,
      now,
    });
    expect(back.settings?.text).toContain('of: "production"');
    expect(commands(back)).toContain("--secret-id production-plue-db-password");
  });

  test("variables for the new state are unset before the old state is used", () => {
    expect(plan().afterwards.slice(0, 2).join()).toContain("unset PLUE_STATE_REGION");
  });

  test("the record that validates the new certificate is not destroyed with the old environment", () => {
    const zoned: EnvironmentSettings = {
      ...production,
      domain: { name: "plue.example.com", hostedZoneId: "Z0123456789" },
    };
    expect(plan({}, zoned).afterwards.join()).toContain("load_balancer_validation[0]");
  });

  test("a function in the lost region that deployments call causes a warning", () => {
    const lambdaArn = "arn:aws:lambda:us-east-1:123456789012:function:check";
    const hooked: EnvironmentSettings = {
      ...production,
      apiServer: {
        ...production.apiServer,
        deployment: {
          strategy: "blue-green",
          bakeTimeMinutes: 5,
          hooks: [{ lambdaArn, stages: ["PRE_SCALE_UP"] }],
        },
      },
    };
    expect(plan({}, hooked).warnings.join()).toContain(lambdaArn);
  });

  test("a region without prices has no price, not $0.00", () => {
    const far = recoveryPlan({
      settings: production,
      region: "us-east-1",
      secondRegion: "ap-south-1",
      copies,
      projectDir: project,
      now,
    });
    expect(far.monthly.rebuilt).toBeUndefined();
    expect(planText(far)).toContain("Price  not known for production-dr");
  });
});
