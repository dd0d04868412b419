import { plueEnds } from "../../support/plue";

// Without AWS and Terraform: nothing on the PATH, no credentials, an endpoint that does not respond.
const env = { PATH: "/nonexistent", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };

test("plue review prints each failed control with its reason and price, and the ids of all others", async () => {
  const { stdout, stderr } = await plueEnds(0, ["review", "production"], env);
  expect(stdout).toMatch(/^AWS Foundational Security Best Practices: \d+ failed$/m);
  expect(stdout).toMatch(
    /^ {2}ELB\.5 access logs\n {6}Access logs cost .*\. \$\d+\.\d\d a month: `loadBalancer\.accessLogs/m,
  );
  expect(stdout).toMatch(/^ {2}passed \(\d+\): .*RDS\.9/m);
  expect(stdout).not.toMatch(/undefined/);
  expect(stderr).toMatch(/^Next: /);
});

test("plue review --json prints the same", async () => {
  const { stdout } = await plueEnds(0, ["review", "dev", "--json"], env);
  const review = JSON.parse(stdout) as {
    name: string;
    findings: { id: string; status: string }[];
  }[];
  expect(review).toHaveLength(4);
  const rds11 = review[0]!.findings.find(({ id }) => id === "RDS.11");
  expect(rds11).toMatchObject({
    status: "failed",
    passing: "Free: `database.backupRetentionDays=7`.",
  });
});
