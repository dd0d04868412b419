import { aws } from "../aws/services";
import { ask } from "./ask";
import { after, card, noSearch, resourceKind, shown } from "./kind";

/** A parameter of Systems Manager. */
export const ssmParameter = resourceKind({
  type: "aws_ssm_parameter",
  words: "parameter",
  drawing: card("management", "sliders", "Parameter", {
    together: "Parameter Store",
    facts: ({ name }) => [shown(name)?.split("/").at(-1)],
  }),
  cost: "standard parameters are free of charge",
  // Each is declared with `overwrite`.
  existing: noSearch.idempotent,
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
