import { partitionOf } from "../../../src/aws/state-bucket";

test.each([
  ["us-east-1", "aws"],
  ["eu-central-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
  ["eusc-de-east-1", "aws-eusc"],
])("the bucket of a state in %s is named with %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});
