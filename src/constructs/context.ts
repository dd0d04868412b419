/** Properties that all parts of an environment share. */
export interface Context {
  /** Name of the environment: prefix of all names. */
  readonly environment: string;
  /** Id of the account. */
  readonly accountId: string;
  /** AWS partition, part of every ARN: `aws` in most regions. */
  readonly partition: string;
  /** Region of everything but the state. */
  readonly region: string;
  /** ARN of the environment's own key. @default AWS manages the keys */
  readonly encryptionKeyArn?: string;
  /** ARN of the topic that is notified when an alarm starts and when it ends. @default nobody is notified */
  readonly alarmTopicArn?: string;
}

/** Properties of a part that has settings. */
export interface PartProps<Settings> extends Context {
  /** Settings from src/environments. */
  readonly settings: Settings;
}
