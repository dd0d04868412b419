import { environments } from "../../../src/environments";
import { BlockList } from "node:net";
import { local } from "../../../src/environments/local";
import { referred, synthesize, type Synthesized } from "../../support/stack";

interface Rule {
  from_port: number;
  to_port: number;
  cidr_blocks?: string[] | null;
  security_groups?: string[] | null;
}

interface Group {
  ingress: Rule[];
  egress: Rule[];
}

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

/** The load balancer's rules are an expression, since they depend on a variable. */
function inlineRules(rules: Rule[] | string | undefined, https: boolean): Rule[] {
  if (typeof rules !== "string") return rules ?? [];
  const ports = /for port in var\.enable_https \? \[(.*?)\] : \[(.*?)\]/.exec(rules);
  const cidrs = /cidr_blocks = (\[.*?\])/.exec(rules);
  if (!ports || !cidrs) throw new Error(`cannot read ${rules}`);
  return ports[https ? 1 : 2]!.split(",").map((port) => ({
    from_port: Number(port),
    to_port: Number(port),
    cidr_blocks: JSON.parse(cidrs[1]!) as string[],
  }));
}

function groupOf(stack: Synthesized, part: Part, https: boolean): Group {
  const address = `aws_security_group.${groups[part]}`;
  const group = stack.resource(address);
  const separate = (type: string): Rule[] =>
    Object.values(stack.resources("aws_security_group_rule"))
      .filter((rule) => rule.type === type && referred(rule.security_group_id) === address)
      .map((rule) => ({
        from_port: rule.from_port,
        to_port: rule.to_port,
        cidr_blocks: rule.cidr_blocks,
        security_groups: rule.source_security_group_id && [rule.source_security_group_id],
      }));
  return {
    ingress: [...inlineRules(group.ingress, https), ...separate("ingress")],
    egress: [...inlineRules(group.egress, https), ...separate("egress")],
  };
}

function subnetsOf(stack: Synthesized, part: Part): string[] {
  const kind = part === "alb" ? "public" : "private";
  return Object.values(stack.resources("aws_subnet"))
    .filter((subnet) => subnet.tags.Type === kind)
    .map((subnet) => subnet.cidr_block as string);
}

function admits(stack: Synthesized, rule: Rule, peer: Part | "internet"): boolean {
  const inCidr = (address: string) =>
    (rule.cidr_blocks ?? []).some((cidr) => {
      const list = new BlockList();
      const [network = "", bits] = cidr.split("/");
      list.addSubnet(network, Number(bits));
      return list.check(address);
    });
  if (peer === "internet") return inCidr("203.0.113.7");
  const byGroup = (rule.security_groups ?? []).some(
    (group) => referred(group) === `aws_security_group.${groups[peer]}`,
  );
  return byGroup || subnetsOf(stack, peer).some((cidr) => inCidr(cidr.split("/")[0]!));
}

function ports(rules: Rule[]): number[] {
  return rules.flatMap((rule) =>
    Array.from({ length: rule.to_port - rule.from_port + 1 }, (_, i) => rule.from_port + i),
  );
}

/** Every "from -> to: port" that both sides' rules let through. */
function reachable(stack: Synthesized, https: boolean): string[] {
  const all = new Map(parts.map((part) => [part, groupOf(stack, part, https)]));
  const found: string[] = [];
  for (const [to, target] of all) {
    const fromInternet = target.ingress.filter((rule) => admits(stack, rule, "internet"));
    found.push(...ports(fromInternet).map((port) => `internet -> ${to}: ${port}`));
    for (const [from, source] of all) {
      const opened = ports(target.ingress.filter((rule) => admits(stack, rule, from)));
      const sent = ports(source.egress.filter((rule) => admits(stack, rule, to)));
      found.push(
        ...opened.filter((port) => sent.includes(port)).map((port) => `${from} -> ${to}: ${port}`),
      );
    }
  }
  return found.sort();
}

const betweenParts = [
  "alb -> api: 8000",
  "alb -> api: 8080",
  "alb -> web: 80",
  "api -> database: 5432",
  "api -> efs: 2049",
  "migrate -> database: 5432",
];

describe.each(environments)("who reaches whom in $name", (settings) => {
  const stack = synthesize(settings);

  test("with HTTP only", () => {
    expect(reachable(stack, false)).toEqual([...betweenParts, "internet -> alb: 80"].sort());
  });

  test("with HTTPS", () => {
    // The load balancer is part of the internet, which tasks reach by HTTPS.
    const throughTheInternet = ["api", "migrate", "web"].map((task) => `${task} -> alb: 443`);
    expect(reachable(stack, true)).toEqual(
      [
        ...betweenParts,
        ...throughTheInternet,
        "internet -> alb: 443",
        "internet -> alb: 80",
      ].sort(),
    );
  });

  test("only tasks reach the internet, by HTTPS", () => {
    const outbound = parts.flatMap((part) =>
      ports(
        groupOf(stack, part, true).egress.filter((rule) => admits(stack, rule, "internet")),
      ).map((port) => `${part}: ${port}`),
    );
    expect(outbound).toEqual(["api: 443", "web: 443", "migrate: 443"]);
  });

  test("a group has inline rules both ways, or none: what is left out survives in an adopted group", () => {
    for (const part of parts) {
      const group = stack.resource(`aws_security_group.${groups[part]}`);
      const separate = part === "database" || part === "efs";
      expect([part, "ingress" in group, "egress" in group]).toEqual([part, !separate, !separate]);
    }
  });

  test("the VPC's default group lets nothing through", () => {
    expect(stack.resource("aws_default_security_group.network_main")).toMatchObject({
      ingress: [],
      egress: [],
    });
  });
});

test.each(["load-balancer", "none"] as const)(
  "with the URL rewrite %s nobody reaches a proxy",
  (urlRewrite) => {
    const stack = synthesize({ ...local, apiServer: { ...local.apiServer, urlRewrite } });
    expect(reachable(stack, false)).toEqual(
      [...betweenParts.filter((line) => !line.endsWith("8080")), "internet -> alb: 80"].sort(),
    );
  },
);

test("egress can be narrowed", () => {
  const stack = synthesize({
    ...local,
    webApp: {
      ...local.webApp,
      egress: [{ description: "Endpoints", port: 443, cidrBlocks: ["10.0.0.0/16"] }],
    },
  });
  const web = groupOf(stack, "web", false);
  expect(web.egress.filter((rule) => admits(stack, rule, "internet"))).toEqual([]);
  expect(reachable(stack, false)).toEqual([...betweenParts, "internet -> alb: 80"].sort());
});
