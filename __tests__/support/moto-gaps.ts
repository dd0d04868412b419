import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";

/** How a gap's test reaches the embedded AWS: once, since another try finds no other answer. */
export type GapClient = EmbeddedAws["client"] & { maxAttempts: number };

/** Uses something that moto does not have. It throws if it is not there. */
export type Gap = (client: GapClient) => Promise<void>;

const folder = resolve(__dirname, "../../src/embedded-aws/gaps");

/** Names of all gaps that src/embedded-aws/gaps declares. */
export function declaredGaps(): string[] {
  return readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/^@gap\ndef (\w+)/gm)].map(
      ([, name]) => name!,
    ),
  );
}

/**
 * Tests that each gap is closed, and is still open in moto itself.
 *
 * @param gaps How each is tried, by its name in src/embedded-aws/gaps.
 */
export function testGaps(gaps: Readonly<Record<string, Gap>>): void {
  let aws: EmbeddedAws;
  let moto: EmbeddedAws;

  beforeAll(async () => {
    [aws, moto] = await Promise.all([startEmbeddedAws(), startEmbeddedAws({ plain: true })]);
  });

  afterAll(() => Promise.all([aws?.stop(), moto?.stop()]));

  test.each(Object.entries(gaps))("%s is closed", async (_name, check) => {
    await check({ ...aws.client, maxAttempts: 1 });
  });

  test.each(Object.entries(gaps))("%s is still open in moto itself", async (name, check) => {
    const open = await check({ ...moto.client, maxAttempts: 1 }).then(
      () => false,
      () => true,
    );
    if (!open) throw new Error(`moto does this now: delete ${name} from src/embedded-aws/gaps`);
  });
}
