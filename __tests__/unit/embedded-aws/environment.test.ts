import { cleanEnvironment, embeddedAwsVariables } from "../../../src/embedded-aws/environment";

test("nothing of the user's account, state or Python reaches the embedded AWS", () => {
  const kept = {
    PATH: "/bin",
    HOME: "/home/me",
    TF_VAR_api_image_tag: "v1",
    PIP_INDEX_URL: "https://x",
  };
  const dropped = {
    AWS_PROFILE: "production",
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SESSION_TOKEN: "token",
    AWS_ENDPOINT_URL_S3: "https://elsewhere",
    PYTHONPATH: "/elsewhere",
    PIP_TARGET: "/elsewhere",
    TF_WORKSPACE: "production",
    TF_DATA_DIR: "/elsewhere",
    TF_CLI_ARGS_apply: "-target=x",
    CDKTF_OUTDIR: "/elsewhere",
  };
  expect(cleanEnvironment({ ...kept, ...dropped })).toEqual(kept);
});

test("every child is sent to the embedded AWS alone", () => {
  expect(embeddedAwsVariables("http://127.0.0.1:1", "eu-west-1")).toMatchObject({
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });
});
