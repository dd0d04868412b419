import { aws } from "../aws/services";
import { ask, existing, search } from "./ask";
import { after, shown, resourceKind } from "./kind";

/** A parameter of Systems Manager. */
export const ssmParameter = resourceKind({
  type: "aws_ssm_parameter",
  words: "parameter",
  drawing: {
    as: "card",
    family: "management",
    glyph: "sliders",
    title: "Parameter",
    together: "Parameter Store",
    facts: ({ name }) => [shown(name)?.split("/").at(-1)],
  },
  cost: "standard parameters are free of charge",
  existing: search(aws.ssm, async (ssm, { name }) => {
    const ofParameter = { ResourceType: "Parameter", ResourceId: name } as const;
    return existing(name, (await ssm.listTagsForResource(ofParameter)).TagList);
  }),
  remaining: {
    "ssm:parameter/": ask(aws.ssm, (ssm, name) => ssm.getParameter({ Name: `/${name}` })),
  },
  permissions: {
    names: {
      "ssm:parameter": (p) =>
        after(
          "parameter",
          p.Name ??
            p.Names ??
            p.Path ??
            (p.ResourceType === "Parameter" ? p.ResourceId : undefined),
        ),
    },
  },
});
