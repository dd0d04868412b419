import { CreateTopicCommand, ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  describeEmbeddedAws,
  fork,
  forkable,
  startEmbeddedAws,
  type EmbeddedAws,
  type Fork,
} from "../../support/embedded-aws";

describeEmbeddedAws("a copy of an embedded AWS", () => {
  let original: EmbeddedAws;
  let copy: Fork;

  const client = (endpoint: string) => new SNSClient({ ...original.client, endpoint });
  const topics = async (endpoint: string) => {
    const { Topics } = await client(endpoint).send(new ListTopicsCommand({}));
    return Topics!.map(({ TopicArn }) => TopicArn!.split(":").at(-1));
  };

  beforeAll(async () => {
    original = await startEmbeddedAws({ launcher: forkable });
    await client(original.endpoint).send(new CreateTopicCommand({ Name: "before" }));
    copy = await fork(original.endpoint);
  });
  afterAll(async () => {
    copy?.end();
    await original?.stop();
  });

  test("has what the original had, and changes alone", async () => {
    await client(copy.endpoint).send(new CreateTopicCommand({ Name: "after" }));
    expect(await topics(copy.endpoint)).toEqual(["before", "after"]);
    expect(await topics(original.endpoint)).toEqual(["before"]);
  });

  test("refuses what the original refuses", async () => {
    const unnamed = client(copy.endpoint).send(new CreateTopicCommand({ Name: "no spaces here" }));
    await expect(unnamed).rejects.toThrow("Topic Name");
  });
});
