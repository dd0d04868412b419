import { PassThrough } from "node:stream";
import { Progress, showProgress } from "../../../src/terraform/progress";

const reads = `data.aws_caller_identity.me: Reading...
aws_vpc.network_main: Refreshing state... [id=vpc-1]
data.aws_caller_identity.me: Read complete after 0s [id=1]
ephemeral.aws_secretsmanager_secret_version.password: Opening...
ephemeral.aws_secretsmanager_secret_version.password: Opening complete after 0s
ephemeral.aws_secretsmanager_secret_version.password: Closing...
ephemeral.aws_secretsmanager_secret_version.password: Closing complete after 0s
`;
const begins = `aws_vpc.network_main: Creating...
aws_db_instance.database_main: Creating...
`;
const goesOn = `aws_vpc.network_main: Creation complete after 2s [id=vpc-1]
aws_db_instance.database_main: Still creating... [10s elapsed]
`;

test("a plan counts what it reads", () => {
  const progress = new Progress();
  expect(progress.take(`${reads}No changes.\n`, "reads")).toBe("No changes.\n");
  expect(progress.status).toBe("3 resources read");
});

test("an apply counts what is done of all, and names what it waits for", () => {
  const progress = new Progress(3);
  expect(progress.take(begins, "reads and changes")).toBe("");
  expect(progress.status).toBe("0 of 3, waiting for aws_vpc.network_main and 1 more");
  progress.take(goesOn, "reads and changes");
  expect(progress.status).toBe("1 of 3, waiting for aws_db_instance.database_main");
  progress.take("aws_lb.old (deposed object 1a): Destruction complete after 1s\n", "reads");
  expect(progress.status).toMatch(/^2 of 3/);
});

test("an apply without a saved plan takes its total from what Terraform prints", () => {
  const progress = new Progress();
  progress.take("Plan: 2 to import, 5 to add, 1 to change, 1 to destroy.\n", "reads");
  progress.take(begins, "reads");
  expect(progress.status).toMatch(/^0 of 7,/);
});

test("lines may come in pieces and in colour", () => {
  const progress = new Progress(1);
  const text = "\u001b[1maws_vpc.a: Creating...\u001b[0m\naws_vpc.a: Creation complete after 1s\n";
  for (const piece of text) progress.take(piece, "reads");
  expect(progress.status).toBe("1 of 1");
});

const shown = (isTTY: boolean, verbose = false) => {
  const out = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  Object.assign(out, { isTTY, columns: 80 });
  const { onOutput, end } = showProgress({ what: "terraform apply", total: 2, verbose }, out);
  for (const text of [reads, begins, goesOn, "Apply complete!\nno line end"]) onOutput?.(text);
  end();
  return String((out.read() as Buffer | null) ?? "");
};

test("without a terminal, only what is read is left out", () => {
  expect(shown(false)).toBe(`${begins}${goesOn}Apply complete!\nno line end`);
});

test("a terminal gets one line that counts", () => {
  const text = shown(true);
  expect(text).toContain(
    "terraform apply: 1 of 2, waiting for aws_db_instance.database_main (0 s)",
  );
  expect(text).not.toContain("Still creating");
  expect(text.split("\n")).toHaveLength(2);
  expect(text).toMatch(/\u001b\[Kno line end$/);
});

test("all of it is shown on demand", () => {
  const { onOutput } = showProgress({ what: "terraform plan", verbose: true });
  expect(onOutput).toBeUndefined();
});
