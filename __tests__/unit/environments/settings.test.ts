import type {
  FargateSize,
  LogRetentionDays,
  MasterPassword,
  NetworkSettings,
} from "../../../src/environments/settings";

// Nothing here is of use at run time: `npm run typecheck` fails where one of these compiles.
const refused = {
  // @ts-expect-error Fargate pairs 256 CPU units with 2048 MiB at most
  pair: { cpu: 256, memoryLimitMiB: 4096 } satisfies FargateSize,
  // @ts-expect-error Fargate has no such CPU size
  cpu: { cpu: 300, memoryLimitMiB: 512 } satisfies FargateSize,
  // @ts-expect-error 16 vCPUs take steps of 8 GiB
  step: { cpu: 16384, memoryLimitMiB: 33792 } satisfies FargateSize,
  // @ts-expect-error CloudWatch Logs has no such retention
  retention: 4 satisfies LogRetentionDays,
  // @ts-expect-error a write-only password has a version
  password: { mode: "write-only" } satisfies MasterPassword,
  // @ts-expect-error a NAT gateway serves one zone or all
  nat: "none" satisfies NetworkSettings["natGateways"],
};

test("settings that do not compile are written here, one for each rule that types carry", () => {
  expect(Object.keys(refused)).toHaveLength(6);
});
