"""What AWS Budgets refuses."""

import re

from .registry import DOCS, Rules, listed

API = f"{DOCS}/aws-cost-management/latest/APIReference"

budgets = Rules("budgets", "InvalidParameterException")


@budgets.rule("CreateBudget UpdateBudget", f"{API}/API_budgets_Budget.html")
def budget(p, _call):
    given = p.get("Budget") or p.get("NewBudget") or {}
    limit = given.get("BudgetLimit")
    if limit is None:
        if not given.get("PlannedBudgetLimits") and not given.get("AutoAdjustData"):
            yield "BudgetLimit must be specified."
        return
    amount, unit = limit.get("Amount") or "", limit.get("Unit") or ""
    if not re.fullmatch(r"-?\d+(\.\d+)?", amount):
        yield f"Budget limit is not a number: {amount}"
    elif float(amount) <= 0:
        yield "Budget limit must be greater than 0."
    if given.get("BudgetType") == "COST" and not re.fullmatch(r"[A-Z]{3}", unit):
        yield f"Unit of a cost budget must be a currency: {unit}"


@budgets.rule(
    "CreateBudget CreateNotification CreateSubscriber", f"{API}/API_budgets_Subscriber.html"
)
def subscribers(p, _call):
    given = listed(p, "NotificationsWithSubscribers[].Subscribers[]")
    for subscriber in given + listed(p, "Subscribers[]") + listed(p, "Subscriber"):
        address, email = subscriber.get("Address") or "", r"[^@\s]+@[^@\s]+\.[^@\s]+"
        is_email = subscriber.get("SubscriptionType") == "EMAIL"
        if not re.fullmatch(email if is_email else r"arn:aws[a-z-]*:sns:.+", address):
            yield f"Invalid subscriber address: {address}"
    if len(p.get("NotificationsWithSubscribers") or []) > 10:
        yield "A budget can have up to 10 notifications."
