"""Calls of budgets that moto does not have."""

import json

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import BudgetsBackend
from moto.budgets.responses import BudgetsResponse
from moto.utilities.tagging_service import TaggingService

from extensions import replaces
from .registry import add, gap, store


def budget_of(response: BudgetsResponse, name: str):
    """A budget of moto's; budgets.DescribeBudget's error for one that does not exist."""
    response.backend.describe_budget(response._get_param("AccountId"), name)
    return response.backend.budgets[response._get_param("AccountId")][name]


@gap
def budgets_subscribers():
    """DescribeSubscribersForNotification: the provider reads it and repeats a 500 without end."""

    def describe_subscribers_for_notification(self):
        wanted = self._get_param("Notification")
        for notification in budget_of(self, self._get_param("BudgetName")).notifications:
            if all(notification.details.get(name) == value for name, value in wanted.items()):
                return json.dumps({"Subscribers": notification.subscribers})
        raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")

    add(BudgetsResponse, describe_subscribers_for_notification)


@gap
def budgets_update():
    """UpdateBudget, for a new limit. The alerts stay."""

    def update_budget(self):
        changed = self._get_param("NewBudget")
        budget_of(self, changed["BudgetName"]).budget.update(changed)
        return json.dumps({})

    add(BudgetsResponse, update_budget)


@gap
def budgets_tags():
    """ListTagsForResource, TagResource, UntagResource and the tags of CreateBudget."""

    def tagger(backend) -> TaggingService:
        return store(backend, "tags").setdefault("all", TaggingService(tag_name="ResourceTags"))

    @replaces(BudgetsResponse)
    def create_budget(create, self):
        answer = create(self)
        account, tags = self._get_param("AccountId"), self._get_param("ResourceTags", [])
        arn = f"arn:aws:budgets::{account}:budget/{self._get_param('Budget')['BudgetName']}"
        tagger(self.backend).tag_resource(arn, tags)
        return answer

    @replaces(BudgetsBackend)
    def delete_budget(delete, self, account_id, budget_name):
        delete(self, account_id, budget_name)
        tagger(self).delete_all_tags_for_resource(f"arn:aws:budgets::{account_id}:budget/{budget_name}")

    def list_tags_for_resource(self):
        return json.dumps(tagger(self.backend).list_tags_for_resource(self._get_param("ResourceARN")))

    def tag_resource(self):
        tagger(self.backend).tag_resource(self._get_param("ResourceARN"), self._get_param("ResourceTags"))
        return json.dumps({})

    def untag_resource(self):
        tagger(self.backend).untag_resource_using_names(
            self._get_param("ResourceARN"), self._get_param("ResourceTagKeys")
        )
        return json.dumps({})

    add(BudgetsResponse, list_tags_for_resource, tag_resource, untag_resource)
