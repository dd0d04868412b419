import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  paginateListImages,
  type ImageIdentifier,
} from "@aws-sdk/client-ecr";
import { names, type Component } from "../names";
import { client, type AwsEnvironment } from "./client";
import type { AwsError } from "./errors";

/** Images that one call deletes. Source: BatchDeleteImage in the ECR API reference. */
const IMAGES_PER_CALL = 100;

/** Whether a tag is in the repository of a component. */
export async function imageExists(
  environment: AwsEnvironment,
  component: Component,
  imageTag: string,
): Promise<boolean> {
  try {
    await client(ECRClient, environment).send(
      new DescribeImagesCommand({
        repositoryName: names.repository(environment.name, component),
        imageIds: [{ imageTag }],
      }),
    );
    return true;
  } catch (error) {
    if (/^(Image|Repository)NotFoundException$/.test((error as AwsError).name)) return false;
    throw error;
  }
}

/** The URIs of some components' repositories; undefined if one of them is missing. */
export async function repositoryUris(
  environment: AwsEnvironment,
  components: readonly Component[],
): Promise<Map<Component, string> | undefined> {
  const repositoryNames = components.map((component) =>
    names.repository(environment.name, component),
  );
  try {
    const { repositories = [] } = await client(ECRClient, environment).send(
      new DescribeRepositoriesCommand({ repositoryNames }),
    );
    return new Map(
      components.map((component, index) => [
        component,
        repositories.find(({ repositoryName }) => repositoryName === repositoryNames[index])!
          .repositoryUri!,
      ]),
    );
  } catch (error) {
    if ((error as AwsError).name === "RepositoryNotFoundException") return undefined;
    throw error;
  }
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
  const { authorizationData = [] } = await client(ECRClient, environment).send(
    new GetAuthorizationTokenCommand({}),
  );
  const { authorizationToken = "", proxyEndpoint = "" } = authorizationData[0] ?? {};
  const [user = "", password = ""] = Buffer.from(authorizationToken, "base64")
    .toString()
    .split(":");
  return { host: proxyEndpoint.replace(/^https?:\/\//, ""), user, password };
}

/**
 * Deletes all images of a component's repository.
 * @returns how many image references were deleted: an image with several tags has several
 */
export async function emptyRepository(
  environment: AwsEnvironment,
  component: Component,
): Promise<number> {
  const ecr = client(ECRClient, environment);
  const repositoryName = names.repository(environment.name, component);
  try {
    const imageIds: ImageIdentifier[] = [];
    const pages = paginateListImages({ client: ecr, pageSize: 100 }, { repositoryName });
    for await (const page of pages) imageIds.push(...(page.imageIds ?? []));
    for (let start = 0; start < imageIds.length; start += IMAGES_PER_CALL) {
      const part = imageIds.slice(start, start + IMAGES_PER_CALL);
      await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: part }));
    }
    return imageIds.length;
  } catch (error) {
    if ((error as AwsError).name === "RepositoryNotFoundException") return 0;
    throw error;
  }
}
