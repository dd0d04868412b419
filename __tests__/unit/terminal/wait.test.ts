import { waitFor } from "../../../src/terminal/wait";

describe("waiting", () => {
  let shown: string;

  beforeEach(() => {
    shown = "";
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      shown += String(text);
      return true;
    });
  });

  afterEach(() => jest.restoreAllMocks());

  const looks = (...states: string[]) => {
    let next = 0;
    return () => {
      const state = states[Math.min(next++, states.length - 1)]!;
      return Promise.resolve(state === "done" ? { done: state } : { waiting: state });
    };
  };

  test("shows what it waits for, once for each change, with the remaining time", async () => {
    const options = { what: "The task", timeout: 60, interval: 0, advice: [] };
    const look = looks("PENDING", "PENDING", "RUNNING", "done");
    expect(await waitFor({ ...options, look })).toBe("done");
    expect(shown.split("\n")).toEqual([
      expect.stringMatching(/^The task: PENDING, .* left$/),
      expect.stringMatching(/^The task: RUNNING, .* left$/),
      "",
    ]);
  });

  test("ends at its deadline and reports the last state", async () => {
    const options = { what: "The task", timeout: 0, interval: 0, advice: ["Look there."] };
    await expect(waitFor({ ...options, look: looks("PENDING") })).rejects.toMatchObject({
      exitCode: 1,
      message: "The task: gave up after 0 s (PENDING)",
      advice: ["Look there."],
    });
  });
});
