import { production } from "../../../src/environments/production";
import { describeAdoption } from "../../support/adoption";

describeAdoption(production);
