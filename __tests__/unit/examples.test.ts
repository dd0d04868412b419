import { readFileSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../support/examples";
import { faults } from "../support/faults";
import { synthesize } from "../support/stack";

const list = readFileSync(join(__dirname, "../../examples/README.md"), "utf8");

test("the list of examples names each, and nothing else", () => {
  const named = [...list.matchAll(/^\| `(.+?\.ts)`/gm)].map(([, file]) => file);
  expect(named.sort()).toEqual(examples.map(([file]) => file).sort());
});

test.each(examples)("%s is accepted and becomes a whole stack", (_file, settings) => {
  expect(faults(settings)).toEqual([]);
  const { template } = synthesize(settings);
  expect(template.resource).toHaveProperty("aws_ecs_service");
  expect(template.resource).toHaveProperty("aws_db_instance");
});
