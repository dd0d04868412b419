import { dev } from "../../../../src/environments/dev";
import { deployedTagPrefix } from "../../../../src/names";
import { KEPT_DEPLOYMENTS, marking } from "../../../../src/operations/deploy/keep-images";
import {
  afterLifecycle,
  type LifecycleRule,
  type StoredImage,
} from "../../../support/ecr-lifecycle";
import { synthesize } from "../../../support/stack";

/** The repository of the API server: what users do, and what ECR does every day. */
class Repository {
  images: StoredImage[] = [];
  today = 0;
  private readonly rules: readonly LifecycleRule[];

  constructor() {
    const { policy } = synthesize(dev).resource("aws_ecr_lifecycle_policy.ecr_api_server");
    this.rules = (JSON.parse(policy as string) as { rules: LifecycleRule[] }).rules;
  }

  /** A day on which an image is pushed: an index of one image and the record of its build. */
  push(tag: string): void {
    this.today += 1;
    const pushedAt = this.today;
    const parts = [`${tag}-image`, `${tag}-record`];
    this.images = [
      ...this.images,
      ...parts.map((digest) => ({ digest, pushedAt, tags: [] })),
      { digest: tag, pushedAt, tags: [tag], parts },
    ];
    this.expire();
  }

  /** Marks an image as `plue deploy` and `plue rollback` do before they apply. */
  deploy(tag: string): void {
    this.today += 0.01;
    const tags = this.images.flatMap(({ digest, tags }) => tags.map((tag) => ({ tag, digest })));
    const { add, remove } = marking(tags, tag, new Date(this.today * 86_400_000));
    this.images = this.images.map((image) => ({
      ...image,
      tags: [
        ...image.tags.filter((one) => !remove.includes(one)),
        ...(add !== undefined && image.digest === tag ? [add] : []),
      ],
    }));
    this.expire();
  }

  wait(days: number): void {
    this.today += days;
    this.expire();
  }

  has(tag: string): boolean {
    return [tag, `${tag}-image`].every((digest) =>
      this.images.some((image) => image.digest === digest),
    );
  }

  private expire(): void {
    this.images = afterLifecycle(this.rules, this.images, this.today);
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("a repository under its lifecycle policy", () => {
  test("keeps the deployed image, even if many images are pushed without a deploy", () => {
    const repository = new Repository();
    repository.push("running");
    repository.deploy("running");
    for (const number of upTo(50)) repository.push(`pushed-${number}`);
    expect(repository.has("running")).toBe(true);
  });

  test("keeps an image that was deployed again long after its push", () => {
    const repository = new Repository();
    for (const number of upTo(8)) {
      repository.push(`v${number}`);
      repository.deploy(`v${number}`);
    }
    repository.deploy("v1");
    for (const number of upTo(30)) repository.push(`pushed-${number}`);
    expect(repository.has("v1")).toBe(true);
  });

  test("keeps the images of the last deployments, for rollbacks, and releases older ones", () => {
    const repository = new Repository();
    const count = 3 * KEPT_DEPLOYMENTS;
    for (const number of upTo(count)) {
      repository.push(`v${number}`);
      repository.deploy(`v${number}`);
    }
    for (const number of upTo(30)) repository.push(`pushed-${number}`);
    const kept = upTo(count).filter((number) => repository.has(`v${number}`));
    expect(kept).toEqual(upTo(count).slice(-KEPT_DEPLOYMENTS));
  });

  test("keeps the number of pushed images in the settings, without counting parts", () => {
    const repository = new Repository();
    for (const number of upTo(40)) repository.push(`pushed-${number}`);
    const tagged = repository.images.filter(({ tags }) => tags.length > 0);
    expect(tagged).toHaveLength(dev.ecr.maxImageCount);
  });

  test("deletes parts with their index, and untagged images after two weeks", () => {
    const repository = new Repository();
    for (const number of upTo(40)) repository.push(`pushed-${number}`);
    repository.images = repository.images.map((image) =>
      image.digest === "pushed-40" ? { ...image, tags: [] } : image,
    );
    repository.wait(13);
    expect(repository.has("pushed-40")).toBe(true);
    repository.wait(2);
    expect(repository.images.some(({ digest }) => digest.startsWith("pushed-40"))).toBe(false);
    expect(repository.has("pushed-39")).toBe(true);
  });
});

test("an image that is deployed again gets one newer mark", () => {
  const first = `${deployedTagPrefix}20260101T000000Z`;
  const second = `${deployedTagPrefix}20260102T000000Z`;
  const images = [
    { tag: "v1", digest: "a" },
    { tag: first, digest: "a" },
    { tag: "v2", digest: "b" },
    { tag: second, digest: "b" },
  ];
  const now = new Date("2026-01-03T00:00:00.123Z");
  expect(marking(images, "b", now)).toEqual({ add: undefined, remove: [] });
  expect(marking(images, "a", now)).toEqual({
    add: `${deployedTagPrefix}20260103T000000Z`,
    remove: [first],
  });
});
