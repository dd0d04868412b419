import { after, card, resourceKind } from "./kind";

/** A budget. */
export const budgetsBudget = resourceKind({
  type: "aws_budgets_budget",
  words: "budgets budget",
  drawing: card("management", "chart", "Budget", {
    facts: ({ limit_amount: limit }) => [`$${Number(limit).toFixed(0)} a month`],
  }),
  cost: "a budget that only sends alerts is free of charge",
  existing: "no search: Terraform reports a budget of the same name",
  remaining: "budgets are global: the search by tags in a region does not list them",
  permissions: {
    names: { "budgets:budget": (p) => after("budget/", p.BudgetName) },
  },
});
