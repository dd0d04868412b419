import type { ListedPrice, PriceQuery } from "../../../../src/aws/price-list";
import type { Prices } from "../../../../src/cost/prices";
import { renewPrices } from "../../../../src/operations/setup/prices";

const old: Prices = {
  date: "2026-01-01",
  source: "by hand",
  currency: "USD",
  prices: {
    "a.hour": { unit: "hour", service: "S", usageType: "A", usd: { "us-east-1": 1 } },
    "b.hour": { unit: "hour", service: "S", usageType: "B", usd: { "us-east-1": 2 } },
    "c.hour": { unit: "hour", service: "S", usageType: "C", usd: { "us-east-1": 3 } },
    "spot.hour": { unit: "hour", why: "not in the list", usd: { "us-east-1": 4 } },
  },
};
const answers: Record<string, ListedPrice> = {
  A: { usd: 1 },
  B: { usd: 2.5 },
  C: { problem: "several prices" },
};

test("takes prices from the list, and keeps all others", async () => {
  const asked: PriceQuery[] = [];
  const ask = (query: PriceQuery) => {
    asked.push(query);
    return Promise.resolve(answers[query.usageType]!);
  };
  const { prices, findings } = await renewPrices(old, ["us-east-1"], ask, "2026-02-02");
  expect(asked.map(({ usageType }) => usageType)).toEqual(["A", "B", "C"]);
  expect(findings).toEqual([
    { price: "a.hour", region: "us-east-1", before: 1, now: 1, result: "same" },
    { price: "b.hour", region: "us-east-1", before: 2, now: 2.5, result: "changed" },
    { price: "c.hour", region: "us-east-1", before: 3, now: 3, result: "several prices" },
  ]);
  expect(prices.date).toBe("2026-02-02");
  expect(prices.prices["b.hour"]).toMatchObject({
    usd: { "us-east-1": 2.5 },
    listed: { "us-east-1": "2026-02-02" },
  });
  expect(prices.prices["c.hour"]).toEqual(old.prices["c.hour"]);
  expect(prices.prices["spot.hour"]).toEqual(old.prices["spot.hour"]);
});

test("a new region is added with its prices, and the others do not change", async () => {
  const { prices, findings } = await renewPrices(
    old,
    ["sa-east-1"],
    () => Promise.resolve({ usd: 9 }),
    "2026-02-02",
  );
  expect(findings.map(({ result }) => result)).toEqual(["new", "new", "new"]);
  expect(prices.prices["a.hour"]!.usd).toEqual({ "us-east-1": 1, "sa-east-1": 9 });
});
