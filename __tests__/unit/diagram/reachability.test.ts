import { groupOf } from "../../../src/diagram/security-groups";
import { reachability } from "../../../src/reachability";
import { Stack } from "../../../src/terraform/stack";

interface Rule {
  readonly protocol: string;
  readonly from_port: number;
  readonly to_port: number;
  readonly cidr_blocks: readonly string[];
}

const rule = (protocol: string, [from, to]: readonly [number, number], cidr: string): Rule => ({
  protocol,
  from_port: from,
  to_port: to,
  cidr_blocks: [cidr],
});

const client = "aws_security_group.client";
const server = "aws_security_group.server";

/** The ports that a client reaches if one rule lets it send and another lets the server receive. */
function ports(egress: Rule, ingress: Rule): string[] {
  const template = new Stack({
    resource: {
      aws_security_group: {
        client: { egress: [egress], ingress: [] },
        server: { egress: [], ingress: [ingress] },
      },
    },
  });
  return reachability([
    groupOf(template, client, ["10.0.1.0/24"]),
    groupOf(template, server, ["10.0.2.0/24"]),
  ])
    .filter(({ from, to }) => from === client && to === server)
    .map(({ port, throughTheInternet }) => (throughTheInternet ? `${port}, as internet` : port));
}

const everything: readonly [number, number] = [0, 0];

test.each<[string, Rule, Rule, string[]]>([
  [
    "the ports that both rules allow",
    rule("tcp", [80, 90], "10.0.0.0/16"),
    rule("tcp", [85, 100], "10.0.0.0/16"),
    ["85-90"],
  ],
  [
    "nothing where the ports differ",
    rule("tcp", [80, 80], "10.0.0.0/16"),
    rule("tcp", [81, 81], "10.0.0.0/16"),
    [],
  ],
  [
    "nothing where the protocols differ",
    rule("udp", [53, 53], "10.0.0.0/16"),
    rule("tcp", [53, 53], "10.0.0.0/16"),
    [],
  ],
  [
    "what the other side allows, by a rule for every protocol",
    rule("-1", everything, "10.0.0.0/16"),
    rule("tcp", [5432, 5432], "10.0.0.0/16"),
    ["5432"],
  ],
  [
    "all, by two rules for every protocol",
    rule("-1", everything, "10.0.0.0/16"),
    rule("-1", everything, "10.0.0.0/16"),
    ["all"],
  ],
  [
    "nothing by a rule for another network",
    rule("tcp", [80, 80], "10.0.0.0/16"),
    rule("tcp", [80, 80], "10.0.2.0/24"),
    [],
  ],
  [
    "what only a rule for the whole internet allows, as such",
    rule("tcp", [443, 443], "0.0.0.0/0"),
    rule("tcp", [443, 443], "10.0.0.0/16"),
    ["443, as internet"],
  ],
])("one group reaches %s", (_, egress, ingress, expected) => {
  expect(ports(egress, ingress)).toEqual(expected);
});
