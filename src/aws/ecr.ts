import {
  ECR,
  paginateDescribeImages,
  paginateListImages,
  type ImageFailure,
} from "@aws-sdk/client-ecr";
import { names, originOf, type Component } from "../names";
import { PlueError } from "../process/errors";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing, type AwsError } from "./errors";
import { itemsOf } from "./pages";

/** A tag in a repository, and the image that has it. */
export interface TaggedImage {
  readonly tag: string;
  /** Digest of the image. */
  readonly digest: string;
}

/** Types of image manifests. ECR converts a manifest whose type the request does not name. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** All tags in the repository of a component; undefined if there is no repository. */
export async function listTags(
  environment: AwsEnvironment,
  component: Component,
): Promise<TaggedImage[] | undefined> {
  const repositoryName = names.repository(originOf(environment), component);
  return unlessMissing(async () => {
    const pages = paginateDescribeImages(
      { client: client(ECR, environment) },
      { repositoryName, filter: { tagStatus: "TAGGED" } },
    );
    const images = await itemsOf(pages, ({ imageDetails }) => imageDetails);
    return images.flatMap(({ imageTags = [], imageDigest: digest }) =>
      digest ? imageTags.map((tag) => ({ tag, digest })) : [],
    );
  });
}

/** Gives an image another tag; nothing is uploaded. */
export async function addTag(
  environment: AwsEnvironment,
  component: Component,
  imageDigest: string,
  imageTag: string,
): Promise<void> {
  const ecr = client(ECR, environment);
  const repositoryName = names.repository(originOf(environment), component);
  const { images: [image] = [] } = await ecr.batchGetImage({
    repositoryName,
    imageIds: [{ imageDigest }],
    acceptedMediaTypes: MANIFESTS,
  });
  const { imageManifest, imageManifestMediaType } = image ?? {};
  if (imageManifest === undefined) {
    throw new PlueError(`the image ${imageDigest} in ${repositoryName} cannot be read`);
  }
  try {
    await ecr.putImage({ repositoryName, imageManifest, imageManifestMediaType, imageTag });
  } catch (error) {
    // The request was repeated, or somebody else was as quick.
    if (!/^Image(Tag)?AlreadyExistsException$/.test((error as AwsError).name)) throw error;
  }
}

/** Takes tags off; an image that has no other is deleted. */
export async function removeTags(
  environment: AwsEnvironment,
  component: Component,
  tags: readonly string[],
): Promise<void> {
  const repositoryName = names.repository(originOf(environment), component);
  for (let start = 0; start < tags.length; start += IMAGES_PER_CALL) {
    await client(ECR, environment).batchDeleteImage({
      repositoryName,
      imageIds: tags.slice(start, start + IMAGES_PER_CALL).map((imageTag) => ({ imageTag })),
    });
  }
}

/** Images that one call deletes. Source: BatchDeleteImage in the ECR API reference. */
const IMAGES_PER_CALL = 100;

/** Tests whether a tag is in the repository of a component. */
export async function imageExists(
  environment: AwsEnvironment,
  component: Component,
  imageTag: string,
): Promise<boolean> {
  const repositoryName = names.repository(originOf(environment), component);
  const imageIds = [{ imageTag }];
  const ecr = client(ECR, environment);
  return Boolean(await unlessMissing(() => ecr.describeImages({ repositoryName, imageIds })));
}

/** The URIs of some components' repositories; undefined if one of them is missing. */
export async function repositoryUris(
  environment: AwsEnvironment,
  components: readonly Component[],
): Promise<Map<Component, string> | undefined> {
  const repositoryNames = components.map((component) =>
    names.repository(originOf(environment), component),
  );
  return unlessMissing(async () => {
    const ecr = client(ECR, environment);
    const { repositories = [] } = await ecr.describeRepositories({ repositoryNames });
    return new Map(
      components.map((component, index) => [
        component,
        repositories.find(({ repositoryName }) => repositoryName === repositoryNames[index])!
          .repositoryUri!,
      ]),
    );
  });
}

/** With what Docker logs in to the registry. */
export interface RegistryLogin {
  /** Host name of the registry. */
  readonly host: string;
  readonly user: string;
  /** Secret: never an argument of a program. */
  readonly password: string;
}

/** A login to the account's registry, good for twelve hours. */
export async function registryLogin(environment: AwsEnvironment): Promise<RegistryLogin> {
  const { authorizationData = [] } = await client(ECR, environment).getAuthorizationToken({});
  const { authorizationToken = "", proxyEndpoint = "" } = authorizationData[0] ?? {};
  const [user = "", password = ""] = Buffer.from(authorizationToken, "base64")
    .toString()
    .split(":");
  return { host: proxyEndpoint.replace(/^https?:\/\//, ""), user, password };
}

/**
 * Deletes all images of a component's repository.
 *
 * ECR keeps the images that an image index refers to as long as the index is there, so what it refuses
 * in one round is asked for again in the next, until nothing is left.
 * @returns how many images were deleted
 * @throws PlueError with ECR's reasons, if it deletes nothing more and something is left
 */
export async function emptyRepository(
  environment: AwsEnvironment,
  component: Component,
): Promise<number> {
  const ecr = client(ECR, environment);
  const repositoryName = names.repository(originOf(environment), component);
  let deleted = 0;
  try {
    for (;;) {
      const digests = await digestsIn(ecr, repositoryName);
      const failures: ImageFailure[] = [];
      let gone = 0;
      for (let start = 0; start < digests.length; start += IMAGES_PER_CALL) {
        const part = digests.slice(start, start + IMAGES_PER_CALL);
        const answer = await ecr.batchDeleteImage({
          repositoryName,
          imageIds: part.map((imageDigest) => ({ imageDigest })),
        });
        failures.push(...(answer.failures ?? []));
        gone += new Set(answer.imageIds?.map(({ imageDigest }) => imageDigest)).size;
      }
      deleted += gone;
      if (digests.length === 0) return deleted;
      if (gone === 0) {
        const reasons = new Set(failures.map((one) => `${one.failureCode}: ${one.failureReason}`));
        throw new PlueError(
          `ECR does not delete ${digests.length} of the images in ${repositoryName}: ${[...reasons].join("; ")}`,
          { advice: ["Delete them by hand, then run the same command again."] },
        );
      }
    }
  } catch (error) {
    if ((error as AwsError).name === "RepositoryNotFoundException") return deleted;
    throw error;
  }
}

async function digestsIn(client: ECR, repositoryName: string): Promise<string[]> {
  const pages = paginateListImages({ client }, { repositoryName });
  const images = await itemsOf(pages, ({ imageIds }) => imageIds);
  return [...new Set(images.flatMap(({ imageDigest }) => imageDigest ?? []))];
}
