import type { IpPermission } from "@aws-sdk/client-ec2";
import { contains } from "../../../../../src/environments/cidr";
import { blockedBy, groupOf } from "../../../../../src/operations/inspect/doctor/security-groups";

const rule = (port: number, rest: object) => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  ...rest,
});
const toGroup = (GroupId: string) => ({ UserIdGroupPairs: [{ GroupId }] });
const toCidr = (...cidrs: string[]) => ({ IpRanges: cidrs.map((CidrIp) => ({ CidrIp })) });

const cidrs = ["10.0.10.0/24", "10.0.20.0/24"];
const apiWith = (...IpPermissionsEgress: IpPermission[]) =>
  groupOf({ GroupName: "api", GroupId: "sg-api", IpPermissionsEgress }, cidrs);
const dbWith = (...IpPermissions: IpPermission[]) =>
  groupOf({ GroupName: "db", GroupId: "sg-db", IpPermissions }, cidrs);
const api = apiWith(rule(5432, toGroup("sg-db")));
const db = dbWith(rule(5432, toGroup("sg-api")));

describe("connections between the members of two security groups", () => {
  test("both sides must allow it, by group or by CIDR", () => {
    expect(blockedBy(api, db, 5432)).toBeUndefined();
    const byCidr = rule(5432, toCidr("10.0.10.0/24", "10.0.0.0/16"));
    expect(blockedBy(apiWith(byCidr), db, 5432)).toBeUndefined();
    const all = { IpProtocol: "-1", ...toCidr("0.0.0.0/0") };
    expect(blockedBy(apiWith(all), db, 5432)).toBeUndefined();
  });

  test("the result names the side that does not allow it", () => {
    expect(blockedBy(apiWith(), db, 5432)).toBe("api allows no connections to port 5432 of db");
    expect(blockedBy(api, dbWith(), 5432)).toBe("db allows no connections on port 5432 from api");
  });

  test("another port, another group or half of the subnets is not enough", () => {
    expect(blockedBy(api, db, 5433)).toBeDefined();
    const other = rule(5432, toGroup("sg-web"));
    expect(blockedBy(api, dbWith(other), 5432)).toBeDefined();
    const half = rule(5432, toCidr("10.0.10.0/24"));
    expect(blockedBy(api, dbWith(half), 5432)).toBeDefined();
  });
});

test.each([
  ["0.0.0.0/0", "10.0.10.0/24", true],
  ["10.0.0.0/16", "10.0.10.0/24", true],
  ["10.0.10.0/24", "10.0.10.0/24", true],
  ["10.0.10.0/25", "10.0.10.0/24", false],
  ["10.1.0.0/16", "10.0.10.0/24", false],
  ["255.255.255.255/32", "255.255.255.254/32", false],
])("%s holds %s: %s", (outer, inner, expected) => {
  expect(contains(outer, inner)).toBe(expected);
});
