import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** Properties of the budget. */
export interface BudgetProps extends Context {
  /** Limit in US dollars a month. */
  readonly monthlyDollars: number;
  /** E-mail address that is notified. */
  readonly alertEmail: string;
}

/** Alert threshold for the actual cost, in percent of the budget. */
const ACTUAL_PERCENT = 80;
/** Alert threshold for the forecast cost, in percent of the budget. */
const FORECAST_PERCENT = 100;

/**
 * An AWS budget for the cost of the resources with the environment's tag. Free of charge.
 *
 * AWS counts cost by the tag only after the account activates it as a cost allocation tag.
 */
export class Budget extends Construct {
  /** Creates the budget and its two alerts. */
  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    isNew(this);
    const { environment, monthlyDollars, alertEmail } = props;
    const alert = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notificationType,
      comparisonOperator: "GREATER_THAN",
      threshold,
      thresholdType: "PERCENTAGE",
      subscriberEmailAddresses: [alertEmail],
    });
    new BudgetsBudget(this, "aws_budgets_budget.monthly", {
      name: `${environment}-plue-monthly`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: monthlyDollars.toFixed(2),
      limitUnit: "USD",
      costFilter: [{ name: "TagKeyValue", values: [`user:Environment$${environment}`] }],
      notification: [alert("ACTUAL", ACTUAL_PERCENT), alert("FORECASTED", FORECAST_PERCENT)],
    });
  }
}
