import { tagToDeploy } from "../../../src/aws/copies";

const pushed = (day: number) => new Date(Date.UTC(2030, 0, day));

test("the image to deploy is the one that was deployed last", () => {
  expect(
    tagToDeploy([
      { imageTags: ["v1", "deployed-20300105T000000Z"], imagePushedAt: pushed(1) },
      { imageTags: ["v2", "deployed-20300103T000000Z"], imagePushedAt: pushed(2) },
      { imageTags: ["v3"], imagePushedAt: pushed(9) },
    ]),
  ).toBe("v1");
});

test("or else the one that was pushed last and has a tag of its own", () => {
  expect(
    tagToDeploy([
      { imageTags: ["v1"], imagePushedAt: pushed(1) },
      { imageTags: ["v2"], imagePushedAt: pushed(2) },
      { imageTags: ["deployed-20300105T000000Z"], imagePushedAt: pushed(3) },
      { imagePushedAt: pushed(4) },
    ]),
  ).toBe("v2");
  expect(tagToDeploy([])).toBeUndefined();
});
