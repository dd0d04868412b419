import { execFileSync } from "node:child_process";
import { quoted } from "../../../../src/operations/inspect/exec";

test.each([
  [["sh", "-c", "a  b"]],
  [["echo", "it's", "", "$HOME", '"', "a\\b", "*", "#", "~"]],
  [["ls", "-la", "--color=never", "/git-repos"]],
])("the words %j stay the same words in a shell", (words) => {
  const script = `for word in ${words.map(quoted).join(" ")}; do printf '%s\\n' "$word"; done`;
  const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
  expect(printed).toBe(words.map((word) => `${word}\n`).join(""));
});
