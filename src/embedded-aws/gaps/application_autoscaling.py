"""Gaps of moto in application_autoscaling."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.utilities.tagging_service import TaggingService

from extensions import replaces
from .registry import add, gap


@gap
def application_autoscaling_tags():
    """ListTagsForResource, TagResource, UntagResource.

    The provider reads the tags of each scaling target and retries the 500 for minutes.
    """
    if hasattr(ApplicationAutoScalingResponse, "list_tags_for_resource"):
        return

    def tagging(response):
        backend = response.applicationautoscaling_backend
        if not hasattr(backend, "tagger"):
            backend.tagger = TaggingService()
        return backend.tagger

    def list_tags_for_resource(self):
        tags = tagging(self).get_tag_dict_for_resource(self._get_param("ResourceARN"))
        return json.dumps({"Tags": tags})

    def tag_resource(self):
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        tagging(self).tag_resource(self._get_param("ResourceARN"), tags)
        return json.dumps({})

    def untag_resource(self):
        tagging(self).untag_resource_using_names(
            self._get_param("ResourceARN"), self._get_param("TagKeys")
        )
        return json.dumps({})

    @replaces(ApplicationAutoScalingResponse)
    def register_scalable_target(register_target, self):
        registered = register_target(self)
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        tagging(self).tag_resource(json.loads(registered)["ScalableTargetARN"], tags)
        return registered

    add(ApplicationAutoScalingResponse, list_tags_for_resource, tag_resource, untag_resource)
