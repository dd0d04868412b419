import { environments } from "../../../src/environments";
import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { groupOf } from "../../../src/diagram/security-groups";
import { connections, type Connection } from "../../../src/names";
import { INTERNET, reachability } from "../../../src/reachability";
import { Stack } from "../../../src/terraform/stack";
import { synthesize } from "../../support/stack";

const groups = {
  alb: "load_balancer_alb",
  api: "api_server",
  web: "web_app",
  migrate: "db_migrate",
  database: "database",
  efs: "storage_efs",
} as const;
type Part = keyof typeof groups;
const parts = Object.keys(groups) as Part[];

interface Reached {
  /** Every "from -> to: port" that both sides' rules let through. */
  readonly all: readonly string[];
  /** Those of them that only a rule for the whole internet allows. */
  readonly throughTheInternet: readonly string[];
}

function reached(settings: EnvironmentSettings, https: boolean): Reached {
  const stack = synthesize(settings);
  const subnets = (tier: string) =>
    Object.values(stack.resources("aws_subnet"))
      .filter((subnet) => subnet.tags.Type === tier)
      .map((subnet) => subnet.cidr_block as string);
  const template = new Stack(stack.template, { enable_https: https });
  const members = parts.map((part) =>
    groupOf(
      template,
      `aws_security_group.${groups[part]}`,
      subnets(part === "alb" ? "public" : "private"),
    ),
  );
  const names = new Map(members.map(({ id }, index) => [id, parts[index]!]));
  const name = (end: string) => (end === INTERNET ? INTERNET : names.get(end)!);
  const found = reachability(members);
  const lines = (some: typeof found) =>
    some.map(({ from, to, port }) => `${name(from)} -> ${name(to)}: ${port}`).sort();
  return {
    all: lines(found),
    throughTheInternet: lines(found.filter((one) => one.throughTheInternet)),
  };
}

const betweenParts = [
  "alb -> api: 8000",
  "alb -> api: 8080",
  "alb -> web: 80",
  "api -> database: 5432",
  "api -> efs: 2049",
  "migrate -> database: 5432",
];

const outbound = ["api -> internet: 443", "migrate -> internet: 443", "web -> internet: 443"];

describe.each(environments)("allowed connections in $name", (settings) => {
  const stack = synthesize(settings);

  test("with HTTP only", () => {
    expect(reached(settings, false)).toEqual({
      all: [...betweenParts, ...outbound, "internet -> alb: 80"].sort(),
      throughTheInternet: [],
    });
  });

  test("with HTTPS", () => {
    // The load balancer is part of the internet, which tasks reach by HTTPS.
    const throughTheInternet = ["api", "migrate", "web"].map((task) => `${task} -> alb: 443`);
    expect(reached(settings, true)).toEqual({
      all: [
        ...betweenParts,
        ...outbound,
        ...throughTheInternet,
        "internet -> alb: 443",
        "internet -> alb: 80",
      ].sort(),
      throughTheInternet,
    });
  });

  test("a group has inline rules in both directions, or none: a direction that is left out keeps the rules of an adopted group", () => {
    for (const part of parts) {
      const group = stack.resource(`aws_security_group.${groups[part]}`);
      const separate = part === "database" || part === "efs";
      expect([part, "ingress" in group, "egress" in group]).toEqual([part, !separate, !separate]);
    }
  });

  test("the VPC's default group allows no connections", () => {
    expect(stack.resource("aws_default_security_group.network_main")).toMatchObject({
      ingress: [],
      egress: [],
    });
  });
});

test.each(["load-balancer", "none"] as const)(
  "with the URL rewrite %s nobody reaches a proxy",
  (urlRewrite) => {
    const settings = { ...local, apiServer: { ...local.apiServer, urlRewrite } };
    expect(reached(settings, false).all).toEqual(
      [
        ...betweenParts.filter((line) => !line.endsWith("8080")),
        ...outbound,
        "internet -> alb: 80",
      ].sort(),
    );
  },
);

test("egress can be narrowed", () => {
  const settings = {
    ...local,
    webApp: {
      ...local.webApp,
      egress: [{ description: "Endpoints", port: 443, cidrBlocks: ["10.0.0.0/16"] }],
    },
  };
  expect(reached(settings, false).all).toEqual(
    [
      ...betweenParts,
      ...outbound.filter((line) => !line.startsWith("web")),
      "internet -> alb: 80",
    ].sort(),
  );
});

test("groups whose own rules would name each other, a cycle for Terraform, are refused", () => {
  const all = connections as Connection[];
  all.push({ ...all.find(({ from }) => from === "db-migrate")!, ruleResource: undefined });
  try {
    expect(() => synthesize(local)).toThrow("db-migrate to db needs a ruleResource");
  } finally {
    all.pop();
  }
});
