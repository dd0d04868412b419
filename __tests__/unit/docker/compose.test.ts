import { readFileSync } from "node:fs";
import path from "node:path";

import { parse } from "yaml";

const DOCKER_DIR = path.resolve(__dirname, "../../../docker");
const text = readFileSync(path.join(DOCKER_DIR, "docker-compose.yml"), "utf8");

interface Service {
  image: string;
  environment: Record<string, string>;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
}

const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const service = (name: string): Service => {
  const found = services[name];
  if (!found) throw new Error(`There is no service ${name}`);
  return found;
};

test("each service starts when what it needs is ready, not merely started", () => {
  const conditions = Object.fromEntries(
    Object.entries(services).map(([name, { depends_on = {} }]) => [
      name,
      Object.entries(depends_on).map(([other, { condition }]) => `${other} ${condition}`),
    ]),
  );

  expect(conditions).toEqual({
    postgres: [],
    migrate: ["postgres service_healthy"],
    api: ["migrate service_completed_successfully"],
    "api-proxy": [],
    web: ["api service_healthy", "api-proxy service_healthy"],
    "api-test": ["migrate service_completed_successfully"],
    healthcheck: ["web service_healthy"],
  });
});

test("every port is open to this machine only", () => {
  const ports = Object.values(services).flatMap((each) => each.ports ?? []);

  expect(ports).toHaveLength(3);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test("the services get the variables that they get in the cloud", () => {
  expect(service("api").environment).toMatchObject({
    DATABASE_URL: expect.stringMatching(
      /^postgresql:\/\/plue:.*@postgres:5432\/plue\?sslmode=verify-full$/,
    ) as string,
  });
  expect(service("web").environment).toMatchObject({ PORT: "8080", API_ENDPOINT: "/api" });
  expect(service("migrate").environment).toEqual(service("api").environment);
});

test("the API's proxy is a second container of the same image in the API's network, as on ECS", () => {
  expect(service("api-proxy")).toMatchObject({ image: service("api").image, command: ["proxy"] });
  expect(service("api")).toMatchObject({ network_mode: "service:api-proxy" });
  expect(service("web").environment.API_UPSTREAM).toBe("http://api-proxy:8080");
});

test("the API's tests get their database by the name that they read, and none that a server would", () => {
  expect(Object.keys(service("api-test").environment)).toEqual(["TEST_DATABASE_URL"]);
});

test("what needs to write nothing cannot, and nothing of ours has root's rights", () => {
  for (const name of ["api-proxy", "web", "migrate", "healthcheck"])
    expect(service(name).read_only).toBe(true);
  for (const name of Object.keys(services).filter((each) => each !== "postgres")) {
    expect(service(name).cap_drop).toEqual(["ALL"]);
  }
});

test(".env.example has every variable that the file asks for, and no other", () => {
  const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name);
  const example = readFileSync(path.join(DOCKER_DIR, ".env.example"), "utf8");
  const offered = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);

  expect([...new Set(asked)].sort()).toEqual(offered.sort());
});
