import { client } from "../aws/client";
import { after, found, noSearch, shown, type ResourceKind } from "./kind";

/** A parameter of Systems Manager. */
export const ssmParameter: ResourceKind = {
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
  existing: noSearch.notYet,
  remaining: {
    "ssm:parameter/": async (to, name) => {
      const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
      await client(SSMClient, to).send(new GetParameterCommand({ Name: `/${name}` }));
      return found;
    },
  },
  loses: "none",
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
};
