import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { PlannedAction } from "../../../src/terraform/plan";
import { openInBrowser, type OpenPage } from "../../support/browser";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { describeWith, machine } from "../../support/machine";
import { copyOfProject, plueEnds } from "../../support/plue";

const secret = "correct-horse-battery-staple";
const { chromium: installed } = machine();

// A real plan for a deployed part of local with changed settings, in a browser.
describeWith([installed])("plue plan --html", () => {
  describeEmbeddedAws("of a real plan", () => {
    let folder: string;
    let changed: string;
    let aws: EmbeddedAws;
    let opened: OpenPage;
    let page: Page;
    let actions: readonly PlannedAction[];
    let declared: readonly string[];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "plue-plan-page-"));
      aws = await startEmbeddedAws();
      const env = { ...aws.env, CDKTF_OUTDIR: join(folder, "out") };
      const stackDir = join(folder, "out/stacks/local");
      const file = join(folder, "plan.html");
      await plueEnds(0, ["bootstrap", "local"], env);
      const modules = ["ecr", "alerts", "image_tags"].flatMap((one) => ["--target-module", one]);
      await plueEnds(0, ["deploy", "local", "--yes", ...modules], env);
      // Another key replaces the repositories, a changed limit changes their policies, and without alarms the
      // topic is destroyed.
      changed = copyOfProject("local", (text) =>
        text.replace(
          /alarms: .*\n.*\n/,
          'alarms: "targets-only", encryption: "customer-key", ecr: { ...dev.ecr, scanOnPush: true },',
        ),
      );
      const parameter = { name: "/plue/secret", type: "SecureString", value: secret };
      writeFileSync(
        join(stackDir, "secret.tf.json"),
        JSON.stringify({ resource: { aws_ssm_parameter: { secret: parameter } } }),
      );
      const plan = ["plan", "local", "--tag", "v2.0.0", "--json", "--html", file];
      // The page shows what plue refuses, too.
      const { stdout, stderr } = await plueEnds(2, plan, env, changed);
      expect(stderr).toContain("local would lose its data");
      actions = JSON.parse(stdout) as readonly PlannedAction[];
      const stack = JSON.parse(readFileSync(join(stackDir, "cdk.tf.json"), "utf8")) as {
        resource: Record<string, object>;
      };
      declared = Object.entries(stack.resource).flatMap(([type, resources]) =>
        Object.keys(resources).map((name) => `${type}.${name}`),
      );
      opened = await openInBrowser(file);
      page = opened.page;
    });

    afterAll(async () => {
      await opened?.close();
      await aws?.stop();
      rmSync(changed, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    });

    test("shows a plan that creates, changes, replaces and destroys", () => {
      const kinds = new Set(actions.map(({ action }) => action));
      expect([...kinds].sort()).toEqual(["change", "create", "destroy", "replace"]);
    });

    test("makes no further request, and the console stays empty", () => {
      expect(opened.requests).toEqual([page.url()]);
      expect(opened.complaints).toEqual([]);
    });

    test("lists every resource of the plan and of the stack", async () => {
      const changes = await page.locator("#changes summary code").allTextContents();
      expect(changes.toSorted()).toEqual(actions.map(({ address }) => address).toSorted());
      const named = await page.locator("#inventory code").allTextContents();
      const conditional = declared.filter((address) => !named.includes(address));
      // Resources whose count is 0 are not drawn.
      expect(conditional.filter((address) => !/https/.test(address))).toEqual([]);
    });

    test("reaches each with the Tab key and opens it with Enter", async () => {
      const all = await page
        .locator("details")
        .evaluateAll((found) => found.map((one) => one.id).toSorted());
      const reached = new Set<string>();
      await page.locator("body").focus();
      for (let step = 0; step < 2000 && reached.size < all.length; step += 1) {
        await page.keyboard.press("Tab");
        const id = await page.evaluate<string | undefined>(
          '(document.activeElement.tagName === "SUMMARY" && document.activeElement.parentElement.id) || undefined',
        );
        if (id === undefined || reached.has(id)) continue;
        reached.add(id);
        await page.keyboard.press("Enter");
        expect(await page.locator(`[id="${id}"][open]`).count()).toBe(1);
      }
      expect([...reached].sort()).toEqual(all);
    });

    test("masks values that the provider marks as sensitive", async () => {
      const entry = page.locator("#change-aws_ssm_parameter\\.secret");
      expect(await entry.textContent()).toContain("sensitive, not shown");
      expect(await page.content()).not.toContain(secret);
    });

    test("shows the values that force a replacement, before and after", async () => {
      const entry = page.locator("#change-aws_ecr_repository\\.ecr_api_server");
      const text = await entry.textContent();
      expect(text).toMatch(/^\s*replaced/);
      expect(text).toMatch(/encryption_type\s*forces replacement\s*AES256\s*KMS/);
    });

    test("shows the price and the checks", async () => {
      expect(await page.locator("#price").textContent()).toMatch(/A month costs \$\d+/);
      expect(await page.locator("#checks").textContent()).toContain("var.aws_region");
    });
  });
});
