import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { emptyRepository } from "../../../src/aws/ecr";
import { api } from "../../../src/names";

interface Image {
  readonly digest: string;
  /** Digests of the images that an image index refers to. */
  readonly children: readonly string[];
}

// ECR, as far as deleting images goes: it keeps the children of an image index while that is there,
// and it looks at each image of a call by what was there when the call came.
let server: Server;
let images: Image[];
let stuck: readonly string[];
const target = () => ({
  name: "dev",
  region: "us-east-1",
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
});

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(operation === "ListImages" ? list() : remove(JSON.parse(text))));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterAll(() => server.close());

const list = () => ({ imageIds: images.map(({ digest }) => ({ imageDigest: digest })) });

function remove({ imageIds }: { imageIds: { imageDigest: string }[] }) {
  const held = new Set(images.flatMap(({ children }) => children));
  const refused = imageIds.filter(
    ({ imageDigest }) => held.has(imageDigest) || stuck.includes(imageDigest),
  );
  const gone = imageIds.filter((id) => !refused.includes(id));
  images = images.filter(({ digest }) => !gone.some((id) => id.imageDigest === digest));
  return {
    imageIds: gone,
    failures: refused.map((imageId) => ({
      imageId,
      failureCode: "ImageReferencedByManifestList",
      failureReason: "Requested image referenced by manifest list",
    })),
  };
}

test("the images of image indexes go after the indexes", async () => {
  stuck = [];
  images = Array.from({ length: 150 }, (_, index) => [
    { digest: `child-${index}`, children: [] },
    { digest: `index-${index}`, children: [`child-${index}`] },
    { digest: `outer-${index}`, children: [`index-${index}`] },
  ]).flat();
  expect(await emptyRepository(target(), api)).toBe(450);
  expect(images).toEqual([]);
});

test("images that ECR does not delete are reported", async () => {
  stuck = ["held"];
  images = [
    { digest: "free", children: [] },
    { digest: "held", children: [] },
  ];
  await expect(emptyRepository(target(), api)).rejects.toThrow(
    "ECR does not delete 1 of the images in dev-plue-api-server: ImageReferencedByManifestList",
  );
});
