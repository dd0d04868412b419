import { join } from "node:path";
import { estimate } from "../../../src/cost/estimate";
import { resourcesOfStack } from "../../../src/cost/resources";
import { costOfPlan } from "../../../src/cost/change";
import { readPrices } from "../../../src/cost/prices";
import { budgetText, changeText } from "../../../src/cost/report";
import type { PlanJson } from "../../../src/terraform/plan";
import { usageOf } from "../../../src/environments/usage";
import { dev } from "../../../src/environments/dev";
import { Stack } from "../../../src/terraform/stack";
import { templateOf } from "../../../src/stack/synthesize";

const options = {
  region: "us-east-1",
  usage: usageOf("dev"),
  prices: readPrices(join(__dirname, "../../..")),
};
const stack = new Stack(templateOf(dev));

/** A plan that creates all of dev, as Terraform reports it: what is not known yet is missing. */
const creation: PlanJson = {
  resource_changes: stack.resources.map(({ address, type, values }) => ({
    address,
    mode: "managed",
    type,
    change: {
      actions: ["create"],
      before: null,
      after: Object.fromEntries(
        Object.entries(values).filter(([, value]) => !JSON.stringify(value).includes("${")),
      ),
    },
  })),
};

/** A plan on what there is. */
function planOf(change: (address: string) => Record<string, unknown> | null | undefined): PlanJson {
  return {
    resource_changes: stack.resources.map(({ address, type, values }) => {
      const changed = change(address);
      const after = changed === null ? null : { ...values, ...changed };
      const actions = [changed === null ? "delete" : "update"];
      return { address, mode: "managed", type, change: { actions, before: values, after } };
    }),
  };
}

test("before the first deployment there is nothing, afterwards what the stack costs", () => {
  const { before, after, difference } = costOfPlan(creation, stack, options);
  expect(before.monthly).toBe(0);
  expect(after.monthly).toBeCloseTo(93.47, 1);
  expect(difference).toBeCloseTo(after.monthly);
});

test("a plan prices an alarm on an expression as `plue cost` does: one price for each metric", () => {
  const query = { metric_query: [{ metric: { metric_name: "a" } }, { expression: "a + 1" }] };
  const planned = { metric_query: [{ metric: [{ metric_name: "a" }] }, { metric: [] }] };
  const alarm = (values: object) =>
    new Stack({ resource: { aws_cloudwatch_metric_alarm: { errors: values } } });
  const bill = (values: object) =>
    estimate(resourcesOfStack(alarm(values)), options).monthly.toFixed(2);
  expect(bill(planned)).toBe(bill(query));
  expect(bill(query)).toBe("0.10");
});

test("a plan that changes nothing is reported in one line", () => {
  const change = costOfPlan(
    planOf(() => ({})),
    stack,
    options,
  );
  expect(change.parts).toEqual([]);
  expect(changeText(change)).toBe(
    "Price: $93.47 a month, as before; what scales by itself adds $14.01 at most.",
  );
});

test("a changed, an added and a removed resource show in their parts", () => {
  const { parts, difference } = costOfPlan(
    planOf((address) => {
      if (address === "aws_db_instance.database_main") return { multi_az: true };
      if (address === "aws_nat_gateway.network_main_0") return null;
      if (address === "aws_appautoscaling_target.api_server") return { min_capacity: 2 };
      return {};
    }),
    stack,
    options,
  );
  expect(parts.map(({ part }) => part)).toEqual(["api_server", "database", "network"]);
  const small = 730 * (0.25 * 0.04048 + 0.5 * 0.004445);
  const [api, database, network] = parts.map(({ before, after }) => after - before);
  // Four fifths of the second task are on Spot.
  expect(api).toBeCloseTo(small * (0.2 + 0.8 * 0.3));
  expect(database).toBeCloseTo(730 * 0.018 + 20 * 0.115);
  expect(network).toBeCloseTo(-730 * 0.045 - 10 * 0.045);
  expect(difference).toBeCloseTo(api! + database! + network!);
});

test("what a plan adds and no kind prices is named", () => {
  const plan: PlanJson = {
    resource_changes: [
      {
        address: "aws_msk_cluster.x",
        mode: "managed",
        type: "aws_msk_cluster",
        change: { actions: ["create"], before: null, after: {} },
      },
    ],
  };
  expect(changeText(costOfPlan(plan, stack, options))).toContain(
    "Not priced: aws_msk_cluster: src/resources has no such type",
  );
});

describe("a budget", () => {
  const { after } = costOfPlan(creation, stack, options);

  test.each([
    [90, "Budget: $90.00 a month is passed by $3.47."],
    [100, "Budget: within $100.00 a month; at its largest it passes it by $7.49."],
    [110, "Budget: within $110.00 a month, even at its largest."],
  ])("of %d dollars", (monthlyDollars, text) => {
    expect(budgetText(after, { monthlyDollars })).toBe(text);
  });

  test("that is not set is not spoken of", () => {
    expect(budgetText(after, undefined)).toBeUndefined();
  });
});
