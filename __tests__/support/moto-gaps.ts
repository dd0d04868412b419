import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { startEmbeddedAws, type EmbeddedAws } from "./embedded-aws";

/** How a gap's test reaches the embedded AWS: once, since another try finds no other answer. */
export type GapClient = EmbeddedAws["client"] & { maxAttempts: number };

/** Tries what moto lacks: passes where it is there, throws where it is not. */
export type Gap = (client: GapClient) => Promise<void>;

/**
 * Tests that each gap of a file in src/embedded-aws is closed, is still open in moto itself, and is
 * tested at all.
 *
 * @param file Name of the Python file whose `ALL` lists the gaps.
 * @param gaps How each is tried, in the order of that list.
 */
export function testGaps(file: string, gaps: Readonly<Record<string, Gap>>): void {
  let aws: EmbeddedAws;
  let moto: EmbeddedAws;

  beforeAll(async () => {
    [aws, moto] = await Promise.all([startEmbeddedAws(), startEmbeddedAws({ plain: true })]);
  });

  afterAll(() => Promise.all([aws?.stop(), moto?.stop()]));

  test(`every gap in ${file} is tested here`, () => {
    const source = readFileSync(resolve(__dirname, "../../src/embedded-aws", file), "utf8");
    const [, all = ""] = /^ALL = \(([^)]*)\)/m.exec(source) ?? [];
    expect(all.match(/\w+/g)).toEqual(Object.keys(gaps));
  });

  test.each(Object.entries(gaps))("%s is closed", async (_name, check) => {
    await check({ ...aws.client, maxAttempts: 1 });
  });

  test.each(Object.entries(gaps))("%s is still open in moto itself", async (name, check) => {
    const open = await check({ ...moto.client, maxAttempts: 1 }).then(
      () => false,
      () => true,
    );
    if (!open) throw new Error(`moto does this by now: drop ${name} from src/embedded-aws/${file}`);
  });
}
