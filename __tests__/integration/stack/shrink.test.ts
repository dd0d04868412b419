import { readFileSync } from "node:fs";
import { local as settings } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { useLocalStack } from "../../support/local-stack";

const large: EnvironmentSettings = {
  ...settings,
  network: {
    ...settings.network,
    natGateways: "per-zone",
    zones: [...settings.network.zones, { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" }],
  },
};

describeEmbeddedAws("a network that gets smaller", () => {
  const local = useLocalStack(large);

  beforeAll(() => local.stack.apply());

  /** The operations of an apply, in their order. */
  async function calls(apply: () => Promise<unknown>): Promise<string[]> {
    const before = readFileSync(local.aws.recording, "utf8").length;
    await apply();
    const lines = readFileSync(local.aws.recording, "utf8").slice(before).trim().split("\n");
    return lines.map((line) => (JSON.parse(line) as { operation: string }).operation);
  }

  test("a zone goes after load balancer, services and mount target have left it", async () => {
    local.stack.synthesize({
      ...large,
      network: { ...large.network, zones: settings.network.zones },
    });
    // The embedded AWS refuses to delete a subnet that is in use, as AWS does.
    const made = await calls(() => local.stack.apply());
    expect(made.filter((operation) => operation === "DeleteSubnet")).toHaveLength(2);
    expect(await local.stack.pending()).toEqual([]);
  });

  test("a zone changes over to the one NAT gateway before its own goes", async () => {
    local.stack.synthesize(settings);
    const made = await calls(() => local.stack.apply());
    const changedOver = made.lastIndexOf("ReplaceRouteTableAssociation");
    expect(changedOver).toBeGreaterThan(-1);
    expect(made.indexOf("DeleteRouteTable")).toBeGreaterThan(changedOver);
    expect(made.indexOf("DeleteNatGateway")).toBeGreaterThan(changedOver);
    expect(await local.stack.pending()).toEqual([]);
  });

  test("another CIDR is refused with words: it would replace all of it", async () => {
    const cidr = "10.1.0.0/16";
    const zones = settings.network.zones.map((zone) => ({
      publicCidr: zone.publicCidr.replace("10.0.", "10.1."),
      privateCidr: zone.privateCidr.replace("10.0.", "10.1."),
    }));
    local.stack.synthesize({ ...settings, network: { ...settings.network, cidr, zones } });
    const { code, stderr } = await local.stack.terraform("plan", "-input=false");
    expect(code).toBe(1);
    expect(stderr.replace(/[\s│]+/g, " ")).toContain(
      "network.cidr of local is not the CIDR of its VPC",
    );
  });
});
