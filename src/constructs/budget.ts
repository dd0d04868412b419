import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** What a month may cost, and who hears of it. */
export interface BudgetProps extends Context {
  /** US dollars a month. */
  readonly monthlyDollars: number;
  /** E-mail address that is told. */
  readonly alertEmail: string;
}

/** Percent of the budget that the bill may reach before somebody hears of it. */
const ACTUAL_PERCENT = 80;
/** Percent of the budget that AWS may forecast before somebody hears of it. */
const FORECAST_PERCENT = 100;

/**
 * An AWS budget on the bill of what has the environment's tag. Free of charge.
 *
 * AWS counts by the tag only from the day on which the account activates it as a cost allocation tag.
 */
export class Budget extends Construct {
  /** Makes the budget and its two alerts. */
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
