import { Testing } from "cdktf";
import { environments } from "../../../src/environments";
import { GithubStack } from "../../../src/stack/github-stack";
import { examples } from "../../support/examples";
import { full } from "../../support/full";
import { synthesize } from "../../support/stack";

const named = [
  ...environments.map((settings) => [settings.name, settings] as const),
  ["full", full] as const,
  ...examples,
];

// A change that is meant is accepted with `npm run test:unit -- synthesized -u`. Read the diff before you commit it.
test.each(named)("the Terraform JSON of %s is the one that was reviewed", (_name, settings) => {
  expect(synthesize(settings).template).toMatchSnapshot();
});

test("the Terraform JSON of github is the one that was reviewed", () => {
  const stack = new GithubStack(Testing.app({ stackTraces: false }), {
    repository: "acme/infra",
    environments: ["dev", "production"],
    options: true,
  });
  expect(JSON.parse(Testing.synth(stack, true))).toMatchSnapshot();
});
