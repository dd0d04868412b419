import { plueEnds } from "../../support/plue";

// Without AWS and Terraform: nothing on the PATH, no credentials, an endpoint that does not respond.
const env = { PATH: "/nonexistent", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };

const total = (text: string) => Number(/^total +\$([\d.]+)/m.exec(text)?.[1]);

test("plue cost prints the price, the most that can be added, what is not included and the age of the prices", async () => {
  const { stdout, stderr } = await plueEnds(0, ["cost", "dev"], env);
  expect(stdout).toMatch(/^network +1 NAT gateway +\$32\.85/m);
  expect(stdout).toMatch(/what scales by itself adds \$\d+\.\d\d at most/);
  expect(stdout).toMatch(/^ {2}traffic between zones: /m);
  expect(stdout).toMatch(/^List prices of us-east-1 in US dollars, as of \d{4}-\d\d-\d\d/m);
  for (const line of stdout.split("\nNot in it:")[0]!.split("\n")) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
  expect(stderr).toMatch(/^Next: /);
});

test("plue cost --json prints the same price", async () => {
  const [text, json] = await Promise.all([
    plueEnds(0, ["cost", "production"], env),
    plueEnds(0, ["cost", "production", "--json"], env),
  ]);
  const bill = JSON.parse(json.stdout) as { monthly: number };
  expect(bill.monthly).toBeCloseTo(total(text.stdout), 2);
});

test("plue cost --if compares two prices", async () => {
  const { stdout } = await plueEnds(
    0,
    ["cost", "production", "--if", "apiServer.minCapacity=4", "--if", "budget.monthlyDollars=300"],
    env,
  );
  expect(stdout).toMatch(/^api_server +\$36\.74 +\$72\.78 +\+\$36\.04$/m);
  expect(stdout).toMatch(/^Budget: \$300\.00 a month is passed by /m);
});

test.each([
  ["a misspelt setting", "apiServer.minCapcity=4", "did you mean minCapacity?"],
  ["what AWS would refuse", "apiServer.size.cpu=300", "dev.apiServer.size"],
  ["no assignment", "apiServer", "is not a setting with a value"],
  ["a path with a gap", "apiServer..minCapacity=2", "is not a setting with a value"],
])("%s is refused", async (_, change, message) => {
  const { stdout, stderr } = await plueEnds(2, ["cost", "dev", "--if", change], env);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
});
