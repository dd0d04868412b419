import type { EnvironmentSettings } from "../../src/environments/settings";
import { SettingsError, type Fault } from "../../src/environments/faults";
import { validate } from "../../src/environments/validate";

/** The faults in the settings of environments; empty if they are accepted. */
export function faults(...settings: EnvironmentSettings[]): readonly Fault[] {
  try {
    validate(settings);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}
