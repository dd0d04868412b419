import { services } from "../../../../../src/names";
import { agentIn } from "../../../../../src/operations/inspect/doctor/guard-duty";

const [api] = services;
const task = (...names: string[]) => ({
  containers: names.map((name) => ({ name, lastStatus: "RUNNING" })),
});
const agent = "aws-guardduty-agent-T6VH2i";

test("GuardDuty's agent is in each task, and runs", () => {
  expect(agentIn([task("plue-api-server", agent)], "dev", api!).result).toBe("ok");
  expect(agentIn([task("plue-api-server", agent), task("plue-api-server")], "dev", api!)).toEqual({
    check: "GuardDuty's agent is in each task of the API server",
    result: "failed",
    saw: "in 1 of 2",
    fix: "switch on Runtime Monitoring in GuardDuty; plue restart dev api",
  });
  const stopped = { containers: [{ name: agent, lastStatus: "STOPPED" }] };
  expect(agentIn([stopped], "dev", api!).result).toBe("failed");
});
