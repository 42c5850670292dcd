"""Images of repositories, and the layers that they are made of."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from typing import Any

from tests.servers.keys.wire import Members, Refused

from .repositories import Image, Repositories, Repository, invalid
from .service import Operation, parsed
from .shelf import in_any_order

DIGEST = re.compile(r"[A-Za-z0-9_+.-]+:[a-f0-9]{64}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Images:
    """The operations on images and layers."""

    def __init__(self, repositories: Repositories) -> None:
        self.repositories = repositories
        self.world = repositories.world
        self.operations: dict[str, Operation] = {
            "PutImage": self.put,
            "BatchGetImage": self.get,
            "BatchDeleteImage": self.delete,
            "ListImages": self.ids,
            "DescribeImages": self.describe,
            "BatchCheckLayerAvailability": self.check_layers,
            "InitiateLayerUpload": self.begin_layer,
            "UploadLayerPart": self.upload,
            "CompleteLayerUpload": self.end_layer,
        }

    def put(self, sent: Members) -> Members:
        text, tag = sent["imageManifest"], sent.get("imageTag")
        manifest, media_type = _read(sent)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        if tag is not None and not TAG.fullmatch(tag):
            raise invalid("imageTag", "must satisfy the pattern of tags")
        if sent.get("imageDigest", digest) != digest:
            raise Refused("ImageDigestDoesNotMatchException", "The digest is another one.")
        one = self.repositories.found(sent)
        self._layers_are_there(one, manifest)
        holder = next((image for image in one.images.values() if tag and tag in image.tags), None)
        known = one.images.get(digest)
        if known is not None and (tag is None or holder is known):
            raise Refused("ImageAlreadyExistsException", "The image is already there.")
        if holder is not None and one.mutability.startswith("IMMUTABLE"):
            raise Refused("ImageTagAlreadyExistsException", "The tag is already there.")
        if holder is not None and tag:
            holder.tags.remove(tag)
        image = known or Image(digest, text, media_type, time.time())
        one.images[digest] = image
        image.tags += [tag] if tag else []
        self.repositories.all.put(one.name, one)
        return {"image": self._shown(one, image, tag)}

    def _layers_are_there(self, one: Repository, manifest: Any) -> None:
        config = manifest.get("config")
        parts = [*manifest.get("layers", []), *([config] if config else [])]
        lost = [part.get("digest") for part in parts if part.get("digest") not in one.layers]
        if lost:
            raise Refused("LayersNotFoundException", f"Layers are not there: {lost[0]}")

    def _shown(self, one: Repository, image: Image, tag: str | None) -> Members:
        return {
            **self.repositories.names(one),
            "imageId": {"imageDigest": image.digest, "imageTag": tag},
            "imageManifest": image.manifest,
            "imageManifestMediaType": image.media_type,
        }

    def _wanted(self, one: Repository, wanted: Members) -> Image | str:
        """An image by its digest or its tag, or the code of the failure."""
        digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
        if digest is None and tag is None:
            return "MissingDigestAndTag"
        if digest is not None and not DIGEST.fullmatch(digest):
            return "InvalidImageDigest"
        if tag is not None and not TAG.fullmatch(tag):
            return "InvalidImageTag"
        if digest is not None:
            found = one.images.get(digest)
            if found and tag is not None and tag not in found.tags:
                return "ImageTagDoesNotMatchDigest"
            return found or "ImageNotFound"
        return next((image for image in one.images.values() if tag in image.tags), "ImageNotFound")

    def get(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        shown, failures = [], []
        for wanted in sent["imageIds"]:
            found = self._wanted(one, wanted)
            if isinstance(found, str):
                failures.append(_failure(wanted, found))
            else:
                shown.append(self._shown(one, found, wanted.get("imageTag")))
        return {"images": in_any_order(self.world, shown), "failures": failures}

    def delete(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        gone: list[Members] = []
        failures = []
        for wanted in sent["imageIds"]:
            found = self._wanted(one, wanted)
            if isinstance(found, str):
                failures.append(_failure(wanted, found))
                continue
            tags = [wanted["imageTag"]] if "imageDigest" not in wanted else [*found.tags]
            found.tags = [tag for tag in found.tags if tag not in tags]
            if not found.tags:
                del one.images[found.digest]
            gone += [{"imageDigest": found.digest, "imageTag": tag} for tag in tags]
            gone += [] if tags else [{"imageDigest": found.digest}]
        self.repositories.all.put(one.name, one)
        return {"imageIds": gone, "failures": failures}

    def _listed(self, sent: Members) -> list[Image]:
        name = self.repositories.found(sent).name
        seen = next((one for one in self.repositories.all.listed() if one.name == name), None)
        wanted = sent.get("filter", {})
        status = wanted.get("tagStatus", "ANY")
        if wanted.get("imageStatus", "ACTIVE") not in {"ACTIVE", "ANY"} or seen is None:
            return []
        return [
            image
            for image in in_any_order(self.world, [*seen.images.values()])
            if status == "ANY" or bool(image.tags) == (status == "TAGGED")
        ]

    def ids(self, sent: Members) -> Members:
        found = [
            {"imageDigest": image.digest, "imageTag": tag or None}
            for image in self._listed(sent)
            for tag in (image.tags or [""])
        ]
        page, token = self.repositories.paged(found, sent)
        return {"imageIds": page, "nextToken": token}

    def describe(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        if "imageIds" not in sent:
            page, token = self.repositories.paged(self._listed(sent), sent)
            return {
                "imageDetails": [self._detail(one, image) for image in page],
                "nextToken": token,
            }
        if {"nextToken", "maxResults"} & sent.keys():
            raise invalid("imageIds", "must stand alone, without pages")
        shown = []
        for wanted in sent["imageIds"]:
            found = self._wanted(one, wanted)
            if isinstance(found, str):
                if found != "ImageNotFound":
                    raise invalid("imageIds", found)
                raise Refused("ImageNotFoundException", f"The image {wanted} does not exist")
            shown.append(self._detail(one, found))
        return {"imageDetails": shown}

    def _detail(self, one: Repository, image: Image) -> Members:
        shown = {
            **self.repositories.names(one),
            "imageDigest": image.digest,
            "imageTags": image.tags or None,
            "imageSizeInBytes": len(image.manifest),
            "imagePushedAt": image.pushed,
            "imageManifestMediaType": image.media_type,
        }
        return shown | ({"imageStatus": "ACTIVE"} if self.world.on("defaults-shown") else {})

    def check_layers(self, sent: Members) -> Members:
        one = self.repositories.found(sent)
        layers, failures = [], []
        for digest in sent["layerDigests"]:
            if not DIGEST.fullmatch(digest):
                failure = {"layerDigest": digest, "failureCode": "InvalidLayerDigest"}
                failures.append(failure | {"failureReason": "Invalid layer digest"})
            elif digest in one.layers:
                size = {"layerSize": one.layers[digest]}
                layers.append({"layerDigest": digest, "layerAvailability": "AVAILABLE", **size})
            else:
                layers.append({"layerDigest": digest, "layerAvailability": "UNAVAILABLE"})
        return {"layers": layers, "failures": failures}

    def begin_layer(self, sent: Members) -> Members:
        upload = str(uuid.uuid4())
        self.repositories.found(sent).uploads[upload] = b""
        return {"uploadId": upload, "partSize": 10_485_760}

    def _upload(self, sent: Members) -> Repository:
        one = self.repositories.found(sent)
        if sent["uploadId"] not in one.uploads:
            raise Refused("UploadNotFoundException", "There is no such upload.")
        return one

    def upload(self, sent: Members) -> Members:
        one = self._upload(sent)
        first, last, part = sent["partFirstByte"], sent["partLastByte"], sent["layerPartBlob"]
        known = one.uploads[sent["uploadId"]]
        if first != len(known) or last - first + 1 != len(part):
            raise Refused("InvalidLayerPartException", "The part does not follow on what is there.")
        one.uploads[sent["uploadId"]] = known + part
        ids = {**self.repositories.names(one), "uploadId": sent["uploadId"]}
        return {**ids, "lastByteReceived": last}

    def end_layer(self, sent: Members) -> Members:
        one = self._upload(sent)
        content = one.uploads[sent["uploadId"]]
        if not content:
            raise Refused("EmptyUploadException", "Nothing was uploaded.")
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if digest not in sent["layerDigests"]:
            raise Refused("InvalidLayerException", "The digest is another one.")
        if digest in one.layers:
            raise Refused("LayerAlreadyExistsException", "The layer is already there.")
        one.layers[digest] = len(content)
        del one.uploads[sent["uploadId"]]
        ids = {**self.repositories.names(one), "uploadId": sent["uploadId"]}
        return {**ids, "layerDigest": digest}


def _read(sent: Members) -> tuple[Any, str]:
    """The manifest of a request, and its type."""
    try:
        manifest = parsed(sent["imageManifest"])
    except ValueError as error:
        raise invalid("imageManifest", "Invalid JSON syntax") from error
    if not isinstance(manifest, dict) or manifest.get("schemaVersion") not in {1, 2}:
        raise invalid("imageManifest", "must have a version of the schema")
    own, given = manifest.get("mediaType"), sent.get("imageManifestMediaType")
    if own is None and given is None:
        raise invalid("imageManifestMediaType", "must be there if the manifest has none")
    if own and given and own != given:
        raise invalid("imageManifestMediaType", "must be that of the manifest")
    return manifest, str(own or given)


def _failure(wanted: Members, code: str) -> Members:
    return {"imageId": wanted, "failureCode": code, "failureReason": "The image is not there."}
