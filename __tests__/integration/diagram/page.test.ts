import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { dev } from "../../../src/environments/dev";
import { diagram, writePlanPage } from "../../../src/operations/inspect/diagram";
import { templateOf } from "../../../src/stack/synthesize";
import type { PlanJson, ResourceChange } from "../../../src/terraform/plan";
import { Stack } from "../../../src/terraform/stack";
import { openInBrowser, type OpenPage } from "../../support/browser";
import { describeWith, machine } from "../../support/machine";

const secret = "correct-horse-battery-staple";

/** A plan that creates all resources except a few with other actions. */
function planOf(stack: Stack): PlanJson {
  const created = stack.resources.map(({ address, type }): ResourceChange => ({
    address,
    mode: "managed",
    type,
    change: {
      actions: ["create"],
      before: null,
      after: { name: address.split(".")[1] },
      after_unknown: { id: true },
    },
  }));
  const special: Record<string, ResourceChange["change"]> = {
    "aws_db_instance.database_main": {
      actions: ["update"],
      before: { password: "old-secret-value", instance_class: "db.t3.micro", note: secret },
      after: { password: secret, instance_class: "db.t3.small", note: "<b>bold</b>" },
      before_sensitive: { password: true },
      after_sensitive: { password: true },
    },
    "aws_lb.load_balancer_main": {
      actions: ["delete", "create"],
      before: { name: "old" },
      after: { name: "new" },
      replace_paths: [["name"]],
    },
  };
  return {
    resource_changes: [
      ...created.map((one) => ({ ...one, change: special[one.address] ?? one.change })),
      {
        address: "aws_sqs_queue.gone",
        mode: "managed",
        type: "aws_sqs_queue",
        change: { actions: ["delete"], before: { name: "gone" }, after: null },
      },
    ],
    checks: [
      {
        address: { kind: "var", to_display: "var.aws_region" },
        status: "fail",
        instances: [{ problems: [{ message: "no such region" }] }],
      },
    ],
    timestamp: "2026-01-02T03:04:05Z",
  };
}

const { chromium: installed } = machine();

describeWith([installed])("the page of a plan, in a browser", () => {
  let folder: string;
  let opened: OpenPage;
  let page: Page;
  let plan: PlanJson;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plue-page-"));
    const stack = new Stack(templateOf(dev));
    plan = planOf(stack);
    const file = join(folder, "plan.html");
    await writePlanPage({ name: "dev" }, stack, plan, file, {
      summary: "A month costs $70.",
      head: ["Part", "$"],
      rows: [["NAT", 32.4]],
      notes: ["None."],
    });
    opened = await openInBrowser(file);
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("makes no further request, and the console stays empty", () => {
    expect(opened.requests).toEqual([page.url()]);
    expect(opened.complaints).toEqual([]);
  });

  test("has every change, by module", async () => {
    const addresses = await page.locator("#changes summary code").allTextContents();
    expect(addresses.toSorted()).toEqual(
      plan.resource_changes!.map(({ address }) => address).toSorted(),
    );
    expect(await page.locator("#changes h3").allTextContents()).toEqual(
      expect.arrayContaining(["(removed)", "database", "network"]),
    );
  });

  test("shows values before and after, as text, and no secret anywhere", async () => {
    const database = page.locator("#change-aws_db_instance\\.database_main");
    const text = (await database.textContent())!;
    expect(text).toMatch(/instance_class.*db\.t3\.micro.*db\.t3\.small/s);
    expect(text).toContain("<b>bold</b>");
    expect(text).toContain("sensitive, not shown");
    const source = await page.content();
    expect(source).not.toContain(secret);
    expect(source).not.toContain("old-secret-value");
  });

  test("links each card of the drawing to an entry that opens", async () => {
    const targets = await page
      .locator(".drawing a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
    expect(targets.length).toBeGreaterThan(15);
    for (const target of targets) {
      await page.evaluate(`void (location.hash = ${JSON.stringify(target)})`);
      const entry = page.locator(`[id="${target.slice(1)}"]`);
      await entry.and(page.locator("[open]")).waitFor();
    }
  });

  test("colours the drawing and names each action in words", async () => {
    const card = page.locator('[data-part="aws_lb.load_balancer_main"]');
    expect(await card.getAttribute("class")).toContain("action-replace");
    expect(await card.locator("title").first().textContent()).toContain("to replace");
  });

  test("draws destroyed resources that are no longer in the code", async () => {
    const card = page.locator('[data-part="removed/aws_sqs_queue"]');
    expect(await card.getAttribute("class")).toContain("action-destroy");
    expect(await card.textContent()).toContain("gone");
  });

  test("can be searched with the keyboard alone", async () => {
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await page.keyboard.type("instance_class");
    expect(await page.locator("#changes .entry:visible").count()).toBe(1);
    expect(await page.locator("#found").textContent()).toMatch(/^1 of \d+$/);
    await page.keyboard.press("Escape");
    expect(await page.locator("#changes .entry:visible").count()).toBe(
      plan.resource_changes!.length,
    );
    await page.locator("#changes summary").first().focus();
    const before = await page.locator("#changes details").first().getAttribute("open");
    await page.keyboard.press("Enter");
    const after = await page.locator("#changes details").first().getAttribute("open");
    expect(after === null).not.toBe(before === null);
  });

  test.each(["light", "dark"] as const)("is legible in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const colours = await page.evaluate<string[]>(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    );
    const [text, paper] = colours.map((one) =>
      one
        .match(/\d+/g)!
        .slice(0, 3)
        .reduce((sum, part) => sum + Number(part), 0),
    );
    expect(Math.abs(text! - paper!)).toBeGreaterThan(500);
    expect(text! < paper!).toBe(colorScheme === "light");
  });

  test("opens every entry for printing", async () => {
    await page.evaluate('void dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator("details:not([open])").count()).toBe(0);
    await page.evaluate('void dispatchEvent(new Event("afterprint"))');
  });

  test("is the same, with a price, if only the plan is available, as in CI", async () => {
    const projectDir = join(__dirname, "../../..");
    const html = await diagram(dev, { format: "html", plan, projectDir });
    expect(html).toMatch(/<h2 id="price-title">Price<\/h2>\n<p>A month costs \$\d+/);
  });

  test("shows the price and the checks", async () => {
    expect(await page.locator("#price").textContent()).toContain("32.40");
    expect(await page.locator("#checks").textContent()).toContain("no such region");
  });
});
