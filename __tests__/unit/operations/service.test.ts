import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { local } from "../../../src/environments/local";
import { api, web } from "../../../src/names";
import type { Environment } from "../../../src/operations/environment";
import { checkServices } from "../../../src/operations/inspect/doctor/services";
import { waitUntilStable } from "../../../src/operations/service";

// The responses do not take time.
jest.mock("node:timers/promises", () => ({ setTimeout: () => Promise.resolve() }));

/** Responses of ECS, one for each call; the last one repeats. */
interface Look {
  readonly status: string;
  readonly statusReason?: string;
  readonly stage?: string;
  /** The task definition that the service runs. */
  readonly taskDefinition?: string;
  /** How many deployments the service has. */
  readonly deployments: number;
}

// ECS, as far as waiting for a deployment goes.
let server: Server;
let looks: Look[];
let strategy = "BLUE_GREEN";

beforeAll(async () => {
  server = createServer((request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1)!;
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer(operation)));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => server.close());

function answer(operation: string): unknown {
  const [look] = looks as [Look];
  switch (operation) {
    case "DescribeServices":
      return {
        services: [
          {
            status: "ACTIVE",
            deploymentConfiguration: { strategy },
            runningCount: 2,
            desiredCount: 2,
            deployments: Array.from({ length: look.deployments }, (_, index) => ({
              id: `ecs-svc/${index}`,
              status: index === 0 ? "PRIMARY" : "ACTIVE",
              rolloutState: look.status === "COMPLETED" ? "COMPLETED" : "IN_PROGRESS",
              taskDefinition: look.taskDefinition,
            })),
            events: [
              { message: "(deployment ecs-svc/9) deployment failed: tasks failed to start." },
            ],
          },
        ],
      };
    case "ListServiceDeployments":
      return {
        serviceDeployments: [
          { serviceDeploymentArn: "older", createdAt: 1, status: "SUCCESSFUL" },
          { serviceDeploymentArn: "newest", createdAt: 2, status: look.status },
        ],
      };
    case "DescribeServiceDeployments":
      if (looks.length > 1) looks.shift();
      return {
        serviceDeployments: [
          {
            serviceDeploymentArn: "newest",
            status: look.status,
            statusReason: look.statusReason,
            lifecycleStage: look.stage,
          },
        ],
      };
    case "DescribeTaskDefinition":
      return { taskDefinition: { taskDefinitionArn: "web:2" } };
    case "ListTasks":
      return { taskArns: [] };
    default:
      return {};
  }
}

const environment = (): Environment => ({
  name: "dev",
  region: "us-east-1",
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  settings: {
    ...local,
    name: "dev",
    apiServer: {
      ...local.apiServer,
      deployment: { strategy: "blue-green", bakeTimeMinutes: 0 },
    },
  },
  accountId: "123456789012",
  projectDir: "",
  stackDir: "",
});

const wait = async (...answers: Look[]) => {
  looks = answers;
  await waitUntilStable(environment(), api, 20);
};

test("a blue/green deployment is stable when ECS reports success and the old tasks have stopped", async () => {
  const before = { status: "SUCCESSFUL", deployments: 2 };
  await wait(before, { status: "SUCCESSFUL", deployments: 1 });
  expect(looks).toHaveLength(1);
});

test("a deployment that ECS rolled back has failed, although the service is stable again", async () => {
  const statusReason = "alarm dev-plue-api-deployment-errors";
  await expect(
    wait({ status: "ROLLBACK_SUCCESSFUL", statusReason, deployments: 1 }),
  ).rejects.toThrow(
    `the API server's deployment failed: ${statusReason}; the previous tasks serve again`,
  );
});

test.each(["STOPPED", "ROLLBACK_FAILED"])(
  "%s is a failure, whatever still runs",
  async (status) => {
    await expect(wait({ status, deployments: 2 })).rejects.toThrow("deployment failed");
  },
);

test("a rolling deployment that ECS rolled back before the apply ended has failed", async () => {
  looks = [{ status: "COMPLETED", deployments: 1, taskDefinition: "web:1" }];
  await expect(waitUntilStable(environment(), web, 20, { applied: true })).rejects.toThrow(
    "the web app's deployment failed: (deployment ecs-svc/9) deployment failed: tasks failed to start.",
  );
  looks = [{ status: "COMPLETED", deployments: 1, taskDefinition: "web:2" }];
  await waitUntilStable(environment(), web, 20, { applied: true });
});

test("plue doctor checks that ECS has the strategy of the settings", async () => {
  looks = [{ status: "SUCCESSFUL", deployments: 1 }];
  expect(await checkServices(environment())).toMatchObject([
    { result: "ok", saw: "2 of 2 running, blue-green deployments" },
    { result: "failed", saw: "its deployment strategy in ECS is BLUE_GREEN, not ROLLING" },
  ]);
  strategy = "ROLLING";
  expect(await checkServices(environment())).toMatchObject([
    { result: "failed", saw: "its deployment strategy in ECS is ROLLING, not BLUE_GREEN" },
    { result: "ok", saw: "2 of 2 running" },
  ]);
});
